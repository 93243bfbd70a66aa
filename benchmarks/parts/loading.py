"""Loading a package in our own form into an empty database: how fast, in how much memory, and where the time goes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import data
from benchmarks.measured import Goal, Section, Table, number
from benchmarks.parts import Run
from benchmarks.places import VAR, environment
from benchmarks.watching import Ran, run
from dataset.schemas import TYPES

#: Records that marshmallow alone is measured on: they take it long.
ALONE: Final = "100k"

TEXT: Final = """\
`onrecord load` of the package into an empty SQLite database: read, validated, compared, indexed for lists and for the
search, verified and visible; files apart. Once each. Memory is that of all its processes at a time. *Through
marshmallow alone*: the same records with a member that is null, which no record has that is sound at first sight."""


def measure(run_: Run) -> Section:
    """Records a second, and megabytes."""
    whole = _load(data.package(run_.size), run_.size)
    size = ALONE if data.SIZES[run_.size] > data.SIZES[ALONE] else run_.size
    alone = _load(_with_nulls(size), size)
    rows: list[tuple[str, ...]] = [
        (
            what,
            number(found.records),
            number(found.seconds, 1),
            number(found.rate),
            number(found.ran.processor, 1),
            number(found.ran.megabytes),
        )
        for what, found in ((f"load {run_.size}", whole), ("through marshmallow alone", alone))
    ]
    columns = ("what", "records", "seconds", "records/s", "processor seconds", "MB")
    steps: list[tuple[str, ...]] = [
        (step, number(seconds, 1), number(seconds / whole.records * 1e6, 1)) for step, seconds in whole.steps.items()
    ]
    tables = [
        Table("Loading", columns, rows),
        Table(f"Where the time goes, {run_.size}", ("step", "seconds", "µs a record"), steps),
    ]
    what, memory = f"load {run_.size}, validated, indexed, visible", whole.ran.megabytes
    goals = [
        Goal(what, "at least 12,000/s", f"{number(whole.rate)}/s", whole.rate >= 12_000),
        Goal("memory of that load", "at most 500 MB", f"{number(memory)} MB", memory <= 500),
        Goal("load through marshmallow alone", "at least 5,000/s", f"{number(alone.rate)}/s", alone.rate >= 5_000),
    ]
    return Section("Loading", TEXT, tables, goals)


@dataclass(frozen=True)
class _Loaded:
    """A load: what the program took, records and seconds of the load alone, and the seconds of its steps."""

    ran: Ran
    records: int
    seconds: float
    steps: dict[str, float]

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def _load(package: Path, size: str) -> _Loaded:
    target = VAR / size / "loading.sqlite"
    try:
        ran = run([sys.executable, "-m", "benchmarks.loader", str(package), str(target)], environment())
    finally:
        for file in target.parent.glob("loading.sqlite*"):
            file.unlink()
    return _Loaded(ran, **json.loads(ran.printed))


def _with_nulls(size: str) -> Path:
    """The package with a null in every record whose type has a note."""
    source, target = data.package(size), VAR / size / "nulls"
    target.mkdir(exist_ok=True)
    for file in source.iterdir():
        schema = TYPES.get(file.stem)
        begins = b'{"note":null,' if schema is not None and "note" in schema().fields else b"{"
        with file.open("rb") as reading, (target / file.name).open("wb") as writing:
            writing.writelines(begins + line[1:] if file.suffix == ".jsonl" else line for line in reading)
    return target
