"""Hostile bytes at the real server: the application answers with problems, the server itself at least with a 4xx.

What is no HTTP at all, or beyond the limits of the server, gets no body; docs/operators.md shows how a proxy in front
gives it one, and `make check` tries that.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.servers import get, raw, running
from tests.check.support import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True),
]
HEADERS = b"Host: x\r\nConnection: close\r\n"
SQL = "'; DROP TABLE claims; --"


@pytest.fixture(scope="module")
def service(published_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server of one's own."""
    folder: Path = tmp_path_factory.mktemp("server")
    with running(published_url, folder) as service:
        yield service
        assert '"level": "error"' not in service.log.read_text()


def asked(target: bytes | str, headers: bytes = b"", body: bytes = b"", method: bytes = b"GET") -> bytes:
    """A request as bytes."""
    target = target.encode() if isinstance(target, str) else target
    return method + b" " + target + b" HTTP/1.1\r\n" + headers + HEADERS + b"\r\n" + body


def read(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}, body


#: Requests that reach the application: the status of the problem.
REACHING: dict[str, tuple[bytes, int]] = {
    "SQL in a filter": (asked(f"/v1/claims?claimant={urllib.parse.quote(SQL)}"), 400),
    "SQL in an id": (asked(f"/v1/claims/{urllib.parse.quote(SQL, safe='')}"), 400),
    "search syntax": (asked("/v1/claims?q=%22a%20AND%20(NEAR%20OR%20*"), 400),
    "search for nothing": (asked("/v1/search?q=%22%22%20*%20-"), 400),
    "path traversal": (asked("/v1/../../../etc/passwd"), 404),
    "path traversal, escaped": (asked("/v1/releases/..%2f..%2f/files/%2e%2e%2fclaims.csv"), 404),
    "a file outside of its folder": (asked("/v1/releases/0.1.0/files/..%5c..%5cindex.json"), 400),
    "an asset outside of its folder": (asked("/docs/..%2fdocs.html"), 404),
    "header injection in a path": (asked("/v1/claims%0d%0aSet-Cookie:%20a=b"), 404),
    "header injection in a filter": (asked("/v1/claims?claimant=a%0d%0aSet-Cookie:%20a=b"), 400),
    "header injection in a cursor": (asked("/v1/claims?cursor=%0d%0aLocation:%20http://evil.example"), 400),
    "NUL in a path": (asked("/v1/claims/a%00b"), 400),
    "NUL in a filter": (asked("/v1/claims?claimant=a%00b"), 400),
    "broken UTF-8": (asked("/v1/claims?claimant=%c3%28"), 400),
    "a surrogate": (asked("/v1/claims?q=%ed%a0%80"), 400),
    "broken escapes": (asked("/v1/claims?claimant=%zz"), 400),
    "UTF-8 that is not escaped": (asked("/v1/claims/é".encode()), 400),
    "an address beyond the limit": (asked("/v1/claims?claimant=" + "a" * 9_000), 414),
    "an address far beyond it": (asked("/v1/claims?claimant=" + "a" * 60_000), 414),
    "thousands of parameters": (asked("/v1/claims?" + "&".join(f"p{number}=1" for number in range(1_500))), 414),
    "a thousand parameters": (asked("/v1/claims?" + "&".join(f"p{number}=1" for number in range(900))), 400),
    "a thousand times one parameter": (asked("/v1/claims?" + "&".join(["limit=1"] * 900)), 400),
    "a method that is not answered": (asked("/v1/claims", method=b"PROPFIND"), 405),
    "a body": (asked("/v1/claims", b"Content-Length: 2\r\n", b"{}"), 415),
    "a large body": (asked("/v1/claims", b"Content-Length: 999999999\r\n", b"{"), 413),
    "a body in chunks": (asked("/v1/claims", b"Transfer-Encoding: chunked\r\n", b"1\r\na\r\n0\r\n\r\n"), 415),
    "lengths that contradict": (
        asked("/v1/claims", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\nGET /x HTTP/1.1\r\n"),
        415,
    ),
    "an Accept that admits nothing": (asked("/v1/claims", b"Accept: " + b"a/b," * 2_000 + b"\r\n"), 406),
    "two Accepts": (asked("/v1/claims", b"Accept: image/png\r\nAccept: text/html\r\n"), 406),
    "all servers": (asked("*", method=b"OPTIONS"), 404),
    "a tunnel": (asked("evil.example:443", method=b"CONNECT"), 404),
}

#: Requests that the server refuses by itself.
REFUSED: dict[str, bytes] = {
    "garbage": b"\x00\x01\xffgarbage\r\n\r\n",
    "another protocol": bytes.fromhex("16030102000100") + bytes(90),
    "a version that is none": b"GET / HTTP/9.9\r\n" + HEADERS + b"\r\n",
    "a megabyte of a parameter": asked("/v1/claims?claimant=" + "a" * 1_000_000),
    "a megabyte of a header": asked("/v1/claims", b"X-A: " + b"a" * 1_000_000 + b"\r\n"),
    "hundreds of headers": asked("/v1/claims", b"".join(b"X-%d: a\r\n" % number for number in range(300))),
    "NUL in a path": asked(b"/v1/\0claims"),
    "bytes that are not UTF-8": asked(b"/v1/claims?claimant=\xff"),
    "NUL in a header": asked("/v1/claims", b"X-Request-Id: a\0b\r\n"),
    "a header over two lines": asked("/v1/claims", b"X-A: a\r\n b\r\n"),
    "a space before the colon": asked("/v1/claims", b"Transfer-Encoding : chunked\r\n"),
    "two lengths": asked("/v1/claims", b"Content-Length: 1\r\nContent-Length: 2\r\n", b"a"),
    "a negative length": asked("/v1/claims", b"Content-Length: -1\r\n"),
    "a method with a sign": asked("/v1/claims", method=b"G@T"),
}


@pytest.mark.parametrize("name", REACHING)
def test_what_reaches_the_application(service: Service, name: str) -> None:
    """A problem of the documented form, with the headers of every answer and nothing of the input in them."""
    message, expected = REACHING[name]
    status, headers, body = read(raw(service.port, message))
    told: dict[str, Any] = json.loads(body)
    assert (status, headers["content-type"], told["status"]) == (expected, "application/problem+json", expected)
    assert headers["x-request-id"]
    assert "set-cookie" not in headers
    assert "evil" not in str(headers)
    assert len(body) < 40_000


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_server_refuses(service: Service, name: str) -> None:
    """A status of the 4xx kind, and the next client is answered."""
    status, _, _ = read(raw(service.port, REFUSED[name]))
    assert 400 <= status < 500
    assert get(service.port, "/healthz").status == 200


def test_an_address_that_names_another_host(service: Service) -> None:
    """Neither the host of an absolute address nor the header of it is repeated anywhere."""
    answer = raw(service.port, asked("http://evil.example/v1/claims?limit=1"))
    assert read(answer)[0] == 200
    assert b"evil" not in answer
    answer = raw(service.port, b"GET /v1//claims/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert read(answer)[0] == 404
    assert b"evil" not in answer
