"""What a part of the benchmark hands back: tables, goals with what was measured, and figures to be drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Goal:
    """A line of what shall be reached, beside what was measured; `holds` is None where it could not be measured."""

    what: str
    goal: str
    measured: str
    holds: bool | None


@dataclass(frozen=True)
class Table:
    """Rows of texts under a caption."""

    caption: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Plot:
    """Bars: a value for each label; `name` is that of the file, without its ending."""

    name: str
    title: str
    unit: str
    bars: dict[str, float]


@dataclass(frozen=True)
class Section:
    """A part of docs/performance.md."""

    title: str
    text: str
    tables: list[Table] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    @classmethod
    def read(cls, held: dict[str, Any]) -> Section:
        """A section as `dataclasses.asdict` has put it into JSON."""
        return cls(
            held["title"],
            held["text"],
            [
                Table(one["caption"], tuple(one["columns"]), [tuple(row) for row in one["rows"]])
                for one in held["tables"]
            ],
            [Goal(**one) for one in held["goals"]],
            [Plot(**one) for one in held["plots"]],
        )


def number(value: float, digits: int = 0) -> str:
    """A figure with thin groups of three: 12,345."""
    return f"{value:,.{digits}f}"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f}×"


def at_least(what: str, ratio: float, goal: float) -> Goal:
    """A ratio that shall not be smaller than the goal."""
    return Goal(what, f"at least {goal:g}×", times(ratio), ratio >= goal)


def at_most(what: str, value: float, goal: float, unit: str) -> Goal:
    """A figure that shall not be larger than the goal."""
    return Goal(
        what, f"at most {goal:g}{unit}", f"{value:.2f}{unit}" if value < 10 else f"{value:,.0f}{unit}", value <= goal
    )
