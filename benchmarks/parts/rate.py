"""How long an answer takes when a server is asked at a steady rate that it can bear."""

from __future__ import annotations

from statistics import median, quantiles
from typing import Final

from benchmarks.candidates import DATASETTE, FASTAPI, FLASK, SERVICE, TWIN, running
from benchmarks.measured import Section, Table, number
from benchmarks.parts import Run
from benchmarks.parts.requests import NAMES, flooded
from benchmarks.traffic import Crowd

#: Who is asked, and at which part of the rate that it reaches when flooded.
ASKED: Final = (SERVICE, TWIN, FLASK, FASTAPI, DATASETTE)
SHARE: Final = 0.5
CLIENTS: Final = 32

TEXT: Final = """\
Each is asked at half the rate that it reached when flooded just before. A request has its moment whether or not those
before it are answered, and its time runs from that moment. Milliseconds, medians of {rounds} rounds."""


def measure(run: Run) -> Section:
    """p50 and p99 of lists and single records."""
    rows: list[tuple[str, ...]] = []
    with running(ASKED, run.size) as servers:
        for kind in ("list", "get"):
            asked = {one: one.requests(kind, run.size, servers[one]) for one in ASKED}
            rates = {one: flooded(servers[one], asked[one], run.seconds)[0] * SHARE for one in ASKED}
            middle: dict[str, list[float]] = {}
            late: dict[str, list[float]] = {}
            for _ in range(run.rounds):
                for one in ASKED:
                    crowd = Crowd(servers[one].port, CLIENTS)
                    try:
                        found = crowd.steady(asked[one], rates[one], run.seconds)
                    finally:
                        crowd.close()
                    middle.setdefault(one.name, []).append(median(found) * 1000)
                    late.setdefault(one.name, []).append(quantiles(found, n=100)[98] * 1000)
            rows += [
                (
                    NAMES[kind],
                    one.name,
                    number(rates[one]),
                    f"{median(middle[one.name]):.2f}",
                    f"{median(late[one.name]):.2f}",
                )
                for one in ASKED
            ]
    columns = ("asked", "candidate", "requests/s", "p50, ms", "p99, ms")
    table = Table("Time of an answer at a steady rate", columns, rows)
    return Section(f"At a steady rate, {run.size} claims", TEXT.format(rounds=run.rounds), [table])
