"""Hostile input: whatever a client sends, the answer is a problem of the 4xx kind, never a failure of ours."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.resources.claims import ClaimQuery

#: Left out by `make test-fast`: many requests, words or releases, each worth its time but not at every save.
pytestmark = pytest.mark.slow

NASTY = [
    "\0",
    "a\0b",
    "'; DROP TABLE claims; --",
    '" OR 1=1 --',
    "%",
    "_",
    "../../etc/passwd",
    "..\\..\\x",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "\ud7ff\U0010ffff",
    "\u202e",
    "a" * 3000,
    "١٢",
    "\u00e9",
    "true",
    "[]",
    "{}",
    "NaN",
    "-0",
    "1e400",
    ",",
    ",,,,,,",
    "%s%s%s%n",
    "\ufeff",
    "null",
    "undefined",
    "AND",
    "*",
]


@pytest.mark.slow
@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
def test_nasty_values(client: FlaskClient, value: str) -> None:
    """As the value of every parameter, as a name, as an id and as a path."""
    for name in ClaimQuery().fields:
        assert client.get("/v1/claims", query_string={name: value}).status_code in (200, 400)
    assert client.get("/v1/claims", query_string={value: "x"}).status_code == 400
    for path in ("/v1/claims/", "/v1/actors/", "/v1/releases/", "/v1/", "/", "/problems/", "/docs/"):
        assert client.get(path + quote(value, safe="")).status_code in (200, 400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "%",
        "%zz=1",
        "claimant=%",
        "claimant=%2",
        "claimant=%c3%28",
        "claimant=%ed%a0%80",
        "%ff=1",
        "claimant=%F8%A1%A1%A1%A1",
        "&&&=&=",
        "=",
        "claimant",
        "claimant[]=a",
        "claimant=a;modality=b",
        "?" * 50,
        "&".join(f"p{number}=1" for number in range(1000)),
        "&".join(["claimant=a"] * 500),
        "claimant=" + "a," * 3000,
        "x" * 20_000,
    ],
    ids=range(18),
)
def test_nasty_queries(client: FlaskClient, query: str) -> None:
    """Broken escapes, broken UTF-8, thousands of parameters."""
    answer = client.get(f"/v1/claims?{query}")
    assert answer.status_code in ((200, 400) if query == "&&&=&=" else (400, 414))


def test_bytes_that_are_not_utf8(client: FlaskClient) -> None:
    """Servers hand raw bytes on as Latin-1."""
    for environ in (
        {"QUERY_STRING": "claimant=\xff"},
        {"QUERY_STRING": "\xc3\x28"},
        {"PATH_INFO": "/v1/claims/\xff"},
        {"PATH_INFO": "/\xed\xa0\x80"},
        {"PATH_INFO": ""},
        {"PATH_INFO": "v1"},
        {"PATH_INFO": "//v1//claims"},
        {"PATH_INFO": "/" + "x" * 9000},
    ):
        answer = client.get("/v1/claims", environ_overrides=environ)
        assert "Location" not in answer.headers
        assert answer.status_code in (400, 404, 414)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "evil.example"),
        ("Host", ""),
        ("Host", "[::1"),
        ("Host", "a b:c"),
        ("Host", "\xff"),
        ("Host", "x:99999999"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Request-Id", "x" * 5000),
        ("X-Request-Id", "a b\tc"),
        ("X-Request-Id", "{{}}"),
        ("Accept", "x" * 5000),
        ("Accept", "a/b;" * 500),
        ("Accept", "application/json;q=nan"),
        ("Accept", "application/json;q=1e400"),
        ("Accept", "\xff/\xfe"),
        ("Accept", '"'),
        ("Accept-Encoding", "\xff;q=9"),
        ("Accept-Charset", "utf-7"),
        ("Cookie", "a=" + "\xff" * 500),
        ("Authorization", "Basic \xff"),
        ("Authorization", "Digest x=,,,="),
        ("Range", "bytes=9-1"),
        ("If-None-Match", "W/,*"),
        ("If-Modified-Since", "never"),
        ("If-Range", "\xff"),
        ("Content-Type", "\xff; charset=\xfe"),
        ("Content-Type", "application/json; charset=nonsense"),
        ("Content-Length", "-1"),
        ("Content-Length", "abc"),
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Expect", "100-continue"),
        ("Upgrade", "h2c"),
        ("X-HTTP-Method-Override", "DELETE"),
    ],
    ids=str,
)
def test_nasty_headers(client: FlaskClient, name: str, value: str) -> None:
    """No header makes us fail, and none is repeated where it could do harm."""
    key = name.upper().replace("-", "_")
    key = key if key.startswith("CONTENT_") and key != "CONTENT_ENCODING" else f"HTTP_{key}"
    for path in ("/v1/claims?limit=1", "/v1/claims/almanac.c1", "/", "/docs", "/v1//claims/", "/problems"):
        answer = client.get(path, environ_overrides={key: value})
        assert answer.status_code in (200, 302, 400, 404, 406, 413, 415)
        assert "evil" not in str(answer.headers) + answer.get_data(as_text=True)
        assert len(answer.headers["X-Request-Id"]) <= 64


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=30), query=st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=4))
@example("/v1/claims/\ud800", {})
def test_anything(client: FlaskClient, path: str, query: dict[str, str]) -> None:
    """Any path and any query get an answer that the document knows."""
    address = "/v1/" + quote(path.encode("utf-8", "surrogatepass"))
    text = "&".join(
        f"{quote(name.encode('utf-8', 'surrogatepass'))}={quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in query.items()
    )
    assert client.get(f"{address}?{text}").status_code in (200, 400, 404)
