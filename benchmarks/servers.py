"""Programs under measure: started on a loopback port of their own, watched from outside, and ended by their number.

What they use is read from `/proc`, so this runs on Linux alone: processor time of a program and all its children, and
the anonymous memory of the process that answers (what it shares with the file cache is not its own).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.places import ROOT, VAR

TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running program, and where it listens."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def members(self) -> list[int]:
        """The processes that it consists of."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[2]) == self.process.pid:  # the process group, which is its own
                found.append(int(entry.name))
        return found

    def seconds(self) -> float:
        """Processor seconds that it has used until now, of all its processes that are still there."""
        total = 0.0
        for number in self.members():
            stat = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            total += (int(stat[11]) + int(stat[12])) / TICKS
        return total

    def worker_megabytes(self) -> float:
        """Anonymous memory of its largest process, in MB of 10⁶ bytes."""
        largest = 0
        for number in self.members():
            for line in Path(f"/proc/{number}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    largest = max(largest, int(line.split()[1]))
        return largest * 1024 / 1e6

    def maps(self) -> str:
        """The files that its processes have mapped."""
        return "".join(Path(f"/proc/{number}/maps").read_text() for number in self.members())

    def stop(self) -> None:
        """End it as an operator does; kill it when it is still there ten seconds later."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(timeout=10)


def free_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    name: str, command: Sequence[str], environ: Mapping[str, str], *, ready: str, port: int, within: float = 60
) -> Server:
    """Start a program and wait until it answers `ready` with 200.

    Raises:
        RuntimeError: it ended, or did not answer in time; with the end of its log.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    log = VAR / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    server = Server(name, port, process, log)
    until = time.monotonic() + within
    while process.poll() is None and time.monotonic() < until:
        if answers(f"http://127.0.0.1:{port}{ready}"):
            return server
        time.sleep(0.02)
    server.stop()
    raise RuntimeError(f"{name} did not start; {log} ends with:\n{log.read_text(errors='replace')[-2000:]}")


def answers(url: str) -> bool:
    """Whether an address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
