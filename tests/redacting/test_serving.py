"""The service over redacted records: 451 for them, and everything else as ever."""

from __future__ import annotations

import json
import time

import pytest
from flask.testing import FlaskClient

from tests.api.support import walk
from tests.redacting.conftest import Run
from tests.redacting.support import SECRET, VICTIM, WHY

pytestmark = pytest.mark.slow


def test_the_service_answers_451(engine: str, run: Run, client: FlaskClient) -> None:
    """In every release that held it; lists, searches, histories, differences and changes go on without its words."""
    path = f"/v1/quotes/{VICTIM[1]}"
    ids = [one["id"] for one in client.get("/v1/quotes?limit=500&release=0.1.0").get_json()["data"]]
    size = ids.index(VICTIM[1]) + 1  # a page that ends with it
    pinned = client.get(f"/v1/quotes?limit={size}&release=0.1.0")
    assert SECRET in pinned.get_data(as_text=True)
    cursor = pinned.get_json()["page"]["next"]
    assert client.get(path).status_code == 200
    assert client.get("/v1/releases/0.2.0/files/quotes.jsonl").status_code == 200
    done = run("redact", *VICTIM, "--reason", WHY, "--yes")
    assert done.exit_code == 0, done.output
    if engine == "postgresql":
        time.sleep(1.1)  # what is known of the releases is a second old at most
    for release in ("", "?release=0.1.0", "?release=0.2.0", "?release=0.3.0"):
        answer = client.get(f"{path}{release}")
        told = answer.get_json()
        assert (answer.status_code, told["type"], told["reason"]) == (451, "/problems/redacted-record", WHY)
        assert told["redacted_on"]
    assert client.get("/v1/quotes/gazette-000000.q99").status_code == 404
    address = f"/v1/quotes?limit={size}&release=0.1.0"
    again = client.get(address, headers={"If-None-Match": pinned.headers["ETag"]})
    assert [one["id"] for one in again.get_json()["data"]] == [*ids[: size - 1], ids[size]]
    assert client.get(f"{address}&cursor={cursor}").get_json()["data"][0]["id"] == ids[size]
    for address in (
        "/v1/quotes?limit=500", "/v1/quotes?limit=500&release=0.1.0", "/v1/changes?limit=500",
        f"/v1/quotes/{VICTIM[1]}/history", "/v1/releases/0.1.0/diff/0.2.0?limit=500",
        "/v1/releases/0.2.0/diff/0.1.0?limit=500",
        f"/v1/search?q={SECRET}", f"/v1/quotes?q={SECRET}&release=0.2.0", "/v1/claims?limit=500", "/v1/releases",
    ):  # fmt: skip
        for page in walk(client, address):
            assert SECRET.lower() not in page.get_data(as_text=True).lower().replace(f"q={SECRET}".lower(), "")
    history = client.get(f"{path}/history").get_json()["data"]
    assert [one["operation"] for one in history] == ["added", "changed"]
    release = client.get("/v1/releases/0.2.0").get_json()
    assert [one["id"] for one in release["redacted"]["records"]] == [VICTIM[1]]
    lines = client.get("/v1/releases/0.2.0/files/quotes.jsonl")
    assert lines.status_code == 200
    listed = [one["id"] for page in walk(client, "/v1/quotes?release=0.2.0") for one in page.get_json()["data"]]
    assert [json.loads(line)["id"] for line in lines.get_data().splitlines()] == listed


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
def test_any_type_leaves_the_service_whole(bare_run: Run, client: FlaskClient) -> None:
    """Whatever names a record that is gone is answered all the same."""
    types = ("sources", "claims", "events", "actors", "places", "topics", "questions")
    for type in types:
        id = client.get(f"/v1/{type}?limit=1").get_json()["data"][0]["id"]
        done = bare_run("redact", type, id, "--reason", WHY, "--yes")
        assert done.exit_code == 0, done.output
        assert client.get(f"/v1/{type}/{id}").status_code == 451
    assert bare_run("verify").exit_code == 0
    for other in ("quotes", *types):
        for record in client.get(f"/v1/{other}?limit=20").get_json()["data"]:
            assert client.get(f"/v1/{other}/{record['id']}").status_code == 200
