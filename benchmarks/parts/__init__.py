"""The parts of the benchmark, by the name under which `make bench PART=` runs one.

A part is a function from the run's options to a `Section`. `make bench` runs all but those of `APART`, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.measured import Section


@dataclass(frozen=True)
class Run:
    """How to measure: over which data, how often, for how long each time, and which kinds of questions."""

    size: str = "1M"
    rounds: int = 5
    seconds: float = 1.5
    kinds: tuple[str, ...] = ("list", "get", "deep", "search", "word")


Part = Callable[[Run], Section]


def parts() -> Mapping[str, Part]:
    """All parts; those that are made of others' kinds last."""
    from benchmarks.parts import (  # noqa: PLC0415 - each its own
        analysis,
        building,
        cache,
        growth,
        loading,
        rate,
        releases,
        replicas,
        requests,
        start,
        steps,
    )

    whole: dict[str, Part] = {
        "requests": requests.measure,
        "rate": rate.measure,
        "growth": growth.measure,
        "steps": steps.measure,
        "releases": releases.measure,
        "start": start.measure,
        "cache": cache.measure,
        "load": loading.measure,
        "build": building.measure,
        "replicas": replicas.measure,
        "analysis": analysis.measure,
    }
    return whole


#: Run by name alone: they are for docs/scaling.md, and want servers of PostgreSQL and a Java runtime.
APART: Final = ("replicas", "analysis")
#: Names for a part of a part.
KINDS: Final = {"list": ("list",), "get": ("get",), "deep": ("deep",), "search": ("search", "word")}


def part(name: str) -> Part:
    """The part of that name, or the kind of question of that name as a part of its own.

    Raises:
        KeyError: there is none.
    """
    if name in KINDS:
        whole = parts()["requests"]
        return lambda run: whole(replace(run, kinds=KINDS[name]))
    return parts()[name]
