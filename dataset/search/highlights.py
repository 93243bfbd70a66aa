"""Where the words of a query stand in a record that it found: places in the text of a member, never marked-up text.

Offsets count code points of the member as it stands in the body, from `start` to before `end`, like those of anchors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dataset.canonical import Body
from dataset.search.fields import texts
from dataset.search.query import Query, Term
from dataset.search.words import LONGEST, even, spans


class Highlight(NamedTuple):
    """A word that was asked for: the member (`statement`, `aliases.1`, `positions.0.label`) and where in it."""

    field: str
    start: int
    end: int


def highlights(record_type: str, body: Body, query: Query) -> list[Highlight]:
    """The words of a record that a term of the query is found by, in the order of fields and places.

    A word of a phrase is one only where the whole phrase stands.
    """
    return [
        Highlight(path, start, end)
        for path, text, _ in texts(record_type, body)
        for start, end in sorted(set(_places(text, query)))
    ]


def _places(text: str, query: Query) -> Iterator[tuple[int, int]]:
    """The places of the words in a text; most texts need not be taken apart for it, which takes longest."""
    folded = even(text) or ""
    plain = folded.isascii() and bool(folded)
    if plain and not any(term.words[0] in folded for term in query.terms):
        return
    if plain and all(len(term.words) == 1 and len(term.words[0]) < LONGEST for term in query.terms):
        for term in query.terms:
            yield from _looked_up(term, f" {folded} ")
        return
    there = spans(text)
    held = [word.word for word in there]
    for term in query.terms:
        for index in _found(term, held):
            yield there[index].start, there[index].end


def _looked_up(term: Term, padded: str) -> Iterator[tuple[int, int]]:
    """The places of a term of one word in a folded text of ASCII, which has a space on either side here."""
    sought = f" {term.words[0]}" if term.prefix else f" {term.words[0]} "
    start = padded.find(sought)
    while start >= 0:
        end = padded.index(" ", start + 1)
        yield start, end - 1
        start = padded.find(sought, end)


def _found(term: Term, held: list[str]) -> Iterator[int]:
    """At which of the words of a text a term stands."""
    *before, last = term.words
    size = len(before)
    for index, word in enumerate(held):
        ends = word.startswith(last) if term.prefix else word == last
        if ends and index >= size and held[index - size : index] == before:
            yield from range(index - size, index + 1)
