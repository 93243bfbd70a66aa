"""How a worker works on requests: what is quick in one thread, the rest aside, and nobody waits for a slow client."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.lanes import MOST, PROVEN, QUICK, WHOLE, Lanes, shape_of, whole
from tests.api.servers import get, running

on_sqlite = pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)


class Spy:
    """What granian answers through, and what came of it."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.thread = ""
        self.told: tuple[Any, ...] = ()

    def response_bytes(self, *told: Any) -> None:
        self.told, self.thread = told, threading.current_thread().name
        self.done.set()

    def response_iter(self, status: int, headers: Any, body: Iterator[bytes]) -> None:
        self.told, self.thread = (status, headers, list(body)), threading.current_thread().name
        self.done.set()


def environ(path: str, query: str = "") -> Any:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}


def asked(lanes: Lanes, path: str, query: str = "") -> Spy:
    """A request, until it was answered."""
    spy = Spy()
    lanes(spy, environ(path, query))
    assert spy.done.wait(5)
    return spy


def working(seconds: Callable[[str], float] = lambda _: 0.0) -> Callable[[Any, Any], None]:
    """Work that takes so many seconds by the path."""

    def work(answering: Any, environ: Any) -> None:
        time.sleep(seconds(environ["PATH_INFO"]))
        if environ["PATH_INFO"] == "/long":
            answering.response_iter(200, [], iter([b"a", b"b"]))
        elif environ["PATH_INFO"] == "/breaks":
            raise RuntimeError("outside the application")
        else:
            answering.response_bytes(200, [], b"")

    return work


def test_shapes() -> None:
    """Records of a type are one shape, and so are lists with the same parameters."""
    same = shape_of(environ("/v1/claims/a.c1")), shape_of(environ("/v1/claims/b.c2"))
    assert same[0] == same[1]
    assert shape_of(environ("/v1/claims/a.c1/history")) != same[0]
    assert shape_of(environ("/v1/claims", "q=a&limit=5")) == shape_of(environ("/v1/claims", "limit=9&q=b"))
    assert shape_of(environ("/v1/claims", "q=a")) != shape_of(environ("/v1/claims"))
    assert shape_of(environ("/v1/releases/1.0.0/files/a")) != shape_of(environ("/v1/releases/1.0.0/files/b"))


def test_what_is_proven_is_not_handed_on() -> None:
    """A shape is worked on aside until it was quick a few times, and again once it took long."""
    here = threading.current_thread().name
    slow = [0.0]
    lanes = Lanes(working(lambda _: slow[0]), 2, waits=False)
    threads = [asked(lanes, f"/v1/claims/{number}").thread for number in range(PROVEN + 2)]
    assert [name == here for name in threads] == [False] * PROVEN + [True] * 2
    slow[0] = QUICK * 2
    assert asked(lanes, "/v1/claims/x").thread == here, "nobody could know"
    slow[0] = 0.0
    assert asked(lanes, "/v1/claims/x").thread != here
    assert asked(lanes, "/v1/quotes/x").thread != here, "another shape"
    assert asked(lanes, "/healthz").thread == here


def test_all_that_waits_is_worked_on_aside() -> None:
    lanes = Lanes(working(), 1, waits=True)
    here = threading.current_thread().name
    assert all(asked(lanes, "/v1/claims").thread != here for _ in range(PROVEN + 2))
    assert asked(lanes, "/healthz").thread == here


def test_long_answers_are_sent_from_elsewhere() -> None:
    """Neither thread sends them, and a failure outside the application is answered and ends no thread."""
    lanes = Lanes(working(), 1, waits=False)
    for _ in range(PROVEN + 2):
        spy = asked(lanes, "/long")
        assert (spy.told, spy.thread) == ((200, [], [b"a", b"b"]), "sending")
    assert asked(lanes, "/breaks").told == (500, [], b"")
    assert asked(lanes, "/v1/claims").told == (200, [], b"")


def test_shapes_are_bounded() -> None:
    lanes = Lanes(working(), 1, waits=False)
    for number in range(MOST + 10):
        asked(lanes, f"/{number}")
    assert len(lanes._quick) <= MOST


def test_whole_answers() -> None:
    """Short answers become lists and are closed; of long ones the first parts come first, and closing waits."""
    closed: list[bool] = []

    class Body:
        def __init__(self, parts: list[bytes]) -> None:
            self.parts = parts

        def __iter__(self) -> Iterator[bytes]:
            return iter(self.parts)

        def close(self) -> None:
            closed.append(True)

    short, part = [b"ab", b"c"], b"x" * (WHOLE // 2 + 1)
    assert whole(lambda *_: Body(short))({}, lambda *_: lambda _: None) == short
    assert closed == [True]
    told: Any = whole(lambda *_: Body([part] * 5))({}, lambda *_: lambda _: None)
    assert not isinstance(told, list)
    assert (list(told), closed) == ([part] * 5, [True])
    told.close()
    assert closed == [True, True]


@contextmanager
def stalled(port: int, message: bytes) -> Iterator[None]:
    """A client that says this, takes a little of the answer and then nothing more."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(message)
        yield


@pytest.mark.slow
@on_sqlite
def test_nobody_waits_for_others(published_url: str, tmp_path: Path) -> None:
    """Neither downloads that stall, nor bodies that never come, nor long questions keep a worker from answering."""
    large = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
    body = b"GET /v1/claims HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"
    with running(published_url, tmp_path, slow=True, ONRECORD_THREADS="2") as service, ExitStack() as stack:
        for message in [large] * 30 + [body] * 5:
            stack.enter_context(stalled(service.port, message))
        for _ in range(PROVEN + 2):
            assert get(service.port, "/v1/claims?limit=1", timeout=5).status == 200
        done: list[int] = []
        slow = [
            threading.Thread(target=lambda: done.append(get(service.port, "/slow?seconds=2").status)) for _ in range(2)
        ]
        for thread in slow:
            thread.start()
        time.sleep(0.3)
        started = time.monotonic()
        assert get(service.port, "/healthz").status == 200
        assert get(service.port, "/v1/claims?limit=1").status == 200, "both threads aside are busy"
        assert time.monotonic() - started < 1.5
        assert not done
        for thread in slow:
            thread.join(10)
        assert done == [200, 200]
