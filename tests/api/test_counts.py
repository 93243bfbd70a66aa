"""Counts and groups of lists, each against a loop over the bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient

from dataset.canonical import Body
from dataset.queries.grouping import DIMENSIONS
from tests.api.support import State, Statements, in_order
from tests.api.test_shaping import everything, refusal

Values = Callable[[Body], list[str | None]]

#: Dimensions of a list of mappings, or of values with another name: where they stand in a body.
INSIDE = {
    ("sources", "author"): ("authors", None),
    ("quotes", "via"): ("via", "actor"),
    ("claims", "via"): ("via", "actor"),
    ("claims", "question"): ("answers", "question"),
    ("claims", "position"): ("answers", "position"),
    ("events", "participant"): ("participants", "actor"),
    ("actors", "organisation"): ("roles", "organisation"),
    **{("claims", name): (f"{name}s", None) for name in ("event", "actor", "place", "topic", "quote")},
}


def values_of(record_type: str, name: str) -> Values:
    """The values of a record in a dimension; none is null."""

    def values(body: Body) -> list[str | None]:
        if name.endswith("_year"):
            day = body.get(f"{name.removesuffix('_year')}_earliest")
            return [day and day[:4]]
        if name == "unit":
            return [body.get("quantity", {}).get("unit")]
        if (record_type, name) in INSIDE:
            member, inner = INSIDE[record_type, name]
            items = [item.get(inner) if inner else item for item in body.get(member, [])]
            return list(dict.fromkeys(item for item in items if item is not None)) or [None]
        value = body.get(name)
        return [str(value).lower() if isinstance(value, bool) else value]

    return values


def ordered(groups: Counter[tuple[str | None, ...]]) -> list[tuple[tuple[str | None, ...], int]]:
    """Groups, the greatest first, those alike by their keys, null last."""
    return sorted(groups.items(), key=lambda group: (-group[1], [(part is None, part or "") for part in group[0]]))


def told(answer: dict[str, Any], *names: str) -> list[tuple[tuple[str | None, ...], int]]:
    """The groups of an answer."""
    return [(tuple(group["key"][name] for name in names), group["count"]) for group in answer["groups"]]


@pytest.mark.parametrize(
    ("record_type", "name"), [(record_type, name) for record_type, names in DIMENSIONS.items() for name in names]
)
def test_groups_by_one_dimension(client: FlaskClient, state: State, record_type: str, name: str) -> None:
    """Each record counts once under each of its values, under null where it has none."""
    bodies = in_order(state, record_type)
    expected: Counter[tuple[str | None, ...]] = Counter(
        (value,) for body in bodies for value in values_of(record_type, name)(body)
    )
    answer = client.get(f"/v1/counts/{record_type}?group_by={name}&limit=500").get_json()
    assert told(answer, name) == ordered(expected)
    assert answer["total"] == len(bodies)
    assert answer["remainder"] == {"groups": 0, "count": 0}


@pytest.mark.parametrize(
    "names", ["modality,claimant", "topic,actor", "source,topic", "time_year,modality", "via,topic"]
)
def test_groups_by_two_dimensions(client: FlaskClient, state: State, names: str, engine: str) -> None:
    """All pairs of values, of the records that the filters leave; two statements whatever is asked."""
    one, other = names.split(",")
    bodies = [body for body in in_order(state, "claims") if body["modality"] in ("asserted", "denied")]
    pairs = (product(values_of("claims", one)(body), values_of("claims", other)(body)) for body in bodies)
    expected = ordered(Counter(pair for some in pairs for pair in some))
    address = f"/v1/counts/claims?group_by={names}&modality=asserted,denied"
    with Statements() as statements:
        answer = client.get(f"{address}&limit=4").get_json()
    assert len(statements.seen) <= (3 if engine == "sqlite" else 4)
    assert told(answer, one, other) == expected[:4]
    left = expected[4:]
    assert answer["remainder"] == {"groups": len(left), "count": sum(number for _, number in left)}
    assert answer["total"] == len(bodies)


def test_position_and_question_are_of_one_answer(client: FlaskClient, state: State) -> None:
    """Two dimensions of one list are taken from one item of it."""
    expected: Counter[tuple[str | None, ...]] = Counter()
    for body in in_order(state, "claims"):
        answers = {(item["question"], item["position"]) for item in body.get("answers", [])}
        expected.update(answers or {(None, None)})
    answer = client.get("/v1/counts/claims?group_by=question,position").get_json()
    assert told(answer, "question", "position") == ordered(expected)


def test_a_count_is_the_length_of_the_list(client: FlaskClient) -> None:
    """Filters, words, ids and releases count what the list of the same query has."""
    for query in ("", "q=boats", "modality=denied&topic=boats", "id=almanac.c1,almanac.c2,nobody.c1", "release=0.1.0"):
        answer = client.get(f"/v1/counts/claims?{query}").get_json()
        assert answer["total"] == len(everything(client, f"/v1/claims?{query}&limit=500"))
        assert answer["groups"] == []
        assert "remainder" not in answer
    empty = client.get("/v1/counts/claims?claimant=nobody&group_by=modality").get_json()
    assert empty == {"total": 0, "groups": [], "release": "1.0.0"}


def test_groups_lead_to_lists(client: FlaskClient) -> None:
    """A key is a filter: the list that it leads to has as many records."""
    for group in client.get("/v1/counts/claims?group_by=modality,claimant").get_json()["groups"]:
        if None not in group["key"].values():
            query = "&".join(f"{name}={value}" for name, value in group["key"].items())
            assert client.get(f"/v1/counts/claims?{query}").get_json()["total"] == group["count"]


def test_what_counts_do_not_take(client: FlaskClient) -> None:
    """Unknown dimensions, more than two, and what belongs to pages."""
    assert "did you mean 'claimant'?" in refusal(client, "/v1/counts/claims?group_by=claimnt")["detail"]
    assert "at most 2" in refusal(client, "/v1/counts/claims?group_by=topic,actor,place")["detail"]
    assert refusal(client, "/v1/counts/claims?cursor=x")["type"] == "/problems/unknown-parameter"
    assert refusal(client, "/v1/claims?group_by=topic")["type"] == "/problems/unknown-parameter"
