"""Lists: every record once, in code point order, page by page; filters give what a loop over the bodies gives."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from dataset.canonical import canonical
from tests.api.support import State, Statements, has_bytes, in_order, items, walk
from tests.asking.naive import DATES, FLAGS, TWINS, World, admits, overlaps, within

#: Left out by `make test-fast`: many requests or files, each worth its time but not at every save.
pytestmark = pytest.mark.slow

TYPES = ("sources", "quotes", "claims", "events", "actors", "places", "topics", "questions")


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


#: Filters for which the made-up data of these tests has no value; tests/asking has.
UNKNOWN = {("sources", "part_of"), ("actors", "named")}


@pytest.mark.parametrize(("record_type", "name"), sorted(TWINS.keys() - UNKNOWN), ids=lambda part: part)
def test_filter_equals_naive_reading(client: FlaskClient, state: State, record_type: str, name: str) -> None:
    """A filter with one value, and with two, selects what a loop over the bodies selects; its opposite the rest."""
    world = World(state)
    bodies = in_order(state, record_type)
    held = {body["id"]: TWINS[record_type, name](world, body) for body in bodies}
    known = sorted(set().union(*held.values()))
    assert known, "the made-up data has no value for this filter"
    for chosen in ([known[0]], known[-2:]):
        expected = [body for body in bodies if held[body["id"]] & set(chosen)]
        pages = list(walk(client, f"/v1/{record_type}?{name}={','.join(chosen)}&limit=100"))
        assert [body for page in pages for body in items(page)] == expected
        assert expected
    others = [body for body in bodies if known[0] not in held[body["id"]]]
    pages = list(walk(client, f"/v1/{record_type}?not_{name}={known[0]}&limit=500"))
    assert [body for page in pages for body in items(page)] == others


@pytest.mark.parametrize(("record_type", "name"), FLAGS, ids=lambda part: part)
@pytest.mark.parametrize("value", [True, False])
def test_flags(client: FlaskClient, state: State, record_type: str, name: str, value: bool) -> None:
    """A flag finds the records for which it is true, or those for which it is false."""
    world = World(state)
    expected = [body for body in in_order(state, record_type) if FLAGS[record_type, name](world, body) is value]
    pages = list(walk(client, f"/v1/{record_type}?{name}={str(value).lower()}&limit=500"))
    assert [body for page in pages for body in items(page)] == expected


@pytest.mark.parametrize(("record_type", "name"), DATES, ids=lambda part: part)
def test_dates(client: FlaskClient, state: State, record_type: str, name: str) -> None:
    """A date is asked by any expression of the subset, in the two ways."""
    world = World(state)
    bodies = in_order(state, record_type)
    for text, span in {
        "2031-07-14": ("2031-07-14", "2031-07-14"),
        "2031-07~": ("2031-07-01", "2031-07-31"),
        "../2031-08": (None, "2031-08-31"),
        "2031/..": ("2031-01-01", None),
    }.items():
        for tail, compare in (("overlaps", overlaps), ("within", within)):
            expected = [body for body in bodies if compare(DATES[record_type, name](world, body), span)]
            pages = list(walk(client, f"/v1/{record_type}?{name}_{tail}={text}&limit=500"))
            assert [body for page in pages for body in items(page)] == expected


def test_figures(client: FlaskClient, state: State) -> None:
    """Figures are asked in a unit, from the least to the greatest."""
    bodies = [body for body in in_order(state, "claims") if body.get("quantity", {}).get("unit") == "boats"]
    for query, low, high in (("quantity_min=2500", 2500, None), ("quantity_min=100&quantity_max=3e3", 100, 3000)):
        found = items(client.get(f"/v1/claims?unit=boats&{query.replace('3e3', '3000')}&limit=500"))
        assert found == [body for body in bodies if admits(body, low, high)]
        assert found


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("quantity_min=3", {"quantity_min"}),
        ("quantity_max=3&quantity_min=4.5", {"quantity_min", "quantity_max"}),
        ("quantity_max=3&quantity_min=4.5&unit=boats", {"quantity_max"}),
        ("quantity_max=many&modality=guessed", {"quantity_max", "modality"}),
        ("quantity_min=3&not_unit=boats&limit=0", {"quantity_min", "limit"}),
        ("time_overlaps=yesterday&said_within=2031-13", {"time_overlaps", "said_within"}),
        ("hedged=yes&not_zone=Body", {"hedged", "not_zone"}),
        ("not_hedged=true", {"not_hedged"}),
    ],
)
def test_mistakes_in_filters_are_told(client: FlaskClient, query: str, parameters: set[str]) -> None:
    """All at once, each with what was found and what is allowed."""
    answer = client.get(f"/v1/claims?{query}")
    assert answer.status_code == 400
    errors = answer.get_json()["errors"]
    assert {error["parameter"] for error in errors} == parameters
    assert all(error["found"] and error["allowed"] for error in errors)


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


@pytest.mark.parametrize(
    "query",
    [
        "chain=skipper-00003",
        "translated=true",
        "topic=boats&not_zone=comment",
        "disputed=true&voices_min=2",
        "contradicted_by=gazette-000001",
        "by_or_about=skipper-00003&said_or_published_overlaps=2031-07",
        "not_chain=zed&publisher=skipper-00000&uncertain=true",
    ],
)
def test_filters_go_with_all_that_shapes_a_list(client: FlaskClient, state: State, query: str) -> None:
    """With words, orders, counts, groups and samples, which all work on what the filters select."""
    found = {body["id"] for page in walk(client, f"/v1/claims?{query}&limit=500") for body in items(page)}
    assert found
    worded = {body["id"] for page in walk(client, "/v1/claims?q=the&limit=500") for body in items(page)}
    both = [body["id"] for page in walk(client, f"/v1/claims?{query}&q=the&limit=20") for body in items(page)]
    assert len(both) == len(set(both))
    assert set(both) == found & worded
    counted = client.get(f"/v1/claims?{query}&count=exact&limit=1").get_json()
    assert counted["page"]["total"] == len(found)
    ordered = [body["id"] for page in walk(client, f"/v1/claims?{query}&sort=-time&limit=30") for body in items(page)]
    assert len(ordered) == len(found)
    assert set(ordered) == found
    sampled = items(client.get(f"/v1/claims?{query}&sample=5&seed=1"))
    assert {body["id"] for body in sampled} <= found
