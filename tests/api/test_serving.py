"""`python wsgi.py` as an operator starts it: alone on its port, gone when told, clear when it cannot."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from dataset.log import Release
from dataset.store.publishing import publish

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def start(url: str, port: int) -> subprocess.Popen[str]:
    """Start the service."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    env |= {"ONRECORD_DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port)}
    command = [sys.executable, str(ROOT / "wsgi.py")]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@contextmanager
def serving(url: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """A service that is ready."""
    process = start(url, port)
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                    break
            except (URLError, OSError):
                time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
        return free


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str], log: Sequence[Release]) -> str:
    """A SQLite database with releases in it."""
    made = new_database("sqlite")
    publish(made, log)
    return made


def test_it_serves_and_goes(url: str, port: int) -> None:
    """It answers, writes JSON lines only, keeps its port to itself, and ends with 0 on SIGTERM."""
    with serving(url, port) as process:
        with urlopen(f"http://127.0.0.1:{port}/v1/claims?limit=1", timeout=5) as answer:
            assert json.load(answer)["data"]
        second = start(url, port)
        output, _ = second.communicate(timeout=30)
        assert (second.returncode, "Traceback" in output) == (1, False)
        assert f"port {port}" in output
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        lines = [json.loads(line) for line in output.splitlines()]
        assert {line["logger"] for line in lines} >= {"granian", "onrecord.requests"}


def test_it_says_what_is_missing(port: int, tmp_path: Path) -> None:
    """Without a database: one line with the command that mends it, exit code 1."""
    process = start(f"sqlite:///{tmp_path / 'none.sqlite'}", port)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert len(output.splitlines()) == 1
    assert "run `onrecord publish`" in output


TOGETHER = """
import gc, wsgi
def run(target, settings):
    workers = [wsgi.application(target) for _ in range(2)]
    print({worker is wsgi.app for worker in workers}, gc.get_freeze_count() > 100_000, gc.isenabled())
wsgi.run = run
wsgi.serve()
"""


def test_workers_share_what_was_put_together(url: str, port: int) -> None:
    """What a worker is forked from holds the service already: it is put together once, not once more for each."""
    env = {**os.environ, "ONRECORD_DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port)}
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "{True} True True"), done.stderr
