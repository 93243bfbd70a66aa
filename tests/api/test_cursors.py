"""Cursors: they go on in their own list and release, and nowhere else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.cursors import Cursor, decode, digest
from dataset.log import Release
from dataset.store.publishing import publish
from tests.api.support import close, in_order, items, make_app, states, walk
from tests.conftest import NewDatabase

PLACES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=600)


@given(st.builds(Cursor, st.just("0.1.0"), st.text("0123456789abcdef", min_size=16, max_size=16), PLACES))
def test_what_is_encoded_is_decoded(cursor: Cursor) -> None:
    """A cursor comes back whole, and needs no percent-encoding in an address."""
    assert decode(cursor.encode()) == cursor
    assert re.fullmatch("[A-Za-z0-9_-]+", cursor.encode())


@given(
    st.text(max_size=40) | st.binary(max_size=40).map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="))
)
def test_anything_else_is_refused(text: str) -> None:
    """Whatever is no cursor raises ValueError and nothing else."""
    with pytest.raises(ValueError):  # noqa: PT011 - any message will do
        decode(text)


@pytest.mark.parametrize(
    "value",
    [
        1,
        "text",
        None,
        [],
        {},
        [1],
        [1, "0.1.0", "d", 5],
        [1, "0.1.0", "d", ""],
        [2, "0.1.0", "d", "x"],
        [1.0, "", "", "x"],
    ],
)
def test_other_contents_are_refused(value: object) -> None:
    """Well-formed JSON that is not a cursor's is refused too."""
    text = base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")
    with pytest.raises(ValueError):  # noqa: PT011 - any message will do
        decode(text)


def test_digest_knows_the_query() -> None:
    """Type, filters and values make the digest; their order does not."""
    assert digest("claims", {"a": ["x"], "b": True}) == digest("claims", {"b": True, "a": ["x"]})
    others = [digest("quotes", {"a": ["x"]}), digest("claims", {"a": ["y"]}), digest("claims", {"b": ["x"]})]
    assert digest("claims", {"a": ["x"]}) not in others


def cursor_of(client: FlaskClient, address: str) -> str:
    """The cursor behind the first page of a list."""
    cursor: str = client.get(address).get_json()["page"]["next"]
    return cursor


@pytest.mark.parametrize(
    "address",
    [
        "/v1/claims?modality=denied&cursor=",
        "/v1/claims?cursor=",
        "/v1/quotes?cursor=",
        "/v1/releases?cursor=",
        "/v1/claims?modality=asserted,denied&cursor=",
        "/v1/claims?modality=asserted&release=0.1.0&cursor=",
    ],
)
def test_a_cursor_is_for_its_own_list(client: FlaskClient, address: str) -> None:
    """Other filters, another type, another release: 400."""
    cursor = cursor_of(client, "/v1/claims?modality=asserted&limit=3")
    answer = client.get(address + cursor)
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "/problems/bad-cursor"
    [error] = answer.get_json()["errors"]
    assert error["parameter"] == "cursor"


def test_limit_may_change(client: FlaskClient) -> None:
    """A list goes on in pages of another size, and with its release told again."""
    everything = [body for page in walk(client, "/v1/claims?modality=asserted") for body in items(page)]
    cursor = cursor_of(client, "/v1/claims?modality=asserted&limit=3")
    assert items(client.get(f"/v1/claims?modality=asserted&limit=5&cursor={cursor}")) == everything[3:8]
    assert items(client.get(f"/v1/claims?modality=asserted&release=1.0.0&limit=1&cursor={cursor}")) == everything[3:4]


@pytest.mark.parametrize("value", ["", "x", "%00", "a" * 2000, "%F0%9F%9A%A4", "WzEsMl0", "..", "W10="])
def test_a_made_up_cursor_is_refused(client: FlaskClient, value: str) -> None:
    """What the service never gave is 400."""
    answer = client.get(f"/v1/claims?cursor={value}")
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["parameter"] == "cursor"


def test_a_cursor_of_a_release_that_is_gone(client: FlaskClient) -> None:
    """Releases below 1.0.0 may be cut anew; a cursor from before is told so."""
    cursor = decode(cursor_of(client, "/v1/claims?limit=3"))._replace(release="0.0.7").encode()
    answer = client.get(f"/v1/claims?cursor={cursor}")
    assert answer.status_code == 400
    assert "0.0.7" in answer.get_json()["detail"]


@pytest.mark.parametrize("place", ["zzz", "-1", "1e9", "9" * 20])
def test_a_place_that_is_no_place(client: FlaskClient, place: str) -> None:
    """A forged place behind a right digest costs nothing: records are compared with it, releases want a number."""
    cursor = decode(cursor_of(client, "/v1/releases?limit=1"))._replace(after=place).encode()
    assert client.get(f"/v1/releases?cursor={cursor}").status_code == 400
    cursor = decode(cursor_of(client, "/v1/actors?limit=1"))._replace(after=place).encode()
    assert client.get(f"/v1/actors?cursor={cursor}").status_code == 200


@pytest.mark.slow
def test_a_release_in_the_middle_of_a_walk(engine: str, new_database: NewDatabase, api_log: Sequence[Release]) -> None:
    """A walk ends in the release in which it began; a new one begins in the newest."""
    history = states(api_log)
    url = new_database(engine)
    publish(url, api_log[:1])
    app = make_app(url)
    client = app.test_client()
    try:
        seen = []
        for number, page in enumerate(walk(client, "/v1/claims?limit=30")):
            seen += items(page)
            if number < len(api_log):
                publish(url, api_log[: number + 1])
        assert number >= len(api_log)
        assert seen == in_order(history["0.1.0"], "claims")
        assert client.get("/v1/claims?limit=1").get_json()["release"] == "1.0.0"
        releases = [body["version"] for page in walk(client, "/v1/releases?limit=1") for body in items(page)]
        assert releases == ["1.0.0", "0.10.0", "0.2.0", "0.1.0"]
    finally:
        close(app)
