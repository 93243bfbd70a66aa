"""A program that runs to its end: how long it takes, and how much memory it and its children have at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.places import ROOT

#: Seconds between two looks at the memory, at the least.
EVERY: Final = 0.25
#: Of the time, what looking may take: it is taken from what is measured.
SHARE: Final = 0.005
#: Seconds after which a program is given up.
PATIENCE: Final = 1800


@dataclass(frozen=True)
class Ran:
    """What came of it: the seconds of the clock and of the processors, the most memory at a time, what it printed.

    Memory is in MB of 10⁶ bytes, of all its processes together; what they share is counted once.
    """

    seconds: float
    processor: float
    megabytes: float
    printed: str


def run(command: Sequence[str], environ: Mapping[str, str]) -> Ran:
    """Run a program to its end.

    Raises:
        RuntimeError: it failed, or did not end.
    """
    started, before = time.perf_counter(), os.times()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    most, over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        pause = EVERY
        while not over.wait(pause):
            began = time.thread_time()
            most = max(most, _memory(process.pid))
            pause = max(EVERY, (time.thread_time() - began) / SHARE)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        printed, told = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise RuntimeError(f"{command[0]} did not end within {PATIENCE} s") from None
    finally:
        over.set()
        watcher.join()
    seconds, after = time.perf_counter() - started, os.times()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {told[-2000:]}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Ran(seconds, used, most, printed)


def _memory(group: int) -> float:
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            if int((entry / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                held = (entry / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in held.splitlines() if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue  # it has ended in the meantime
    return total * 1024 / 1e6
