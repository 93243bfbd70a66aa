"""Where words stand in a hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.canonical import Body
from dataset.search.highlights import highlights
from dataset.search.query import Query, parse
from dataset.search.words import spans, words
from tests.search.support import members
from tests.search.test_searching import QUERIES

CLAIM: Body = {
    "id": "s.c1",
    "statement": "The café’s boats, CAFE\u0301 boats: 9/11 at the ½ mile; boathouse.",
    "hedge": "boats are said",
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cafe", [("statement", "café"), ("statement", "CAFE\u0301")]),
        ('"cafe boats"', [("statement", "CAFE\u0301"), ("statement", "boats")]),
        ("9/11", [("statement", "9"), ("statement", "11")]),
        ("1/2", [("statement", "½")]),
        ("boat*", [*[("statement", "boats")] * 2, ("statement", "boathouse"), ("hedge", "boats")]),
        ("boats boat*", [*[("statement", "boats")] * 2, ("statement", "boathouse"), ("hedge", "boats")]),
        ("mile said", [("statement", "mile"), ("hedge", "said")]),
        ("nowhere", []),
    ],
)
def test_highlights(query: str, expected: list[tuple[str, str]]) -> None:
    found = highlights("claims", CLAIM, parse(query))
    assert [(one.field, CLAIM[one.field][one.start : one.end]) for one in found] == expected


def test_items_of_lists_have_their_number() -> None:
    actor: Body = {
        "id": "a",
        "name": "Ada",
        "aliases": ["A. Quill", "Ada Q."],
        "roles": [{"title": "x"}, {"title": "Ada"}],
    }
    found = highlights("actors", actor, parse("ada"))
    assert [tuple(one) for one in found] == [("name", 0, 3), ("aliases.1", 0, 3), ("roles.1.title", 0, 3)]


@given(QUERIES)
def test_a_highlight_is_a_word_of_the_query(query: Query) -> None:
    text = "Café boats 9/11 北朝鲜 Straße ½ final łódź boathouse son-hui"
    asked = [word for term in query.terms for word in term.words]
    held: Body = {"id": "x", "label": text}
    assert list(members(held, "label")) == [text]
    for one in highlights("topics", held, query):
        assert any(word.startswith(beginning) for word in words(text[one.start : one.end]) for beginning in asked)


@given(QUERIES, st.text(st.sampled_from("boats BOATS9/11fin-al,. ’é½北"), max_size=40) | st.just("b" * 150 + " boat"))
def test_the_short_way_finds_the_same_places(query: Query, text: str) -> None:
    """As taking every text apart does."""
    there = spans(text)
    expected = set()
    for term in query.terms:
        size = len(term.words)
        for first in range(len(there) - size + 1):
            stretch = there[first : first + size]
            *before, last = (word.word for word in stretch)
            if (*before,) == term.words[:-1] and (
                last.startswith(term.words[-1]) if term.prefix else last == term.words[-1]
            ):
                expected |= {(word.start, word.end) for word in stretch}
    found = highlights("topics", {"id": "x", "label": text}, query)
    assert [(one.start, one.end) for one in found] == sorted(expected)
