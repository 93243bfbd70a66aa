"""Search by HTTP: what `q` finds is what a plain reading of the bodies finds, in the same order, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.cursors import decode
from dataset.canonical import Body
from dataset.search.highlights import highlights
from dataset.search.query import parse
from tests.api.support import State, Statements, has_bytes, items, walk
from tests.search.support import naive

#: Left out by `make test-fast`: many requests, words or releases, each worth its time but not at every save.
pytestmark = pytest.mark.slow

TYPES = ("sources", "quotes", "claims", "events", "actors", "places", "topics", "questions")
QUERIES = (
    "boats",
    "boat*",
    "how many boats",
    '"ten boats"',
    "ten boats",
    "both harb* crews",
    "zed*",
    "gar nicht",
    "S",
    "0",
)
BAD = ("", " ", "…", 'boats "wind', 'boats ""', "bo*", "bo*ts", "boats *", "a\0b", "a " * 65, "a" * 1001)


def expected(state: State, query: str, *types: str) -> list[tuple[str, str]]:
    """Type and id of all that a query finds."""
    return [(record_type, id_) for _, record_type, id_ in naive(state, parse(query), types or tuple(state))]


def bodies(state: State, query: str, record_type: str) -> list[Body]:
    """The records of a type that a query finds."""
    return [state[record_type][id_] for _, id_ in expected(state, query, record_type)]


def cursor_of(client: FlaskClient, address: str, **parameters: Any) -> str:
    """The cursor behind a page."""
    cursor: str = client.get(address, query_string=parameters).get_json()["page"]["next"]
    return cursor


def test_the_queries_find_something(state: State) -> None:
    """Every query finds records, every type but one is found, and every tier."""
    found = [hit for query in QUERIES for hit in naive(state, parse(query))]
    assert all(expected(state, query) for query in QUERIES)
    assert {record_type for _, record_type, _ in found} >= set(TYPES) - {"sources"}
    assert {tier for tier, _, _ in found} == {0, 1, 2}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("record_type", TYPES)
def test_a_list_holds_what_is_found(client: FlaskClient, state: State, record_type: str, query: str) -> None:
    """All of it, in the order of the search, byte for byte, with the places of the words."""
    answer = client.get(f"/v1/{record_type}", query_string={"q": query, "limit": 500})
    wanted = bodies(state, query, record_type)
    assert items(answer) == wanted
    assert all(has_bytes(answer, body) for body in wanted)
    marks = {body["id"]: [mark._asdict() for mark in highlights(record_type, body, parse(query))] for body in wanted}
    assert answer.get_json()["highlights"] == marks
    assert all(marks.values())


@pytest.mark.parametrize("limit", [1, 7, 50])
@pytest.mark.parametrize(
    ("record_type", "query"), [("claims", "ten boats"), ("claims", "both harb* crews"), ("actors", "0")]
)
def test_pages_lose_and_double_nothing(
    client: FlaskClient, state: State, record_type: str, query: str, limit: int
) -> None:
    """Whatever the tiers in which pages end."""
    pages = list(walk(client, f"/v1/{record_type}?q={query}&limit={limit}"))
    assert [body for page in pages for body in items(page)] == bodies(state, query, record_type)
    assert all(len(items(page)) == limit for page in pages[:-1])
    assert all(set(page.get_json()["highlights"]) == {body["id"] for body in items(page)} for page in pages)


def test_joined_with_filters(client: FlaskClient, state: State) -> None:
    """Filters must match too; one source, two, or something else."""
    found = bodies(state, "boats", "claims")
    for name in ("source", "modality"):
        values = sorted({body[name] for body in found})
        for chosen in ([values[0]], values[:2]):
            wanted = [body for body in found if body[name] in chosen]
            pages = list(walk(client, f"/v1/claims?q=boats&{name}={','.join(chosen)}&limit=9"))
            assert [body for page in pages for body in items(page)] == wanted
            assert wanted


@pytest.mark.parametrize("query", QUERIES)
def test_all_types_at_once(client: FlaskClient, state: State, query: str) -> None:
    """The tier comes first, then the type; each record as its list has it, with the places of the words."""
    answer = client.get("/v1/search", query_string={"q": query, "limit": 500})
    data = answer.get_json()["data"]
    assert [(item["type"], item["record"]["id"]) for item in data] == expected(state, query)
    for item in data:
        body = state[item["type"]][item["record"]["id"]]
        assert item["record"] == body
        assert has_bytes(answer, body)
        assert item["highlights"] == [mark._asdict() for mark in highlights(item["type"], body, parse(query))]


@pytest.mark.parametrize("types", ["", "questions,claims", "actors"])
@pytest.mark.parametrize("limit", [4, 60])
def test_pages_of_all_types(client: FlaskClient, state: State, types: str, limit: int) -> None:
    """Of all types, or of those that are named: nothing is lost, nothing comes twice."""
    for query in ("ten boats", "zed*", "0"):
        pages = list(walk(client, f"/v1/search?q={query}&limit={limit}" + (f"&types={types}" if types else "")))
        found = [(item["type"], item["record"]["id"]) for page in pages for item in items(page)]
        assert found == expected(state, query, *filter(None, types.split(",")))


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0", "0.10.0", "1.0.0"])
def test_a_pinned_release(client: FlaskClient, history: dict[str, State], version: str) -> None:
    """A release is searched as it was."""
    pages = list(walk(client, f"/v1/claims?q=boats&release={version}&limit=40"))
    assert [body for page in pages for body in items(page)] == bodies(history[version], "boats", "claims")
    assert {page.get_json()["release"] for page in pages} == {version}
    pages = list(walk(client, f"/v1/search?q=boats&release={version}&limit=90"))
    found = [(item["type"], item["record"]["id"]) for page in pages for item in items(page)]
    assert found == expected(history[version], "boats")


@pytest.mark.parametrize("query", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("path", [*(f"/v1/{name}" for name in TYPES), "/v1/search"])
def test_what_cannot_be_read(client: FlaskClient, path: str, query: str) -> None:
    """A query that means nothing is refused, with its place and what is allowed."""
    answer = client.get(path, query_string={"q": query})
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "/problems/bad-value"
    [error] = answer.get_json()["errors"]
    assert error["parameter"] == "q"
    assert error["detail"].startswith("q: found ")
    assert "allowed" in error


def test_search_needs_words(client: FlaskClient) -> None:
    """Without `q` there is nothing to search for; a type that is none is told too; the log takes no `q`."""
    [error] = client.get("/v1/search").get_json()["errors"]
    assert error["parameter"] == "q"
    errors = client.get("/v1/search?types=boats,claims").get_json()["errors"]
    assert {error["parameter"] for error in errors} == {"q", "types"}
    assert client.get("/v1/changes?q=boats").status_code == 400


@pytest.mark.parametrize("path", ["/v1/claims", "/v1/search"])
def test_a_cursor_belongs_to_its_query(client: FlaskClient, path: str) -> None:
    """Another query, none or another list refuse it; the same words written otherwise do not."""
    cursor = cursor_of(client, path, q="ten BOATS", limit=1)
    second = client.get(path, query_string={"q": "ten BOATS", "limit": 2, "cursor": cursor})
    again = client.get(path, query_string={"q": " Ten  boats ", "limit": 2, "cursor": cursor})
    assert again.status_code == 200
    assert items(again) == items(second)
    for other, query in (
        (path, "boats ten"),
        (path, "boats"),
        ("/v1/quotes", "ten boats"),
        ("/v1/search", "x"),
        ("/v1/claims", ""),
    ):
        answer = client.get(other, query_string={"cursor": cursor, **({"q": query} if query else {})})
        assert answer.status_code == 400
        assert answer.get_json()["errors"][0]["parameter"] == "cursor"
    plain = cursor_of(client, "/v1/claims", limit=1)
    assert client.get("/v1/claims", query_string={"q": "boats", "cursor": plain}).status_code == 400


@pytest.mark.parametrize("place", ["zzz", "3 x", "1 x", "-1 x", "0", "2", "0 boats x", "0 claims ", "9 claims a"])
def test_a_forged_place(client: FlaskClient, place: str) -> None:
    """A place that no hit has is a bad cursor; one that a hit might have is compared with the others."""
    for path in ("/v1/claims", "/v1/search"):
        cursor = decode(cursor_of(client, path, q="boats", limit=1))._replace(after=place).encode()
        answer = client.get(path, query_string={"q": "boats", "cursor": cursor})
        if path == "/v1/claims" and place.startswith("0 "):
            assert answer.status_code == 200
        else:
            assert answer.status_code == 400
            assert answer.get_json()["type"] == "/problems/bad-cursor"


def test_another_query_is_another_answer(client: FlaskClient) -> None:
    """The tag knows `q`; an answer that is still the same costs nothing."""
    one, other = (client.get("/v1/claims", query_string={"q": query}) for query in ("boats", "crews"))
    assert one.headers["ETag"] != other.headers["ETag"]
    asked = {"If-None-Match": one.headers["ETag"]}
    with Statements() as statements:
        assert client.get("/v1/claims?q=boats", headers=asked).status_code == 304
    assert not any("search" in statement for statement in statements.seen)


def test_nothing_found_is_an_empty_list(client: FlaskClient) -> None:
    """Words that no record holds are no mistake."""
    page = {"limit": 50, "next": None}
    assert client.get("/v1/claims?q=xyzzy").get_json() == {
        "data": [],
        "page": page,
        "release": "1.0.0",
        "highlights": {},
    }
    assert client.get("/v1/search?q=xyzzy").get_json() == {"data": [], "page": page, "release": "1.0.0"}
    assert "highlights" not in client.get("/v1/claims").get_json()
