"""Asking a server over HTTP/1.1, as fast as it answers or at a fixed rate, and taking the time of every answer.

One thread and non-blocking sockets. At a fixed rate each request has its moment, whether or not the server has kept up;
its time runs from that moment, so that a server that falls behind is not asked less for it.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Final

#: Seconds after which a server that answers nothing is given up.
PATIENCE: Final = 30.0
_HEAD_END: Final = b"\r\n\r\n"
_LAST_CHUNK: Final = b"0\r\n\r\n"


def request(path: str, headers: str = "") -> bytes:
    """The bytes of a request, with header lines that end in CRLF."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{headers}\r\n".encode()


class Connection:
    """One connection that is kept open, with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.moment = 0.0
        self.status = 0
        self._head = b""
        self._left: int | None = 0
        self._tail = b""

    def send(self, data: bytes, moment: float) -> None:
        """Begin a request whose time runs from `moment`."""
        self.moment, self._head, self._left, self._tail = moment, b"", None, b""
        self.socket.sendall(data)  # a request is smaller than any socket's buffer

    def receive(self, buffer: bytearray) -> bool:
        """Take what has come; whether the answer is whole.

        Raises:
            ConnectionError: the server has closed the connection.
        """
        size = self.socket.recv_into(buffer)
        if not size:
            raise ConnectionError("the server closed the connection")
        if self._head.endswith(_HEAD_END):
            return self._body(memoryview(buffer)[:size])
        self._head += buffer[:size]
        end = self._head.find(_HEAD_END)
        if end < 0:
            return False
        rest, self._head = self._head[end + 4 :], self._head[: end + 4]
        self.status = int(self._head[9:12])
        head = self._head.lower()
        place = head.find(b"\r\ncontent-length:")
        if place >= 0:
            self._left = int(head[place + 17 : head.find(b"\r\n", place + 17)])
        else:
            self._left = None if b"\r\ntransfer-encoding: chunked" in head else 0
        return self._body(memoryview(rest))

    def _body(self, data: memoryview) -> bool:
        if self._left is None:
            self._tail = (self._tail + bytes(data[-5:]))[-5:]
            return self._tail == _LAST_CHUNK
        self._left -= len(data)
        return self._left == 0


class Crowd:
    """Clients of one server: connections, and what came of the requests on them."""

    def __init__(self, port: int, size: int) -> None:
        self.connections = [Connection(port) for _ in range(size)]
        self._selector = selectors.DefaultSelector()
        self._buffer = bytearray(1 << 20)
        for connection in self.connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def close(self) -> None:
        """Close all connections."""
        self._selector.close()
        for connection in self.connections:
            connection.socket.close()

    def ask(self, requests: Sequence[bytes]) -> None:
        """Ask each once, one after the other."""
        for one in requests:
            self.connections[0].send(one, time.perf_counter())
            while not any(self._whole()):
                pass

    def flood(self, requests: Sequence[bytes], seconds: float) -> tuple[int, float]:
        """Ask again as soon as an answer is there; how many answers came, and in how many seconds."""
        asked = cycle(requests)
        started = time.perf_counter()
        for connection in self.connections:
            connection.send(next(asked), started)
        done, busy = 0, len(self.connections)
        while busy:
            for connection in self._whole():
                done += 1
                now = time.perf_counter()
                if now - started < seconds:
                    connection.send(next(asked), now)
                else:
                    busy -= 1
        return done, time.perf_counter() - started

    def steady(self, requests: Sequence[bytes], rate: float, seconds: float) -> list[float]:
        """Ask at a fixed rate; the seconds that each answer took from the moment when its request was due."""
        asked = cycle(requests)
        times: list[float] = []
        idle = deque(self.connections)
        started = time.perf_counter() + 0.01
        sent, count = 0, int(rate * seconds)
        while len(times) < count:
            now = time.perf_counter()
            while idle and sent < count and started + sent / rate <= now:
                idle.popleft().send(next(asked), started + sent / rate)
                sent += 1
            due = started + sent / rate - now if idle and sent < count else PATIENCE
            for connection in self._whole(max(0.0, due)):
                times.append(time.perf_counter() - connection.moment)
                idle.append(connection)
        return times

    def _whole(self, timeout: float = PATIENCE) -> Iterator[Connection]:
        """The connections whose answers have become whole, of those on which something came before the timeout.

        Raises:
            RuntimeError: an answer that is neither 200 nor 304, or none at all.
        """
        found = self._selector.select(timeout)
        if not found and timeout == PATIENCE:
            raise RuntimeError(f"no answer within {PATIENCE:.0f} s")
        for key, _ in found:
            connection: Connection = key.data
            if connection.receive(self._buffer):
                if connection.status not in (200, 304):
                    raise RuntimeError(f"an answer with status {connection.status}")
                yield connection
