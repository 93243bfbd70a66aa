"""The real server, for tests: started as an operator does, with settings, and the plainest of clients."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.check.support import ROOT, Service, environment, free_port, serving

#: The server over `tests.api.slow_app`.
SLOW = (sys.executable, "-c", "import wsgi; wsgi.serve('tests.api.slow_app:app')")
PLAIN = (sys.executable, "wsgi.py")


@contextmanager
def running(url: str, folder: Path, *, slow: bool = False, **settings: str) -> Iterator[Service]:
    """A server over a database; its log lies in the folder."""
    env = environment(ONRECORD_DATABASE_URL=url, ONRECORD_FILES=str(folder / "files"), **settings)
    log = folder / f"server-{free_port()}.log"
    with serving(SLOW if slow else PLAIN, cwd=ROOT, log=log, env=env) as service:
        yield service


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(port: int, path: str, headers: dict[str, str] | None = None, timeout: float = 10) -> Answer:
    """Ask on a connection of one's own, so that any worker may answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def raw(port: int, message: bytes, *, most: int = 1 << 20) -> bytes:
    """Send bytes as they are, and read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        found = b""
        with suppress(OSError):  # it may close before it has read all; what it said before that is there to be read
            connection.sendall(message)
        with suppress(OSError):
            while len(found) < most and (part := connection.recv(1 << 16)):
                found += part
        return found


def workers_of(log: Path) -> list[int]:
    """The workers that a server has started so far, by its log."""
    words = (line.rpartition("with PID: ")[2] for line in log.read_text().splitlines() if "with PID: " in line)
    return [int(word.rstrip('"}')) for word in words]


def kill(pid: int) -> None:
    """End a process as the kernel does when there is no memory left."""
    os.kill(pid, signal.SIGKILL)
