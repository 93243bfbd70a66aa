"""docs/performance.md: the goals beside what was measured, then each part with its tables and plots.

What a run has measured is kept beside its data. The page is composed from that, from the summaries of the last soaks
(`make soak` composes it again) and from `profiles.md`.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.measured import Goal, Plot, Section, Table
from benchmarks.places import ROOT, VAR, environment, peers_python

PAGE: Final = ROOT / "docs" / "performance.md"
PLOTS: Final = ROOT / "docs" / "performance"
PROFILES: Final = ROOT / "benchmarks" / "profiles.md"
HELD: Final = VAR / "performance.json"

HEAD: Final = """\
# Speed and size

Written by `make bench` on {day}, from one run of {minutes:.0f} minutes.
Machine: {machine}.

Seconds and requests depend on the machine; ratios less so, and counts of steps not at all: CI holds those. `make bench
PART=list SIZE=10k` runs one part and prints it. The data is made up from a seed: claims of about 800 bytes with
sources, quotes, actors, events, topics and questions.

## Goals
"""


SOAKS: Final = """\
## Endurance

Written by `make soak`: two workers under clients that compare every answer with what the log says, while a release is
loaded and built and a worker killed each minute. Goals: no wrong answer, no answer of 5xx beyond the connections of
a killed worker, and memory that is flat from the middle third to the last."""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def goals(found: Iterable[Goal]) -> str:
    """The table of goals."""
    said = {True: "yes", False: "**no**", None: "not measured"}
    return table(
        ("what", "goal", "measured", "holds"), [(one.what, one.goal, one.measured, said[one.holds]) for one in found]
    )


def _shown(one: Table) -> str:
    return f"{one.caption}:\n\n{table(one.columns, one.rows)}"


def section(found: Section, *, plots: bool) -> str:
    """A part."""
    pieces = [f"## {found.title}", found.text, *map(_shown, found.tables)]
    if plots:
        pieces += [f"![{one.title}](performance/{one.name}.svg)" for one in found.plots]
    return "\n\n".join(pieces)


def show(found: Section) -> str:
    """A part with its goals, for the screen."""
    return "\n\n".join([section(found, plots=False), *([goals(found.goals)] if found.goals else [])])


def machine() -> str:
    """What it ran on."""
    model = "an unnamed processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
    cores = len(Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\nprocessor"))
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{cores} cores ({model}), {platform.system()}, {versions}"


def write(sections: Sequence[Section], seconds: float) -> None:
    """Keep what a run has measured, draw its plots and write the page."""
    draw([plot for found in sections for plot in found.plots])
    day = f"{datetime.now(UTC):%-d %B %Y}"
    held = {"day": day, "minutes": seconds / 60, "machine": machine(), "sections": [asdict(one) for one in sections]}
    HELD.write_text(json.dumps(held, indent=1), encoding="utf-8")
    compose()


def compose() -> None:
    """Write the page from what the last whole run has measured, if there was one, and the soaks."""
    if not HELD.exists():
        return
    held = json.loads(HELD.read_text(encoding="utf-8"))
    sections = [Section.read(one) for one in held["sections"]]
    head = HEAD.format(day=held["day"], minutes=held["minutes"], machine=held["machine"])
    pieces = [head + "\n" + goals(goal for found in sections for goal in found.goals)]
    pieces += [section(found, plots=True) for found in sections]
    if soaks := [file.read_text(encoding="utf-8").strip() for file in sorted(VAR.glob("soak-*.md"))]:
        pieces.append("\n\n".join([SOAKS, *soaks]))
    pieces.append(PROFILES.read_text(encoding="utf-8").strip())
    PAGE.write_text("\n\n".join(pieces) + "\n", encoding="utf-8")


def draw(plots: Sequence[Plot]) -> None:
    """Draw the plots, by the peers' environment, which has the library for it."""
    PLOTS.mkdir(exist_ok=True)
    told = json.dumps([asdict(plot) for plot in plots])
    command = [peers_python(), "-m", "benchmarks.plots", str(PLOTS)]
    subprocess.run(command, input=told, text=True, cwd=ROOT, env=environment(), check=True, timeout=300)
