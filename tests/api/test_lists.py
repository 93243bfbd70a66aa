"""Lists: every record once, in code point order, page by page; filters give what a loop over the bodies gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import NOUNS
from api.parameters import ReleasedListQuery
from dataset.canonical import Body, canonical
from tests.api.support import State, Statements, has_bytes, in_order, items, walk

#: Left out by `make test-fast`: many requests or files, each worth its time but not at every save.
pytestmark = pytest.mark.slow

TYPES = ("sources", "quotes", "claims", "events", "actors", "places", "topics", "questions")

Values = Callable[[Body], list[Any]]


def member(name: str) -> Values:
    """The value of one member, or its values."""

    def values(body: Body) -> list[Any]:
        value = body.get(name, [])
        return value if isinstance(value, list) else [value]

    return values


def inside(name: str, key: str) -> Values:
    """The values of a member of the items of a list."""
    return lambda body: [item[key] for item in body.get(name, []) if key in item]


#: (type, filter) → the values of a record that the filter looks at.
FILTERS: dict[tuple[str, str], Values] = {
    **{("sources", name): member(name) for name in ("kind", "language", "publisher", "translator")},
    ("sources", "author"): member("authors"),
    ("sources", "derived_from"): inside("derived_from", "source"),
    **{
        ("quotes", name): member(name) for name in ("source", "speaker", "speaker_basis", "kind", "uttered", "occasion")
    },
    **{("quotes", name): member(name) for name in ("language", "continues", "printing_of")},
    ("quotes", "via"): inside("via", "actor"),
    **{("claims", name): member(name) for name in ("source", "claimant", "claimant_basis", "modality", "renders")},
    ("claims", "author_stance"): member("author_stance"),
    ("claims", "via"): inside("via", "actor"),
    ("claims", "unit"): lambda body: [body["quantity"]["unit"]] if "quantity" in body else [],
    **{("claims", name): member(f"{name}s") for name in ("event", "actor", "place", "topic", "quote")},
    ("claims", "question"): inside("answers", "question"),
    ("claims", "position"): inside("answers", "position"),
    **{("events", name): member(name) for name in ("kind", "status", "place", "part_of")},
    ("events", "participant"): inside("participants", "actor"),
    **{("actors", name): member(name) for name in ("kind", "named", "country")},
    ("actors", "organisation"): inside("roles", "organisation"),
    **{("places", name): member(name) for name in ("kind", "country")},
    ("topics", "broader"): member("broader"),
    **{("questions", name): member(name) for name in ("kind", "answer")},
}


def test_every_filter_is_tried() -> None:
    """No filter was added without its naive twin above."""
    schemas = {schema.type: schema for schema in ReleasedListQuery.__subclasses__()}
    assert {(name, field) for name, schema in schemas.items() for field in schema().fields} - {
        (name, field) for name in schemas for field in ReleasedListQuery.common
    } == set(FILTERS)
    assert {noun.blueprint.name for noun in NOUNS} >= set(schemas)


@pytest.mark.parametrize("record_type", TYPES)
@pytest.mark.parametrize("limit", [1, 7, 50, 500])
def test_walking_loses_and_doubles_nothing(client: FlaskClient, state: State, record_type: str, limit: int) -> None:
    """The pages of a list are all of its records, each once, byte for byte, in the default order."""
    if limit == 1 and len(state[record_type]) > 60:
        limit = 3
    pages = list(walk(client, f"/v1/{record_type}?limit={limit}"))
    assert [body for page in pages for body in items(page)] == in_order(state, record_type)
    assert all(len(items(page)) == limit for page in pages[:-1])
    assert all(has_bytes(page, body) for page in pages for body in items(page))
    assert {page.get_json()["release"] for page in pages} == {"1.0.0"}
    assert pages[-1].get_json()["page"] == {"limit": limit, "next": None}


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0", "0.10.0", "1.0.0"])
def test_any_release_can_be_read(client: FlaskClient, history: dict[str, State], version: str) -> None:
    """`release` gives the records as that release has them, on every page."""
    for record_type in TYPES:
        pages = list(walk(client, f"/v1/{record_type}?release={version}&limit=90"))
        assert [body for page in pages for body in items(page)] == in_order(history[version], record_type)
        assert {page.get_json()["release"] for page in pages} == {version}


def wanted(values: list[Any]) -> str:
    """Values as a parameter has them."""
    return ",".join(str(value).lower() if isinstance(value, bool) else value for value in values)


@pytest.mark.parametrize(("record_type", "name"), FILTERS, ids=lambda part: part)
def test_filter_equals_naive_reading(client: FlaskClient, state: State, record_type: str, name: str) -> None:
    """A filter with one value, and with two, selects what a loop over the bodies selects."""
    values_of = FILTERS[record_type, name]
    bodies = in_order(state, record_type)
    known = sorted({value for body in bodies for value in values_of(body)})
    assert known, "the made-up data has no value for this filter"
    alone = [[value] for value in (known[0], known[-1])]
    for chosen in alone if isinstance(known[0], bool) else [*alone, known[-2:]]:
        expected = [body for body in bodies if set(values_of(body)) & set(chosen)]
        pages = list(walk(client, f"/v1/{record_type}?{name}={wanted(chosen)}&limit=100"))
        assert [body for page in pages for body in items(page)] == expected
        assert expected


def test_filters_are_joined(client: FlaskClient, state: State) -> None:
    """Several filters must all match; question and position must match in one answer."""
    both = [
        body
        for body in in_order(state, "claims")
        if body["modality"] in ("denied", "urged") and "weather" in body.get("topics", [])
    ]
    assert items(client.get("/v1/claims?modality=denied,urged&topic=weather&limit=500")) == both
    assert both
    taken = items(client.get("/v1/claims?question=how-many-00000&position=many&limit=500"))
    assert all({"question": "how-many-00000", "position": "many"} in body["answers"] for body in taken)
    assert "almanac.c1" not in [body["id"] for body in taken]


def test_no_match_is_an_empty_list(client: FlaskClient) -> None:
    """An id that no record has is no mistake."""
    answer = client.get("/v1/claims?claimant=nobody-at-all")
    assert answer.get_json() == {"data": [], "page": {"limit": 50, "next": None}, "release": "1.0.0"}


def test_a_page_is_stored_bytes(client: FlaskClient, state: State) -> None:
    """The items of a list are the canonical bodies, joined by commas."""
    answer = client.get("/v1/actors?limit=500")
    joined = b",".join(canonical(body) for body in in_order(state, "actors"))
    assert answer.get_data() == b'{"data":[' + joined + b'],"page":{"limit":500,"next":null},"release":"1.0.0"}'


@pytest.mark.parametrize("record_type", TYPES)
def test_a_list_costs_one_statement(client: FlaskClient, engine: str, record_type: str) -> None:
    """However many records it holds. Which releases there are is known; PostgreSQL is asked in the same transaction."""
    client.get("/v1/releases")
    for query in ("", "?limit=1", "?limit=500", "?release=0.1.0"):
        with Statements() as statements:
            client.get(f"/v1/{record_type}{query}")
        assert len(statements.seen) == (1 if engine == "sqlite" else 2)


def test_order_of_values_makes_no_difference(client: FlaskClient) -> None:
    """A cursor goes on when the values of a filter, or the filters, are told in another order or twice."""
    first = client.get("/v1/claims?modality=urged,denied&topic=rules,boats&limit=2").get_json()
    cursor = first["page"]["next"]
    again = client.get(f"/v1/claims?cursor={cursor}&topic=boats,rules,boats&modality=denied,urged&limit=2")
    assert again.status_code == 200
    assert not {body["id"] for body in first["data"]} & {body["id"] for body in items(again)}


def test_values_may_be_repeated(client: FlaskClient) -> None:
    """Clients that repeat a parameter of several values get the answer of those that write commas, tag and all."""
    joined = client.get("/v1/claims?modality=denied,urged&limit=1")
    repeated = client.get("/v1/claims?modality=denied&limit=1&modality=urged")
    assert joined.get_json()["page"]["next"]
    assert repeated.data == joined.data
    assert [repeated.headers[name] for name in ("ETag", "Link", "Content-Location")] == [
        joined.headers[name] for name in ("ETag", "Link", "Content-Location")
    ]
