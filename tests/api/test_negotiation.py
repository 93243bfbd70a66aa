"""Negotiation after RFC 9110, 12.5.1 and 12.4.2: weights, wildcards, specificity, and what is no header at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.negotiation import best_of

JSON, LINES, CSV, HTML, LD = "application/json", "application/x-ndjson", "text/csv", "text/html", "application/ld+json"
OFFERED = (JSON, LINES, CSV)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        # nothing asked: all is open
        ("", JSON),
        ("   ", JSON),
        ("*/*", JSON),
        # one range
        (JSON, JSON),
        (CSV, CSV),
        ("TEXT/CSV", CSV),
        ("text/*", CSV),
        ("application/*", JSON),
        # weights, then our order
        ("text/csv;q=0.9, application/json;q=0.8", CSV),
        ("text/csv;q=0.8, application/json;q=0.9", JSON),
        ("text/csv, application/json", JSON),
        ("text/csv;q=0.001", CSV),
        ("text/csv ; q=0.5 , application/x-ndjson ; q=0.6", LINES),
        ("text/csv;Q=0.2, application/json;q=0.1", CSV),
        # the most specific range counts, not the highest weight nor the first
        ("*/*, application/json;q=0.1", LINES),
        ("application/json;q=0.1, */*", LINES),
        ("application/*;q=0.2, */*;q=0.5", CSV),
        ("application/*, application/json;q=0, application/x-ndjson;q=0.5", LINES),
        ("text/*;q=0.3, text/csv;q=0.7, */*;q=0.5", CSV),
        ("*/*;q=0.1, text/*;q=0", JSON),
        # a weight of 0 excludes
        ("application/json;q=0, */*", LINES),
        ("*/*;q=0", None),
        ("application/json;q=0", None),
        ("text/csv, */*;q=0", CSV),
        ("*/*, application/json;q=0.0, application/x-ndjson;q=0.000, text/csv;q=0", None),
        # what is not offered
        ("application/xml", None),
        ("image/*, text/html", None),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", JSON),
        # parameters: a range that has some names the type, where no range without them does
        ("application/json; charset=utf-8", JSON),
        ("text/csv; header=present; q=0.5", CSV),
        ("application/json;version=2;q=0, application/*", JSON),
        ("application/json;version=2, application/json;q=0.1, text/csv;q=0.5", CSV),
        ('text/csv; title="a, b; c"; q=0.9, application/json;q=0.5', CSV),
        # what is no weight is no range
        ("text/csv;q=2, application/json", JSON),
        ("text/csv;q=nan", None),
        ("text/csv;q=-1, */*;q=0.1", JSON),
        # what is no range names nothing
        ("*", None),
        ("*/csv", None),
        ("json", None),
        ("text/", None),
        (",,;;q=", None),
        (", text/csv,", CSV),
    ],
)
def test_the_best_representation(accept: str, expected: str | None) -> None:
    """What the RFC says, case by case."""
    assert best_of(accept, OFFERED) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (f'{LD};profile="https://schema.org"', f'{LD}; profile="https://schema.org"'),
        (LD, f'{LD}; profile="https://schema.org"'),
        (f'{LD};profile="https://other.example"', f'{LD}; profile="https://schema.org"'),
        (f'{LD};profile="https://schema.org";q=0.2, {LD};q=0.9, {HTML};q=0.5', HTML),
    ],
)
def test_representations_with_parameters(accept: str, expected: str) -> None:
    """A range with the same parameters is the most specific of all."""
    assert best_of(accept, (f'{LD}; profile="https://schema.org"', HTML)) == expected


@given(st.text(max_size=60) | st.lists(st.sampled_from([*OFFERED, "*/*", "text/*", ";q=0", ";q=0.5", ",", "; ", '"'])))
def test_any_header(accept: str | list[str]) -> None:
    """Whatever comes is answered with what there is, or with nothing."""
    assert best_of("".join(accept), OFFERED) in (*OFFERED, None)
