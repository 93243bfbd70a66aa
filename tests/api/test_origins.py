"""Answers in the browser: read by pages of any origin, without credentials; asked before with OPTIONS."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

#: Paths of every sort, also of answers that the router gives.
PATHS = (
    "/v1/claims?limit=1",
    "/v1/claims/none.c1",
    "/v1/claims?limit=0",
    "/v1/nothing",
    "/docs",
    "/problems",
    "/healthz",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", ["https://example.org", "null", None])
def test_any_page_may_read(client: FlaskClient, path: str, origin: str | None) -> None:
    """The same headers whoever asks, problems too; none that admits credentials or repeats the origin."""
    answer = client.get(path, headers={"Origin": origin} if origin else {})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Link", "Content-Location", "Repr-Digest", "RateLimit", "Retry-After", "X-Request-Id"} < set(
        exposed
    )
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Origin" not in answer.headers.get("Vary", "")
    assert "example.org" not in str(answer.headers)


def test_not_modified_may_be_read_too(client: FlaskClient) -> None:
    """A script that asks again gets its 304 with the same headers."""
    tag = client.get("/v1/claims").headers["ETag"]
    answer = client.get("/v1/claims", headers={"Origin": "https://example.org", "If-None-Match": tag})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (304, "*")


@pytest.mark.parametrize(
    "path", ["/v1/claims", "/v1/claims/almanac.c1", "/v1/releases/1.0.0/files/claims.csv", "/v1/search"]
)
def test_a_browser_asks_before(client: FlaskClient, path: str) -> None:
    """A preflight gets methods, headers and how long that holds, without a body; a plain OPTIONS does not."""
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match, x-request-id, range",
    }
    answer = client.options(path, headers=asked)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert answer.headers["Access-Control-Allow-Headers"] == "*"
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in answer.headers
    plain = client.options(path)
    assert "Access-Control-Allow-Methods" not in plain.headers
    assert client.options("/v1/nothing", headers=asked).status_code == 404
