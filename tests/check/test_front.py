"""The service among others: many slow connections, workers that count in one store, a proxy in front."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.api.servers import get, raw, running
from tests.api.test_raw import REACHING, REFUSED, read
from tests.check.support import ROOT, free_port, program

#: What a connection says before it falls silent: nothing, half of a head, half of a body, and what it never reads.
SLOW = {
    "silent": b"",
    "half a head": b"GET /v1/claims HTTP/1.1\r\nHost: x\r\n",
    "half a body": b"GET /v1/claims HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nabc",
    "unread list": b"GET /v1/claims?limit=500 HTTP/1.1\r\nHost: x\r\n\r\n",
    "unread download": b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
}


def connect(port: int, message: bytes) -> socket.socket:
    """A connection that says this and no more, with little room for an answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(5)
    connection.connect(("127.0.0.1", port))
    connection.sendall(message)
    return connection


@pytest.mark.parametrize("kinds", [["unread download"], list(SLOW)], ids=["downloads", "all kinds"])
def test_slow_connections_keep_nobody_waiting(database_url: str, tmp_path: Path, kinds: list[str]) -> None:
    """With 200 of them open others are answered within a second, 95 of 100 times."""
    with running(database_url, tmp_path, slow=True) as service, ExitStack() as stack:
        for number in range(200):
            stack.enter_context(connect(service.port, SLOW[kinds[number % len(kinds)]]))
        time.sleep(1)
        times = []
        for _ in range(100):
            started = time.perf_counter()
            assert get(service.port, "/v1/claims?limit=50").status == 200
            times.append(time.perf_counter() - started)
        times.sort()
        assert times[94] < 1, f"p50 {times[49]:.3f} s, p95 {times[94]:.3f} s, longest {times[-1]:.3f} s"


@contextmanager
def server(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A program that listens on a port until the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 15
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            pytest.fail(f"{command[0]} does not listen\n{log.read_text()}")
        yield
    finally:
        process.terminate()
        process.wait(10)


def test_workers_count_in_one_store(database_url: str, tmp_path: Path) -> None:
    """Two workers let through exactly what one would; when the store is gone, everything."""
    port = free_port()
    redis = [program("redis-server", "valkey-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    settings = {
        "ONRECORD_WORKERS": "2",
        "ONRECORD_RATE_LIMIT": "20/600",
        "ONRECORD_RATE_STORE": f"redis://127.0.0.1:{port}",
        "ONRECORD_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    with ExitStack() as stack:
        store = ExitStack()
        store.enter_context(server([*redis, "--dir", str(tmp_path)], port, tmp_path / "store.log"))
        stack.callback(store.close)
        service = stack.enter_context(running(database_url, tmp_path, slow=False, **settings))
        path = "/v1/topics?limit=1"
        answers = [get(service.port, path, {"X-Forwarded-For": f"1.1.1.{n}, 9.9.9.9"}) for n in range(30)]
        assert [answer.status for answer in answers] == [200] * 20 + [429] * 10
        assert answers[0].headers["ratelimit"].startswith('"client";r=19;')
        assert 0 < int(answers[-1].headers["retry-after"]) <= 600
        assert get(service.port, path, {"X-Forwarded-For": "9.9.9.8"}).status == 200
        store.close()
        statuses = [get(service.port, path, {"X-Forwarded-For": "9.9.9.9"}).status for _ in range(5)]
        assert statuses == [200] * 5


def test_a_proxy_gives_every_refusal_a_problem(database_url: str, tmp_path: Path) -> None:
    """Nginx with the lines of docs/operators.md: whatever is refused, by whom ever, is answered with a problem."""
    nginx, port = program("nginx"), free_port()
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/operators.md").read_text(), re.DOTALL)
    for_server, for_location = (next(block for block in blocks if word in block) for word in ("internal;", "intercept"))
    folders = " ".join(
        f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    with running(database_url, tmp_path) as service:
        location = (
            f"location / {{ proxy_pass http://127.0.0.1:{service.port}; proxy_http_version 1.1; {for_location} }}"
        )
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors.log; events {{}}\n"
            f"http {{ access_log off; {folders}\nserver {{ listen 127.0.0.1:{port};\n{for_server}\n{location} }} }}\n"
        )
        command = [nginx, "-p", str(tmp_path), "-c", str(config), "-e", str(tmp_path / "errors.log")]
        with server(command, port, tmp_path / "nginx.log"):
            assert get(port, "/v1/topics?limit=1").status == 200
            for name, message in {**REFUSED, **{name: REACHING[name][0] for name in REACHING}}.items():
                status, headers, body = read(raw(port, message))
                assert 400 <= status < 500, name
                if name == "bytes that are not UTF-8":
                    continue  # nginx passes them on, and the server behind refuses them without a body
                assert headers["content-type"] == "application/problem+json", name
                assert json.loads(body)["status"] == status, name
            assert get(port, "/v1/topics?limit=1").status == 200
