"""How a worker works on requests: on quick ones one after the other, on others aside, and answers are sent elsewhere.

Threads of Python that work at the same time take turns at the interpreter, and SQLite lets go of it at every row: a
list that costs 0.55 ms alone costs 1.2 beside three others. So a worker has one thread that takes requests in and
works on those of a shape that was quick the last times. Others are worked on by a few more threads: what is new, what
takes long, and all that waits for a server of PostgreSQL. Neither holds a file that a client takes slowly: a thread of
its own sends that.

Granian hands its WSGI applications an object through which they answer, from any thread and at any time, but its own
wrapper keeps that to itself. `install` puts this module's in its place.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from queue import SimpleQueue
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("onrecord.api")

#: Bytes of an answer that are put together before it is sent; what is longer is sent as it is read.
WHOLE: Final = 1 << 20
#: Seconds within which a request is quick, and how often in a row it must have been.
QUICK: Final = 0.02
PROVEN: Final = 3
#: Shapes that are remembered; when there are more, all are forgotten.
MOST: Final = 2000
#: Answered at once whatever there is to do: that the worker lives.
LIVES: Final = "/healthz"

#: A path without what names one record or release.
_NAMED = re.compile(r"^(/v1/[^/]*/)[^/]*")

Shape = tuple[str, str, frozenset[str]]


class Answering(Protocol):
    """What granian answers through; each may be called once, by any thread."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Iterator[bytes]) -> None: ...


class Apart:
    """Answers through granian, and sends what is long from a thread of its own."""

    __slots__ = ("_answering", "response_bytes")

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.response_bytes = answering.response_bytes

    def response_iter(self, *told: Any) -> None:
        """Send parts, for as long as the client takes."""
        threading.Thread(target=self._answering.response_iter, args=told, name="sending", daemon=True).start()


class Parts:
    """A long answer whose first parts were read already."""

    def __init__(self, parts: Iterable[bytes], close: Callable[[], None]) -> None:
        self._parts = parts
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


def whole(app: WSGIApplication) -> WSGIApplication:
    """The application, with short answers as lists: those are sent without a thread that waits for the client."""

    def asked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = app(environ, start_response)
        close: Callable[[], None] = getattr(answer, "close", lambda: None)
        parts: list[bytes] = []
        size = 0
        rest = iter(answer)
        for part in rest:
            parts.append(part)
            size += len(part)
            if size > WHOLE:
                return Parts(chain(parts, rest), close)
        close()
        return parts

    return asked


class Lanes:
    """The requests of a worker: those that were quick so far in the thread that takes them in, the others aside."""

    def __init__(self, work: Callable[[Answering, WSGIEnvironment], object], aside: int, *, waits: bool) -> None:
        """Work on requests with `work`, on so many of them aside; on all if each one waits for another program."""
        self._work = work
        self._waits = waits
        self._quick: dict[Shape, int] = {}
        self._queue: SimpleQueue[tuple[Shape, Answering, WSGIEnvironment]] = SimpleQueue()
        for number in range(aside):
            threading.Thread(target=self._aside, name=f"aside {number}", daemon=True).start()

    def __call__(self, answering: Answering, environ: WSGIEnvironment) -> None:
        """Take a request in."""
        shape = shape_of(environ)
        answering = Apart(answering)
        if environ["PATH_INFO"] == LIVES:
            self._work(answering, environ)
        elif not self._waits and self._quick.get(shape, 0) >= PROVEN:
            self._take(shape, answering, environ)
        else:
            self._queue.put((shape, answering, environ))

    def _aside(self) -> None:
        while True:
            shape, answering, environ = self._queue.get()
            try:
                self._take(shape, answering, environ)
            except Exception:
                log.exception("a request failed outside the application")
                with suppress(Exception):  # it may have been answered
                    answering.response_bytes(500, [], b"")

    def _take(self, shape: Shape, answering: Answering, environ: WSGIEnvironment) -> None:
        started = perf_counter()
        self._work(answering, environ)
        quick = perf_counter() - started < QUICK
        if len(self._quick) >= MOST:
            self._quick.clear()
        self._quick[shape] = self._quick.get(shape, 0) + 1 if quick else 0


def shape_of(environ: WSGIEnvironment) -> Shape:
    """What requests that cost about the same have in common: the kind of path, and which parameters are set."""
    query: str = environ["QUERY_STRING"]
    names = frozenset([pair.partition("=")[0] for pair in query.split("&")]) if query else frozenset[str]()
    return environ["REQUEST_METHOD"], _NAMED.sub(r"\1*", environ["PATH_INFO"]), names


def install(aside: int, *, waits: bool) -> None:
    """Have granian's workers, which are started after this, work by lanes."""
    from granian.server import mp  # noqa: PLC0415 - other servers need none of it
    from granian.wsgi import _callback_wrapper  # noqa: PLC0415

    def wrapped(app: WSGIApplication, scope: dict[str, Any], access_log: str | None = None) -> Lanes:
        return Lanes(_callback_wrapper(whole(app), scope, access_log), aside, waits=waits)

    setattr(mp, "_wsgi_call_wrap", wrapped)  # noqa: B010 - see above; the version is locked, a test asks whether it took
