"""Side by side: how many requests a second each candidate answers, what one costs, and what a worker holds."""

from __future__ import annotations

from statistics import median
from typing import Final

from benchmarks.candidates import ALL, DATASETTE, FLASK, SERVICE, TWIN, Candidate, running
from benchmarks.measured import Goal, Plot, Section, Table, at_least, number, times
from benchmarks.parts import Run
from benchmarks.servers import Server
from benchmarks.traffic import Crowd

#: Connections that ask at once, and seconds for which each candidate is asked before it is measured.
CLIENTS: Final = 4
WARM: Final = 0.3

NAMES: Final = {
    "list": "list of 50",
    "get": "one record",
    "deep": "page deep in the list",
    "search": "search, two words",
    "word": "search, one word",
}
TEXT: Final = """\
One worker each, {clients} connections that ask again as soon as they have an answer, {rounds} rounds in which all take
their turn, medians. The µs are processor time of the program with all its children for one request. *List*: 50 claims
of a claimant. *Deep*: 50 claims from the last tenth of all, by cursor. *Two words*: both stand in one record of two
thousand; *one word*: it stands in one of fifty; 20 are shown. The service ranks by its tiers, the conventional peers by
bm25, Datasette not at all."""


def flooded(server: Server, asked: list[bytes], seconds: float) -> tuple[float, float]:
    """Requests a second, and µs of processor time for each."""
    crowd = Crowd(server.port, CLIENTS)
    try:
        crowd.flood(asked, WARM)
        before = server.seconds()
        count, took = crowd.flood(asked, seconds)
        return count / took, (server.seconds() - before) / count * 1e6
    finally:
        crowd.close()


def measure(run: Run) -> Section:
    """All candidates over the data of one size."""
    speeds: dict[tuple[str, Candidate], list[tuple[float, float]]] = {}
    with running(ALL, run.size) as servers:
        for kind in run.kinds:
            able = [one for one in ALL if one is not TWIN or kind not in ("search", "word")]
            asked = {one: one.requests(kind, run.size, servers[one]) for one in able}
            for turn in range(run.rounds):
                first = turn % len(able)  # so that nobody always comes first, or after the same one
                for one in able[first:] + able[:first]:
                    found = flooded(servers[one], asked[one], run.seconds)
                    speeds.setdefault((kind, one), []).append(found)
        memory = {one: servers[one].worker_megabytes() for one in ALL}
    rates = {key: median(rate for rate, _ in found) for key, found in speeds.items()}
    costs = {key: median(cost for _, cost in found) for key, found in speeds.items()}
    return Section(
        f"Requests, side by side, {run.size} claims",
        TEXT.format(clients=CLIENTS, rounds=run.rounds),
        [_table(run, rates, costs, memory), _ratios(run, speeds)],
        [
            *_goals(run, speeds),
            Goal("memory of a worker", "under 80 MB", f"{memory[SERVICE]:.0f} MB", memory[SERVICE] < 80),
        ],
        [
            Plot(
                f"requests-{kind}",
                f"{NAMES[kind]}, {run.size} claims",
                "requests/s",
                {one.name: rates[kind, one] for one in ALL if (kind, one) in rates},
            )
            for kind in run.kinds
        ],
    )


def _table(
    run: Run,
    rates: dict[tuple[str, Candidate], float],
    costs: dict[tuple[str, Candidate], float],
    memory: dict[Candidate, float],
) -> Table:
    rows = []
    for one in ALL:
        cells = [
            f"{number(rates[kind, one])} ({number(costs[kind, one])})" if (kind, one) in rates else "–"
            for kind in run.kinds
        ]
        rows.append((one.name, *cells, f"{memory[one]:.0f} MB"))
    columns = ("requests/s (µs)", *(NAMES[kind] for kind in run.kinds), "memory")
    return Table("Requests a second, and processor time for each", columns, rows)


def _ratio(found: list[tuple[float, float]], other: list[tuple[float, float]]) -> float:
    """How many times as many requests, as the median of the rounds: what disturbs a round disturbs both."""
    return median(mine[0] / theirs[0] for mine, theirs in zip(found, other, strict=True))


def _ratios(run: Run, speeds: dict[tuple[str, Candidate], list[tuple[float, float]]]) -> Table:
    rows = []
    for one in ALL[1:]:
        cells = [
            times(_ratio(speeds[kind, SERVICE], speeds[kind, one])) if (kind, one) in speeds else "–"
            for kind in run.kinds
        ]
        rows.append((one.name, *cells))
    columns = ("the service, compared with", *(NAMES[kind] for kind in run.kinds))
    return Table("Requests a second of the service, as a multiple of each candidate's", columns, rows)


def _goals(run: Run, speeds: dict[tuple[str, Candidate], list[tuple[float, float]]]) -> list[Goal]:
    wanted = [
        ("list", TWIN, 0.8),
        ("list", FLASK, 8),
        ("list", DATASETTE, 5),
        ("get", DATASETTE, 4),
        ("deep", DATASETTE, 9),
        ("deep", FLASK, 9),
    ]
    return [
        at_least(f"{NAMES[kind]}, against {one.name}", _ratio(speeds[kind, SERVICE], speeds[kind, one]), goal)
        for kind, one, goal in wanted
        if kind in run.kinds
    ]
