"""From ten thousand claims to a million: the same requests, the same server, more data."""

from __future__ import annotations

from statistics import median
from typing import Final

from benchmarks import data
from benchmarks.candidates import SERVICE
from benchmarks.measured import Goal, Plot, Section, Table, at_most, number, times
from benchmarks.parts import Run
from benchmarks.parts.requests import NAMES, flooded
from benchmarks.servers import Server

TEXT: Final = """\
The service alone, one server for each size, all asked in turn, medians of {rounds} rounds. The ratio is that of
processor time, the largest data against the smallest. A search has more to find in more data: two words find {few} and
{many} claims in the smallest and the largest, one word {less} and {more}."""

#: How many claims hold one berth, and how many a berth and a crane.
WORD, PAIR = 50, 2000


def sizes(largest: str) -> list[str]:
    """The sizes up to one."""
    return [name for name, claims in data.SIZES.items() if claims <= data.SIZES[largest]]


def measure(run: Run) -> Section:
    """Costs by size and kind."""
    costs: dict[tuple[str, str], list[float]] = {}
    waits: dict[str, list[float]] = {}
    asked_sizes = sizes(run.size)
    servers: dict[str, Server] = {}
    try:
        for size in asked_sizes:
            servers[size] = SERVICE.start(size)
        for kind in run.kinds:
            asked = {size: SERVICE.requests(kind, size, servers[size]) for size in asked_sizes}
            for _ in range(run.rounds):
                for size in asked_sizes:
                    rate, cost = flooded(servers[size], asked[size], run.seconds)
                    costs.setdefault((kind, size), []).append(cost)
                    if size == run.size:
                        waits.setdefault(kind, []).append(1000 / rate)
    finally:
        for server in servers.values():
            server.stop()
    first, last = asked_sizes[0], asked_sizes[-1]
    middle = {key: median(found) for key, found in costs.items()}
    ratios = {
        kind: median(big / small for big, small in zip(costs[kind, last], costs[kind, first], strict=True))
        for kind in run.kinds
    }
    rows = [
        (NAMES[kind], *(number(middle[kind, size]) for size in asked_sizes), times(ratios[kind])) for kind in run.kinds
    ]
    table = Table("µs of processor time a request, by number of claims", ("asked", *asked_sizes, "ratio"), rows)
    goals = [
        at_most(f"growth from {first} to {last}: {NAMES[kind]}", ratios[kind], 1.25, "×")
        for kind in run.kinds
        if kind in ("list", "get", "deep")
    ]
    goals += [_found(kind, median(waits[kind]), most) for kind, most in (("search", 5), ("word", 60)) if kind in waits]
    few, many = (data.SIZES[size] // PAIR for size in (first, last))
    less, more = (data.SIZES[size] // WORD for size in (first, last))
    text = TEXT.format(rounds=run.rounds, few=few, many=number(many), less=less, more=number(more))
    bars = {f"{NAMES[kind]}, {size}": middle[kind, size] for kind in run.kinds for size in asked_sizes}
    plot = Plot("growth", "processor time a request, by number of claims", "µs", bars)
    return Section(f"Growth, to {last} claims", text, [table], goals, [plot])


def _found(kind: str, milliseconds: float, most: float) -> Goal:
    """The time between two answers when asked without pause: an upper bound of what one takes."""
    return Goal(NAMES[kind], f"under {most:g} ms", f"{milliseconds:.2f} ms", milliseconds < most)
