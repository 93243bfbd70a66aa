"""Chains, voices and relations of positions, on made-up records."""

from __future__ import annotations

from typing import Any

import pytest

from dataset.derived.positions import figures, relation
from dataset.derived.provenance import chain, root
from dataset.derived.voices import voices
from dataset.derived.zones import zone

SOURCES: dict[str, dict[str, Any]] = {
    "gazette-1": {"id": "gazette-1", "authors": ["bob"], "publisher": "gazette"},
    "portal-1": {
        "id": "portal-1",
        "publisher": "portal",
        "derived_from": [{"source": "gazette-1", "relation": "republication_of"}],
        "text": {"zones": [{"kind": "body", "start": 0, "end": 10}, {"kind": "comment", "start": 10, "end": 20}]},
    },
    "portal-1-da": {
        "id": "portal-1-da",
        "translator": "ena",
        "publisher": "portal",
        "derived_from": [{"source": "portal-1", "relation": "translation_of"}],
    },
    "leaflet": {"id": "leaflet"},
}
ACTORS: dict[str, dict[str, Any]] = {"ada": {}, "bob": {}, "dockers": {"named": False}, "clerks": {"named": False}}


def claim(
    source: str = "gazette-1", claimant: str | None = "ada", basis: str = "stated", **more: Any
) -> dict[str, Any]:
    body = {"source": source, "claimant": claimant, "claimant_basis": basis, **more}
    return {name: value for name, value in body.items() if value is not None}


def stations(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(link.actor, link.role) for link in chain(record, SOURCES)]


def test_a_chain_runs_from_the_claimant_to_the_publisher_of_the_copy() -> None:
    via = [{"actor": "agency", "role": "relay"}]
    assert stations(claim("portal-1", via=via)) == [
        ("ada", "claimant"), ("agency", "relay"), ("bob", "author"), ("gazette", "publisher"), ("portal", "publisher")
    ]  # fmt: skip
    assert stations(claim("portal-1-da", "bob", "author")) == [
        ("bob", "claimant"), ("ena", "translator"), ("gazette", "publisher"), ("portal", "publisher")
    ]  # fmt: skip
    assert stations({"source": "gazette-1", "speaker": "ada", "speaker_basis": "stated"})[0] == ("ada", "speaker")
    assert stations(claim("leaflet", None, "unknown")) == []


def test_copies_have_one_root() -> None:
    assert {root(id, SOURCES) for id in ("gazette-1", "portal-1", "portal-1-da")} == {"gazette-1"}


def test_zones() -> None:
    assert zone(claim("portal-1", anchor={"start": 10, "end": 12}), SOURCES) == "comment"
    assert zone(claim("portal-1", anchor={"start": 9, "end": 12}), SOURCES) == "body"
    assert zone(claim("portal-1"), SOURCES) is None
    assert zone(claim("leaflet", anchor={"start": 9, "end": 12}), SOURCES) is None


@pytest.mark.parametrize(
    ("claims", "least", "most"),
    [
        ([], 0, 0),
        ([claim(), claim("portal-1")], 1, 1),
        ([claim(), claim(claimant="bob", basis="author")], 2, 2),
        ([claim("gazette-1", None, "author"), claim("portal-1", None, "author")], 1, 1),
        ([claim("gazette-1", None, "author"), claim("leaflet", None, "author")], 2, 2),
        ([claim(claimant="dockers")], 1, 1),
        ([claim(claimant="dockers"), claim(claimant="clerks")], 1, 2),
        ([claim(), claim(claimant="dockers"), claim(claimant="clerks")], 1, 3),
        ([claim(claimant=None, basis="unknown"), claim()], 1, 2),
        ([claim(renders="gazette-1.c1")], 0, 0),
        ([claim("portal-1", anchor={"start": 11, "end": 12})], 0, 0),
        ([claim(via=[{"actor": "bob", "role": "credit"}])], 1, 1),
    ],
)
def test_voices(claims: list[dict[str, Any]], least: int, most: int) -> None:
    found = voices(claims, SOURCES, ACTORS)
    assert (found.min, found.max) == (least, most)


def quantity(qualifier: str, value: float | None = None, **bounds: float) -> dict[str, Any]:
    return {"qualifier": qualifier, **bounds, **({} if value is None else {"value": value})}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (quantity("over", 1000), quantity("over", 3000), "compatible"),
        (quantity("over", 3000), quantity("exact", 11000), "compatible"),
        (quantity("over", 3000), quantity("exact", 3000), "conflict"),
        (quantity("at_least", 3000), quantity("exact", 3000), "compatible"),
        (quantity("at_most", 20), quantity("at_least", 21), "conflict"),
        (quantity("under", 20), quantity("exact", 20), "conflict"),
        (quantity("about", 100), quantity("exact", 109), "compatible"),
        (quantity("about", 100), quantity("exact", 120), "conflict"),
        (quantity("between", min=2, max=4), quantity("exact", 4), "compatible"),
        (quantity("order_of", 10_000), quantity("exact", 40_000), "compatible"),
        (quantity("exact", 2), quantity("exact", 4), "conflict"),
    ],
)
def test_figures_that_meet_are_compatible(one: dict[str, Any], other: dict[str, Any], expected: str) -> None:
    assert relation({"answer": "number"}, [claim(quantity=one)], [claim(quantity=other)]) == expected
    assert relation({"answer": "number"}, [claim(quantity=other)], [claim(quantity=one)]) == expected


def test_a_quantity_with_one_bound_is_open_at_the_other() -> None:
    low, high = figures(quantity("at_least", min=3))
    assert (low, high) == (3, float("inf"))


def at(day: str | None, last: str | None = None, **more: Any) -> dict[str, Any]:
    more |= {"time": "a date", "time_earliest": day, "time_latest": last or day}
    return claim(**{name: value for name, value in more.items() if value is not None})


def test_a_later_answer_is_an_update() -> None:
    two, four = quantity("exact", 2), quantity("exact", 4)
    assert (
        relation({"answer": "number"}, [at("2021-05-04", quantity=two)], [at("2021-06-01", quantity=four)]) == "update"
    )
    assert relation({"answer": "number"}, [at("2021-05-04", quantity=two)], [claim(quantity=four)]) == "conflict"
    assert relation({"answer": "yes_no"}, [at("2021-05-04")], [at("2021-05-04")]) == "conflict"
    assert (
        relation({"answer": "yes_no"}, [at("2021-06-04")], [at("2021-05-04"), at("2021-05-01", "2021-05-30")])
        == "update"
    )


def test_dates_are_compared_by_what_they_may_mean() -> None:
    assert relation({"answer": "date"}, [at("2021-05-01", "2021-05-31")], [at("2021-05-04")]) == "compatible"
    assert relation({"answer": "date"}, [at("2021-05-03")], [at("2021-05-04")]) == "conflict"


def test_a_position_that_nobody_takes_relates_to_nothing() -> None:
    assert relation({"answer": "number"}, [], [claim()]) is None


def test_choices_relate_as_the_question_says_unless_their_times_are_apart() -> None:
    open_to_both = {"answer": "choice", "kind": "compatible"}
    assert relation(open_to_both, [claim()], [claim()]) == "compatible"
    assert relation({"answer": "choice", "kind": "conflict"}, [claim()], [claim()]) == "conflict"
    assert relation(open_to_both, [at("2021-05-04")], [at("2021-06-01")]) == "update"
    assert relation({"answer": "yes_no", "kind": "compatible"}, [claim()], [claim()]) == "conflict"
