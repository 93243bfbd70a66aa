"""Reading a query: what each form means, and what is refused where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.search.query import LONGEST_QUERY, MOST_WORDS, Query, QueryError, Term, parse


@pytest.mark.parametrize(
    ("text", "terms", "canonical"),
    [
        ("boats", [Term(("boats",))], "boats"),
        ("  Boats   WIND ", [Term(("boats",)), Term(("wind",))], "boats wind"),
        ('"northern buoy" lost', [Term(("northern", "buoy")), Term(("lost",))], '"northern buoy" lost'),
        ("“northern buoy” „x“ «y»", [Term(("northern", "buoy")), Term(("x",)), Term(("y",))], '"northern buoy" x y'),
        ("Son-hui", [Term(("son", "hui"))], '"son hui"'),
        ("contain*", [Term(("contain",), prefix=True)], "contain*"),
        ("son-hui*", [Term(("son", "hui"), prefix=True)], "son-hui*"),
        ("北朝*", [Term(("北", "朝"))], '"北 朝"'),
        ("boats – wind !", [Term(("boats",)), Term(("wind",))], "boats wind"),
        ("a AND b", [Term(("a",)), Term(("and",)), Term(("b",))], "a and b"),
        ('x"y z"w', [Term(("x",)), Term(("y", "z")), Term(("w",))], 'x "y z" w'),
    ],
)
def test_parsing(text: str, terms: list[Term], canonical: str) -> None:
    assert parse(text) == Query(tuple(terms))
    assert str(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "tiers"),
    [
        ("boats", (0, 2)),
        ('"northern buoy"', (0, 2)),
        ("northern buoy", (0, 1, 2)),
        ("northern buo*", (0, 1, 2)),
        ("north* buoy", (1, 2)),
    ],
)
def test_tiers(text: str, tiers: tuple[int, ...]) -> None:
    assert parse(text).tiers == tiers


@pytest.mark.parametrize(
    ("text", "position", "found", "allowed"),
    [
        ("", 0, "nothing", "words, "),
        ("   ", 0, "nothing", "words, "),
        ("…!?", 0, "'…!?' without a letter or digit", "words, "),
        ('boats "wind', 6, 'a quotation mark " that is not closed', "a second one"),
        ('"a b" "', 6, 'a quotation mark " that is not closed', "a second one"),
        ("boats “wind", 6, "a quotation mark “ that is not closed", "a second one"),
        ('boats ""', 6, "a phrase without a letter or digit", "words between"),
        ('boats "…"', 6, "a phrase without a letter or digit", "words between"),
        ("boats *", 6, "a star that is not right behind a word", "as in contain*"),
        ("boats, *", 7, "a star that is not right behind a word", "as in contain*"),
        ("boats.*", 6, "a star that is not right behind a word", "as in contain*"),
        ('"boats wind"*', 12, "a star that is not right behind a word", "as in contain*"),
        ("bo*ts", 2, "a star in front of more", "as in contain*"),
        ("boats**", 5, "a star in front of more", "as in contain*"),
        ("wind bo*", 7, "a prefix of 2", "at least 3"),
        ("son-hu*", 6, "a prefix of 2", "at least 3"),
        ("wind\x00", 4, "U+0000", "text without NUL"),
        ("\ud800wind", 0, "U+D800", "text without NUL"),
        ("a " * (MOST_WORDS + 1), 0, "65 words", "at most 64"),
        ("a" * (LONGEST_QUERY + 1), LONGEST_QUERY, "1001 characters", "at most 1000"),
        ("a" * 5_000_000, LONGEST_QUERY, "5000000 characters", "at most 1000"),
    ],
)
def test_what_is_refused(text: str, position: int, found: str, allowed: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert (error.position, error.found) == (position, found)
    assert allowed in error.allowed
    assert str(error) == f"found {found} at character {position}; allowed: {error.allowed}"
    assert isinstance(error, ValueError)


def reading(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=80))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    read = reading(text)
    if isinstance(read, QueryError):
        assert 0 <= read.position <= len(text)
        assert str(read).isprintable()
    else:
        assert read.terms
        assert parse(str(read)) == read
