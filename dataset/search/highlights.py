"""Where the words of a query stand in a record that it found: places in the text of a member, never marked-up text.

Offsets count code points of the member as it stands in the body, from `start` to before `end`, like those of anchors.
"""

from __future__ import annotations

from typing import NamedTuple

from dataset.canonical import Body
from dataset.search.fields import texts
from dataset.search.query import Query, Term
from dataset.search.words import Word, spans


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
        there = spans(text)
        places = sorted({(word.start, word.end) for term in query.terms for word in _found(term, there)})
        found += [Highlight(path, start, end) for start, end in places]
    return found


def _found(term: Term, there: list[Word]) -> list[Word]:
    size = len(term.words)
    found = []
    for first in range(len(there) - size + 1):
        stretch = there[first : first + size]
        *before, last = zip(stretch, term.words, strict=True)
        if all(word.word == asked for word, asked in before) and (
            last[0].word.startswith(last[1]) if term.prefix else last[0].word == last[1]
        ):
            found += stretch
    return found
