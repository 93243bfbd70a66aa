"""Where the words of a query stand in a record that it found: places in the text of a member, never marked-up text.

Offsets count code points of the member as it stands in the body, from `start` to before `end`, like those of anchors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dataset.canonical import Body
from dataset.search.fields import texts
from dataset.search.query import Query, Term
from dataset.search.words import spans


class Highlight(NamedTuple):
    """A word that was asked for: the member (`statement`, `aliases.1`, `positions.0.label`) and where in it."""

    field: str
    start: int
    end: int


def highlights(record_type: str, body: Body, query: Query) -> list[Highlight]:
    """The words of a record that a term of the query is found by, in the order of fields and places.

    A word of a phrase is one only where the whole phrase stands.
    """
    found = []
    for path, text, _ in texts(record_type, body):
        if text.isascii() and not _may_hold(text.lower(), query):
            continue  # most of them, and taking them apart takes longest
        there = spans(text)
        held = [word.word for word in there]
        places = sorted({there[index][1:] for term in query.terms for index in _found(term, held)})
        found += [Highlight(path, start, end) for start, end in places]
    return found


def _may_hold(text: str, query: Query) -> bool:
    """Whether a term may stand in a text of lower-case letters of ASCII: whether its first word is anywhere in it."""
    return any(term.words[0] in text for term in query.terms)


def _found(term: Term, held: list[str]) -> Iterator[int]:
    """At which of the words of a text a term stands."""
    *before, last = term.words
    size = len(before)
    for index, word in enumerate(held):
        ends = word.startswith(last) if term.prefix else word == last
        if ends and index >= size and held[index - size : index] == before:
            yield from range(index - size, index + 1)
