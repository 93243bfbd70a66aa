"""Rate limits: off unless set, told in every answer, counted for the client that asks, not one that it names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from api import create_app
from dataset.settings import read_settings
from tests.api.support import CheckedClient, close

#: Left out of what runs on PostgreSQL: the database has no part in it.
pytestmark = pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)


def limited(url: str, **settings: str) -> Flask:
    """The application with a limit of three requests in an hour."""
    app = create_app(read_settings({"ONRECORD_DATABASE_URL": url, "ONRECORD_RATE_LIMIT": "3/3600", **settings}))
    app.test_client_class = CheckedClient
    return app


@pytest.fixture
def app(api_url: str) -> Iterator[Flask]:
    """The application with a limit, counting for itself."""
    made = limited(api_url)
    yield made
    close(made)


def test_a_limit(app: Flask) -> None:
    """What is left counts down, one too many is a problem that says when to go on, others are not touched."""
    client = app.test_client()
    for left, path in ((2, "/v1/claims?limit=1"), (1, "/v1/claims?limit=0"), (0, "/v1/nothing")):
        answer = client.get(path)
        assert answer.headers["RateLimit-Policy"] == '"client";q=3;w=3600'
        assert answer.headers["RateLimit"].startswith(f'"client";r={left};t=')
        assert answer.status_code in (200, 400, 404)
    answer = client.get("/v1/claims?limit=1")
    assert (answer.status_code, answer.get_json()["type"]) == (429, "/problems/too-many-requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert answer.headers["RateLimit"] == f'"client";r=0;t={answer.headers["Retry-After"]}'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    other = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/v1/claims?limit=1", environ_overrides=other).status_code == 200


def test_what_is_not_counted(app: Flask) -> None:
    """Whoever watches the service, and the preflights of browsers."""
    client = app.test_client()
    for _ in range(5):
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        assert client.options("/v1/claims").status_code == 200
    assert client.get("/v1/claims").headers["RateLimit"].startswith('"client";r=2;')


def test_nobody_gets_more_by_lying(app: Flask) -> None:
    """Where no proxy is trusted no header changes who is counted."""
    client = app.test_client()
    names = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Client-Ip", "True-Client-Ip", "X-Forwarded-Host")
    statuses = [client.get("/v1/claims", headers={name: f"192.0.2.{n}"}).status_code for n, name in enumerate(names)]
    assert statuses == [200, 200, 200, 429, 429, 429]


def test_nobody_gets_more_behind_a_proxy(api_url: str) -> None:
    """Behind a trusted proxy the address counts that it appended, whatever the client wrote before."""
    app = limited(api_url, ONRECORD_TRUSTED_PROXIES="1")
    client = app.test_client()
    try:
        lies = [f"192.0.2.{number}, 198.51.100.7" for number in range(5)]
        assert [client.get("/v1/claims", headers={"X-Forwarded-For": lie}).status_code for lie in lies] == [
            *(200, 200, 200),
            *(429, 429),
        ]
    finally:
        close(app)


def test_off_unless_set(api_url: str) -> None:
    """No header, no limit."""
    app = create_app(read_settings({"ONRECORD_DATABASE_URL": api_url}))
    try:
        assert "RateLimit" not in app.test_client().get("/v1/claims").headers
    finally:
        close(app)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ONRECORD_WORKERS": "2"}, "needs a store that all workers share; set ONRECORD_RATE_STORE"),
        ({"ONRECORD_RATE_STORE": "nonsense://x"}, "ONRECORD_RATE_STORE cannot be used"),
    ],
)
def test_refusals_to_start(api_url: str, settings: dict[str, str], message: str) -> None:
    """Workers that would count apart, and a store that there is not."""
    with pytest.raises(SystemExit, match=message):
        limited(api_url, **settings)


@pytest.mark.slow
def test_a_store_that_is_away(api_url: str) -> None:
    """Requests are answered uncounted, and not one waits long for the store."""
    app = limited(api_url, ONRECORD_RATE_STORE="redis://127.0.0.1:1")
    try:
        for _ in range(5):
            answer = app.test_client().get("/v1/claims")
            assert (answer.status_code, "RateLimit" in answer.headers) == (200, False)
    finally:
        close(app)
