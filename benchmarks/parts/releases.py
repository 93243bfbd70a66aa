"""Fifty releases, each of which changed a tenth: what a page of an old one costs beside the same page of the newest."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from benchmarks import data
from benchmarks.counting import opened, release_of, steps
from benchmarks.measured import Goal, Plot, Section, Table, number, times
from benchmarks.parts import Run
from dataset.queries.claims import find_claims
from dataset.queries.filters import Choice
from dataset.queries.paging import page
from dataset.store.tables import claims

FILTERS: Final[dict[str, dict[str, Choice]]] = {
    "no filter": {},
    "claimant": {"claimant": Choice(["skipper-00007"])},
    "modality": {"modality": Choice(["asserted"])},
    "source": {"source": Choice(["gazette-000007"])},
    "topic": {"topic": Choice(["boats"])},
}
TEXT: Final = """\
{claims} claims in {releases} releases, each of which changed a tenth of them: {rows} rows in all. Steps of SQLite's
virtual machine for a page of 50, pinned to a release; *between* is the dearest of those between the first and the
newest. The first and the newest have indexes of their own; the others share one that holds all versions."""


def _steps(connection: Connection, ordinal: int, filters: dict[str, Any]) -> int:
    statement = page(find_claims(release=release_of(connection, ordinal), **filters), claims, after=None, limit=50)
    return steps(connection, lambda: connection.execute(statement).all())


def measure(_run: Run) -> Section:
    """Steps of the same page in every release."""
    with opened(data.fifty_releases()) as connection:
        newest = release_of(connection).ordinal
        found = {
            name: [_steps(connection, ordinal, filters) for ordinal in range(1, newest + 1)]
            for name, filters in FILTERS.items()
        }
        rows = connection.exec_driver_sql("SELECT count(*) FROM claims").scalar_one()
    table = Table(
        "Steps of a page of claims, by release",
        ("filter", "newest", "first", "between", "first : newest", "between : newest"),
        [
            (
                name,
                number(taken[-1]),
                number(taken[0]),
                number(max(taken[1:-1])),
                times(taken[0] / taken[-1]),
                times(max(taken[1:-1]) / taken[-1]),
            )
            for name, taken in found.items()
        ],
    )
    taken = found["no filter"]
    goals = [
        _twice("a page of the first of fifty releases", taken[0] / taken[-1]),
        _twice("the same with one filter, the dearest", max(one[0] / one[-1] for one in found.values())),
        _twice("a page of any release between", max(taken[1:-1]) / taken[-1]),
    ]
    text = TEXT.format(claims=number(data.FIFTY[0]), releases=newest, rows=number(rows))
    plot = Plot(
        "releases",
        "steps of a page without a filter, by release",
        "steps",
        {str(ordinal): float(taken[ordinal - 1]) for ordinal in (1, 2, 5, *range(10, newest, 5), newest)},
    )
    return Section("Old releases", text, [table], goals, [plot])


def _twice(what: str, ratio: float) -> Goal:
    return Goal(f"{what}, against the newest", "at most 2× the steps", times(ratio), ratio <= 2)
