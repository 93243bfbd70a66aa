"""From the command to the first answer, and what the worker holds then."""

from __future__ import annotations

import time
from statistics import median
from typing import Final

from benchmarks import data
from benchmarks.candidates import SERVICE, TWIN
from benchmarks.measured import Goal, Section, Table
from benchmarks.parts import Run
from benchmarks.parts.requests import flooded

TEXT: Final = """\
`python wsgi.py` to the first 200 of `/readyz` (the twin: of a list), {rounds} starts, medians; the file was read
before. Memory is the anonymous memory of the worker after {seconds} s of lists, searches and single records."""


def measure(run: Run) -> Section:
    """Seconds and megabytes."""
    data.database(run.size)
    took: dict[str, list[float]] = {}
    memory: dict[str, float] = {}
    clean = True
    for _ in range(run.rounds):
        for one in (SERVICE, TWIN):
            started = time.perf_counter()
            server = one.start(run.size)
            took.setdefault(one.name, []).append(time.perf_counter() - started)
            try:
                if len(took[one.name]) == run.rounds:
                    kinds = ("list", "get", "search") if one is SERVICE else ("list", "get")
                    for kind in kinds:
                        flooded(server, one.requests(kind, run.size, server), run.seconds)
                    memory[one.name] = server.worker_megabytes()
                clean = clean and "libarrow" not in server.maps()
            finally:
                server.stop()
    rows: list[tuple[str, ...]] = [
        (name, f"{median(found):.2f}", f"{memory[name]:.0f}") for name, found in took.items()
    ]
    table = Table("Start", ("candidate", "seconds", "MB of the worker"), rows)
    seconds, megabytes = median(took[SERVICE.name]), memory[SERVICE.name]
    goals = [
        Goal(f"start on {run.size} claims", "under 2 s", f"{seconds:.2f} s", seconds < 2),
        Goal("anonymous memory of a worker", "under 80 MB", f"{megabytes:.0f} MB", megabytes < 80),
        Goal("pyarrow in a worker", "never", "not loaded" if clean else "loaded", clean),
    ]
    return Section("Start and memory", TEXT.format(rounds=run.rounds, seconds=f"{run.seconds * 3:g}"), [table], goals)
