"""What the checks share: finding programs, skipping by name, running commands and the real service.

A check whose program is missing is skipped, and the skip names the program. Where the set-up is ours (`CI=true` or
`ONRECORD_CHECK_STRICT=1`) such a skip is a failure, unless nothing that we install could have prevented it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

# Variables that would point a command under test at somebody's own data or server.
_OURS = ("ONRECORD_", "FLASK_", "PYTHONPATH", "HOST", "PORT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VIRTUAL_ENV")


def strict() -> bool:
    """Whether a skip that a set-up could have prevented fails: in CI, and when asked for."""
    return os.environ.get("CI") == "true" or os.environ.get("ONRECORD_CHECK_STRICT") == "1"


def skip(what: str, *, preventable: bool = True) -> NoReturn:
    """Skip the running check because `what` is missing; fail instead where our own set-up should have brought it."""
    if preventable and strict():
        pytest.fail(f"{what} is missing, and this set-up should have installed it", pytrace=False)
    pytest.skip(f"{what} is missing")


def program(*names: str) -> str:
    """The path of the first of these programs that is on PATH; skips the check when there is none."""
    for name in names:
        if path := shutil.which(name):
            return path
    skip(names[0])


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without anything that configures Onrecord, and with `extra`."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)} | extra


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    timeout: float = 300,
    expect: int | None = 0,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; fails with all it printed when it exits with another code than `expect`."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env) if env is not None else environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if expect is not None and done.returncode != expect:
        shown = " ".join(str(part) for part in command)
        pytest.fail(f"{shown}\nexited with {done.returncode}\n{done.stdout}\n{done.stderr}", pytrace=False)
    return done


def programs_of(name: str) -> Path:
    """The programs of a locked environment of its own, made anew when its lock is newer than it is."""
    lock, home = ROOT / "requirements" / f"{name}.txt", ROOT / "var" / f"check-{name}"
    stamp = home / ".made"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        run([BIN / "python", "-m", "venv", "--clear", home])
        pip: list[str | Path] = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        run([*pip, "install", "--require-hashes", "-r", lock], timeout=1200)
        stamp.touch()
    return home / "bin"


def free_port() -> int:
    """A loopback port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Service:
    """A running service: where it answers, and the file that it logs to."""

    url: str
    port: int
    log: Path


@contextmanager
def serving(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    log: Path,
    env: Mapping[str, str],
    ready: str = "/readyz",
    within: float = 60,
) -> Iterator[Service]:
    """Start a service on a free loopback port, wait until `ready` answers 200, and stop it at the end.

    The stop is the one an operator sends (SIGTERM to the process group); a service that is not gone ten seconds later
    is killed, and that fails the check.
    """
    port = free_port()
    settings = {**env, "HOST": "127.0.0.1", "PORT": str(port)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    service = Service(f"http://127.0.0.1:{port}", port, log)
    try:
        _wait_until(service.url + ready, process, log, within)
        yield service
    finally:
        drained = _stop(process)
    assert drained, f"the service did not end within ten seconds\n{log.read_text()}"


def _wait_until(url: str, process: subprocess.Popen[bytes], log: Path, within: float) -> None:
    """Return when `url` answers 200; fail when the process ends first or the time is over."""
    last = "no answer"
    until = time.monotonic() + within
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the service ended with {process.returncode}\n{log.read_text()}", pytrace=False)
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
        time.sleep(0.1)
    pytest.fail(f"{url} was not ready within {within:.0f} s: {last}\n{log.read_text()}", pytrace=False)


def _stop(process: subprocess.Popen[bytes]) -> bool:
    """End the process group; whether it went by itself."""
    if process.poll() is not None:
        return True
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    return True
