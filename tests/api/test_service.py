"""The service around the records: its state, its log, its pages, and how it starts and refuses to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import create_app
from dataset.settings import read_settings
from dataset.store.migrating import revisions
from dataset.store.publishing import migrate
from tests.api.support import close, make_app
from tests.conftest import NewDatabase

Lines = Callable[[], list[dict[str, Any]]]


def test_health_and_readiness(client: FlaskClient) -> None:
    """The process lives; the database is migrated and holds a release."""
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert (ready["status"], ready["release"], ready["database"]) == ("ready", "1.0.0", revisions()[-1])


def test_a_database_without_a_release(engine: str, new_database: NewDatabase) -> None:
    """The service starts, lives, and says that it is not ready; data paths answer 503 with Retry-After."""
    url = new_database(engine)
    migrate(url)
    app = make_app(url)
    try:
        client = app.test_client()
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "holds no release: run `onrecord publish`" in ready.get_json()["detail"]
        for path in ("/v1/claims", "/v1/claims/a.c1", "/v1/dataset", "/v1/releases", "/v1/questions/a"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.get_json()["type"] == "/problems/not-ready"
            assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/v1/claims?limit=0").status_code == 400
        assert client.get("/v1/openapi.json").status_code == 200
    finally:
        close(app)


def test_a_database_that_goes_away(new_database: NewDatabase, sqlite_file: Callable[[str], Path]) -> None:
    """The service goes on, is not ready, and recovers when the database is back."""
    url = new_database("sqlite")
    migrate(url)
    app = make_app(url)
    client = app.test_client()
    file = sqlite_file(url)
    file.rename(file.with_suffix(".away"))
    assert client.get("/v1/claims").status_code == 503
    assert "there is no database" in client.get("/readyz").get_json()["detail"]
    assert client.get("/healthz").status_code == 200
    close(app)


def refusal(url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The message with which `create_app` refuses."""
    with pytest.raises(SystemExit) as refused:
        create_app(read_settings({"ONRECORD_DATABASE_URL": url}))
    assert isinstance(refused.value.code, str)  # printed to standard error by the interpreter, which exits with 1
    return refused.value.code


def test_it_refuses_what_it_cannot_serve(
    engine: str, new_database: NewDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing database, an empty one and one of an older revision: a message with the command that mends it."""
    url = new_database(engine)
    assert "run `onrecord publish`" in refusal(url, capsys)
    migrate(url, revision=revisions()[0])
    assert "run `onrecord migrate`" in refusal(url, capsys)
    assert "not a URL" in refusal("nonsense", capsys)


def test_the_documentation_page(client: FlaskClient) -> None:
    """A page with assets of our own, and no script or style within it."""
    page = client.get("/docs")
    text = page.get_data(as_text=True)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for asset in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert client.get(asset).status_code == 200
    assert "<style" not in text
    assert not re.search(r"<script(?! src=)", text)
    assert not re.search(r'(?:src|href)="(?!/)', text)


def test_the_way_in(client: FlaskClient) -> None:
    """Browsers are led to the documentation, programs get paths; every one of them answers."""
    answer = client.get("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/docs")
    for path in client.get("/").get_json().values():
        assert client.get(path).status_code == 200


def test_headers_of_every_answer(client: FlaskClient) -> None:
    """Whatever is answered."""
    for path in ("/v1/claims", "/v1/nothing", "/docs", "/docs/docs.js", "/healthz", "/problems"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_request_ids(client: FlaskClient) -> None:
    """A well-formed id is taken and sent back, anything else is replaced."""
    assert client.get("/healthz", headers={"X-Request-Id": "my.id_7-x"}).headers["X-Request-Id"] == "my.id_7-x"
    for bad in ("", "a b", "x" * 65, "é", "a/b"):
        answer = client.get("/healthz", environ_overrides={"HTTP_X_REQUEST_ID": bad})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


def test_one_line_a_request(client: FlaskClient, log_lines: Lines) -> None:
    """Method, path, status, time, bytes, release and id; the query is nobody's business."""
    answer = client.get("/v1/claims?claimant=zed&limit=1", headers={"X-Request-Id": "r1", "Authorization": "Basic x"})
    [line] = log_lines()
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "onrecord.requests",
        "message": "request",
        "method": "GET",
        "path": "/v1/claims",
        "status": 200,
        "bytes": len(answer.get_data()),
        "release": "1.0.0",
        "request_id": "r1",
    }
    client.get("/v1/%0a%22x", headers={"X-Request-Id": "r2"})
    [line] = log_lines()
    assert (line["path"], line["status"], "release" in line) == ('/v1/\n"x', 404, False)


def test_the_document_is_served(client: FlaskClient) -> None:
    """The same that openapi.yaml holds."""
    answer = client.get("/v1/openapi.json")
    assert json.loads(answer.get_data())["openapi"] == "3.1.1"
