"""Quotation marks paired by rules, numbers and dates found, paragraphs cut: on made-up sentences with known traps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.review.coverage import text_paragraphs
from dataset.review.figures import figures
from dataset.review.marks import marked


def pairs(content: str) -> list[str | None]:
    """The words between marks; None for a mark without a partner."""
    found = marked(content, 0, len(content))
    return [None if pair.open is None or pair.close is None else content[pair.open + 1 : pair.close] for pair in found]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('He said “one” and "two".', ["one", "two"]),
        ('"First."Somebody said.', ["First."]),
        ('"First.""Second."', ["First.", "Second."]),
        ("“Outer ‘inner’ words”", ["Outer ‘inner’ words", "inner"]),
        ("“Outer ’inner’ words”", ["Outer ’inner’ words", "inner"]),
        ("“Outer ’two words’, he said”", ["Outer ’two words’, he said", "two words"]),
        ("\"It's 'late', isn't it?\"", ["It's 'late', isn't it?", "late"]),
        ('the boats’ crews and the mayor\'s "plan"', ["plan"]),
        ("the crew's, the crews' and the rest", []),
        ("'tis the season of the ’90s", []),
        ("'Odd', 'old' and 'new' words of a town's people", ["Odd", "old", "new"]),
        ("‘the boats’ crews are late’ he said", ["the boats’ crews are late"]),
        ("Sie sagte: „so ist es“, und „nichts ‚anderes‘ gilt“.", ["so ist es", "nichts ‚anderes‘ gilt", "anderes"]),
        ("“deutsch mit englischen Zeichen”", ["deutsch mit englischen Zeichen"]),
        ("il a dit « non » et »ja« sagte sie", [" non ", "ja"]),
        ("”turned round” all the same", ["turned round"]),
        ("“[The mill] stands” and oppos[ing] “them”", ["[The mill] stands", "them"]),
        ("a talk on “an open question", [None]),
        ("a talk on “an open question\n\nanother “pair” stands", [None, "pair"]),
        ("an end without a beginning” here", [None]),
        ("“one paragraph\n\n“and the next”", ["one paragraph\n\n“and the next"]),
        ("“one\r\nbroken line”", ["one\r\nbroken line"]),
        ('a "first left open and "second" closed', [None, "second"]),
        ("rock 'n' roll", ["n"]),
        ("no marks at all", []),
    ],
)
def test_marks_are_paired(content: str, words: list[str | None]) -> None:
    assert pairs(content) == words


@given(st.text(st.sampled_from(list("ab “”‘’'\"„«»\n.,")), max_size=60))
def test_any_marks_end_in_pairs_or_are_told_alone(content: str) -> None:
    for pair in marked(content, 0, len(content)):
        places = [place for place in (pair.open, pair.close) if place is not None]
        assert places
        assert places == sorted(places)
        assert all(not content[place].isalnum() for place in places)


@pytest.mark.parametrize(
    ("content", "language", "expected"),
    [
        ("more than 1,200 boats", "en", ["number 1,200"]),
        ("3.5 million 40mm bolts", "en", ["number 3.5 million", "number 40"]),
        ("twenty-five thousand and two nets", "en", ["number twenty-five thousand and two"]),
        ("a two-day, four-hour trip", None, ["number two", "number four"]),
        ("dozens of boats, half of them old", "en", ["number dozens", "number half"]),
        ("one another, one-on-one, one of them, no one", "en", []),
        ("just one night", "en", ["number one"]),
        ("about 26% of it, $5 each", "en", ["number 26%", "number $5"]),
        ("on June 18 and 3 May 2021", "en", ["date June 18", "date 3 May 2021"]),
        ("it may march on; in May it did", "en", ["date in May"]),
        (
            "last fall, this week, on Wednesday at 2 am",
            "en",
            ["date last fall", "date this week", "date Wednesday", "number 2"],
        ),
        ("today and tomorrow, two years ago", "en", ["date today", "date tomorrow", "date two years ago"]),
        ("since 1991, in the 1990s and 2021-06-18", "en", ["date 1991", "date 1990s", "date 2021-06-18"]),
        ("zwei Boote, vierseitig, tausende Netze", "de", ["number zwei", "number vierseitig", "number tausende"]),
        ("heute, am 3. Mai 2021 und letzten Sommer", "de", ["date heute", "date 3. Mai 2021", "date letzten Sommer"]),
        ("12 bateaux en 2021, deux filets", "fr", ["number 12", "date 2021"]),
    ],
)
def test_numbers_and_dates(content: str, language: str | None, expected: list[str]) -> None:
    found = figures(content, 0, len(content), language)
    assert [f"{figure.kind} {content[figure.start : figure.end]}" for figure in found] == expected


def cut(content: str, *bounds: int) -> list[str]:
    edges = [0, *bounds, len(content)]
    zones = [{"kind": "body", "start": first, "end": last} for first, last in pairwise(edges)]
    return [content[first:last] for first, last in text_paragraphs(content, 0, len(content), zones)]


def test_paragraphs_end_at_blank_lines_and_hold_a_letter() -> None:
    assert cut("One.\n\nTwo\r\n\u00a0\r\nthree.\r\rFour.\n\n*****\n\n") == ["One.", "Two", "three.", "Four."]


def test_long_lines_are_paragraphs_and_broken_ones_are_joined() -> None:
    long = "A line that nobody broke " * 8
    assert cut(f"{long}end.\n{long}end.\nShort one.\n") == [f"{long}end.", f"{long}end.", "Short one."]
    broken = (
        "These lines were broken\nby a mailer at a width\nof about thirty columns.\nNo end here yet, as it\ngoes on."
    )
    assert cut(broken) == [broken]
    assert cut("These lines were broken\nby a mailer.\nThe next paragraph begins\nhere.") == [
        "These lines were broken\nby a mailer.",
        "The next paragraph begins\nhere.",
    ]


def test_zones_end_paragraphs() -> None:
    assert cut("Title\nand text of it\n", 6) == ["Title", "and text of it"]
