"""Searching a database, on both engines: what is found, in which order, page by page, in any release."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from dataset.queries.filters import Choice
from dataset.queries.search import has_words
from dataset.queries.topics import find_topics
from dataset.search.pages import page_of, page_of_all, split
from dataset.search.query import Query, QueryError, Term, parse
from dataset.search.words import words
from dataset.store.reading import valid_in
from dataset.store.tables import RECORDS
from tests.search.support import TYPES, WORDS, State, find, find_in, naive, release_of

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

ON_BOTH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

VOCABULARY = sorted({word for one in WORDS for word in words(one)})
TERMS = st.one_of(
    st.builds(Term, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3).map(tuple)),
    st.builds(
        lambda before, last, size: Term((*before, last[: max(3, size)]), prefix=True),
        st.lists(st.sampled_from(VOCABULARY), max_size=1),
        st.sampled_from([word for word in VOCABULARY if len(word) >= 3 and word.isascii()]),
        st.integers(3, 9),
    ),
)
QUERIES = st.builds(lambda terms: Query(tuple(terms)), st.lists(TERMS, min_size=1, max_size=3))


@given(query=QUERIES, release=st.integers(0, 2), limit=st.integers(1, 9))
@ON_BOTH
def test_all_types_as_the_plain_search(
    reading: Connection, states: Sequence[State], query: Query, release: int, limit: int
) -> None:
    expected = naive(states[release], query)
    assert find(reading, query, version=f"0.{release + 1}.0") == expected
    assert find(reading, query, version=f"0.{release + 1}.0", limit=limit) == expected


@given(query=QUERIES, release=st.integers(0, 2), record_type=st.sampled_from(TYPES), limit=st.integers(1, 9))
@ON_BOTH
def test_a_list_as_the_plain_search(
    *, reading: Connection, states: Sequence[State], query: Query, release: int, record_type: str, limit: int
) -> None:
    expected = naive(states[release], query, [record_type])
    assert find_in(reading, record_type, query, version=f"0.{release + 1}.0", limit=limit) == expected
    table, asked = RECORDS[record_type], release_of(reading, f"0.{release + 1}.0")
    count = select(func.count()).where(
        has_words(table, query=query, engine=reading.dialect.name), valid_in(table, asked.ordinal, asked.newest)
    )
    assert reading.execute(count).scalar_one() == len(expected)


@given(
    query=QUERIES, modality=st.sampled_from(["asserted", "denied"]), source=st.sampled_from([(), ("s1",), ("s0", "s2")])
)
@ON_BOTH
def test_filters_narrow_and_keep_the_order(
    reading: Connection, states: Sequence[State], query: Query, modality: str, source: Sequence[str]
) -> None:
    held = states[-1]["claims"]
    expected = [
        hit
        for hit in naive(states[-1], query, ["claims"])
        if held[hit[2]]["modality"] == modality and (not source or held[hit[2]]["source"] in source)
    ]
    asked = {"modality": Choice([modality]), "source": Choice(source)}
    assert find_in(reading, "claims", query, asked, limit=5) == expected
    assert find_in(reading, "claims", query, asked, limit=2) == expected


@given(query=QUERIES, source=st.sampled_from(["r", "s", "s0", "s1", "s2", "s3"]), release=st.integers(1, 3))
@ON_BOTH
def test_one_source(reading: Connection, query: Query, source: str, release: int) -> None:
    """That the rest of the index is spared for a source alone makes no difference, nor that there is no such source."""
    version = f"0.{release}.0"
    alone = find_in(reading, "claims", query, {"source": Choice([source])}, version=version, limit=3)
    both = {"source": Choice([source, "nowhere"])}
    assert alone == find_in(reading, "claims", query, both, version=version)


@given(query=QUERIES, types=st.sets(st.sampled_from(TYPES), min_size=1, max_size=4))
@ON_BOTH
def test_some_types(reading: Connection, states: Sequence[State], query: Query, types: set[str]) -> None:
    expected = naive(states[-1], query, sorted(types))
    assert find(reading, query, types=sorted(types), limit=4) == expected


def test_the_tests_find_something_in_every_tier(states: Sequence[State]) -> None:
    found = naive(states[-1], parse("boat cafe")) + naive(states[-1], parse('"son hui" 9/11'))
    assert {tier for tier, _, _ in found} == {0, 1, 2}
    assert {record_type for _, record_type, _ in naive(states[-1], parse("boat*"))} == set(TYPES)


HOSTILE = [
    "NEAR(boat café, 2)",
    "boat NOT café",
    "main:boat",
    "{words}:boat",
    "^boat",
    "boat + café",
    "words MATCH boat",
    "'; DROP TABLE search; --",
    "' OR '1'='1",
    "boat' & !'café",
    "boat:* | café <-> son",
    "\\boat\\",
    "boat%' _",
    ":a @@ $1 ?1 %s {boat}",
    "boat\ue000café \ue001boat",
    "\ue001",
    "boat\u2028café\ufeff",
    "é" * 999,
    " ".join(["boat"] * 64),
    '"' + " ".join(["boat"] * 64) + '"',
    "ﷺ" * 3,
    "🚣 boat",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_character_breaks_out(reading: Connection, states: Sequence[State], text: str) -> None:
    """What is no letter or digit parts words; what is left is found as any words are."""
    try:
        query = parse(text)
    except QueryError:
        return
    assert find(reading, query, limit=7) == naive(states[-1], query)


@given(text=st.text(max_size=30))
@ON_BOTH
def test_any_text_is_answered_or_refused(reading: Connection, states: Sequence[State], text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    assert find(reading, query) == naive(states[-1], query)


@pytest.mark.parametrize("after", ["", "0", "0 ", "3 x", "1 x", "9 claims x", "-1 x", "0x", "0 \x00"[:0]])
def test_what_is_no_place_is_refused(reading: Connection, after: str) -> None:
    with pytest.raises(ValueError, match="allowed: tier"):
        split(after, parse("boats"))


@pytest.mark.parametrize("after", ["0 boats", "0 nothing x", "0 claims", "0 claims "])
def test_what_is_no_place_among_all_types_is_refused(reading: Connection, after: str) -> None:
    with pytest.raises(ValueError, match="allowed: tier, type and place"):
        page_of_all(reading, query=parse("boats"), release=release_of(reading), after=after, limit=5)


def test_a_forged_place_is_only_a_place(reading: Connection, states: Sequence[State]) -> None:
    """It stands between records like any other, in front of all or behind all."""
    query, release = parse("boat*"), release_of(reading)
    found = [hit[2] for hit in naive(states[-1], query, ["topics"]) if hit[0] == 0]
    for place, expected in (("!", found), ("~", []), (found[1] + "!", found[2:])):
        hits = page_of(
            reading,
            find_topics,
            RECORDS["topics"],
            query=query,
            release=release,
            filters={},
            after=f"0 {place}",
            limit=500,
        )
        assert [hit.after[2:] for hit in hits if hit.after[0] == "0"] == expected
