"""The timeline and the statistics, against a loop over the bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from dataset.canonical import Body
from dataset.edtf import bounds
from tests.api.support import State, Statements, in_order
from tests.api.test_shaping import everything, refusal

DATES = {"events": "date", "claims": "time"}


def dated(state: State) -> list[tuple[str, Body]]:
    """Type and body of all that has a date, in the order of the timeline."""
    found = [(name, body) for name, date in DATES.items() for body in state[name].values() if date in body]

    def place(item: tuple[str, Body]) -> tuple[str, int, str]:
        name, body = item
        first, last = (body.get(f"{DATES[name]}_{bound}") for bound in ("earliest", "latest"))
        return first or last or "", list(DATES).index(name), body["id"]

    return sorted(found, key=place)


def ids(items: list[Body]) -> list[tuple[str, str]]:
    """Types and ids of the items of a timeline."""
    return [(item["type"], item["id"]) for item in items]


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0", "1.0.0"])
def test_the_timeline_holds_all_that_is_dated(client: FlaskClient, history: dict[str, State], version: str) -> None:
    """Every event and claim with a date, once, in the order of the first day, page by page, in any release."""
    found = everything(client, f"/v1/timeline?limit=41&release={version}")
    expected = dated(history[version])
    assert ids(found) == [(name, body["id"]) for name, body in expected]
    for item, (name, body) in zip(found, expected, strict=True):
        date = DATES[name]
        assert item["date"] == body[date]
        first, last = bounds(body[date])
        assert item.get("earliest") == (first and first.isoformat())
        assert item.get("latest") == (last and last.isoformat())
        assert item["label"] == body["title" if name == "events" else "statement"]
        assert item["record"] == f"/v1/{name}/{body['id']}"
    assert client.get(found[0]["record"]).status_code == 200


def about(topic: str, state: State) -> Callable[[tuple[str, Body]], bool]:
    """Whether a claim is about a topic or a narrower one, or an event is named by such a claim."""
    topics = {topic} | {name for name, body in state["topics"].items() if body.get("broader") == topic}
    telling = [body for body in state["claims"].values() if topics & set(body.get("topics", []))]
    told = {event for body in telling for event in body.get("events", [])}

    def matches(item: tuple[str, Body]) -> bool:
        name, body = item
        return body["id"] in told if name == "events" else bool(topics & set(body.get("topics", [])))

    return matches


def test_filters_of_the_timeline(client: FlaskClient, state: State) -> None:
    """Each filter leaves what a loop leaves."""
    filters: dict[str, Callable[[tuple[str, Body]], bool]] = {
        "types=events": lambda item: item[0] == "events",
        "types=claims": lambda item: item[0] == "claims",
        "topic=boats": about("boats", state),
        "place=pier-0001": lambda item: "pier-0001" in (item[1].get("place"), *item[1].get("places", [])),
        "date_within=2031-07": lambda item: (
            item[1].get(f"{DATES[item[0]]}_earliest", "") >= "2031-07-01"
            and item[1].get(f"{DATES[item[0]]}_latest", "9") <= "2031-07-31"
        ),
    }
    actor = next(body["participants"][0]["actor"] for body in in_order(state, "events"))
    filters[f"actor={actor}"] = lambda item: (
        actor in [part["actor"] for part in item[1].get("participants", [])] + item[1].get("actors", [])
    )
    for query, matches in filters.items():
        expected = [(name, body["id"]) for name, body in dated(state) if matches((name, body))]
        assert expected, query
        assert ids(everything(client, f"/v1/timeline?{query}&limit=90")) == expected, query


def test_cursors_of_the_timeline(client: FlaskClient) -> None:
    """They go on in their own timeline, in one statement a page."""
    page = client.get("/v1/timeline?limit=3&types=claims").get_json()["page"]
    with Statements() as statements:
        assert client.get(f"/v1/timeline?limit=9&types=claims&cursor={page['next']}").status_code == 200
    assert len(statements.seen) <= 2
    assert refusal(client, f"/v1/timeline?cursor={page['next']}")["type"] == "/problems/bad-cursor"
    assert refusal(client, "/v1/timeline?types=actors")["parameter"] == "types"
    assert refusal(client, "/v1/timeline?date_overlaps=yesterday")["parameter"] == "date_overlaps"


def counted(bodies: list[Body], name: str) -> list[dict[str, Any]]:
    """Groups of one dimension, as they are told."""
    groups = Counter(body.get(name) for body in bodies)
    ordered = sorted(groups.items(), key=lambda group: (-group[1], group[0] is None, group[0] or ""))
    return [{"key": {name: key}, "count": count} for key, count in ordered]


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0"])
def test_statistics(client: FlaskClient, history: dict[str, State], version: str) -> None:
    """Figures of any release are those of its records; they are worked out once."""
    state = history[version]
    told = client.get(f"/v1/stats?release={version}").get_json()
    assert told["records"] == {name: len(bodies) for name, bodies in state.items()}
    claims, quotes = in_order(state, "claims"), in_order(state, "quotes")
    assert told["claims_by_modality"] == counted(claims, "modality")
    assert told["claims_by_claimant_basis"] == counted(claims, "claimant_basis")
    assert told["quotes_by_speaker_basis"] == counted(quotes, "speaker_basis")
    assert told["questions_by_kind"] == counted(in_order(state, "questions"), "kind")
    anchored = sum("anchor" in body for body in claims)
    share = round(anchored / len(claims), 4)
    assert told["anchored"]["claims"] == {"records": len(claims), "anchored": anchored, "share": share}
    days = [body.get("time_earliest", body.get("time_latest")) for body in claims if "time" in body]
    assert told["dates"]["claims.time"]["records"] == len(days)
    assert told["dates"]["claims.time"]["first"] == min(day for day in days if day)
    by_source = Counter(body["source"] for body in claims)
    assert {item["source"]: item["claims"] for item in told["sources"]} == by_source
    spoken = Counter(body["source"] for body in quotes)
    assert all(item["quotes"] == spoken[item["source"]] for item in told["sources"])
    assert told["sources_left"] == 0
    with Statements() as statements:
        client.get(f"/v1/stats?release={version}", headers={"If-None-Match": '"other"'})
    assert len(statements.seen) <= 1
