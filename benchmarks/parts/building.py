"""Building the files of a release: each form beside the least that can be done for it, and the memory of them all."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import data
from benchmarks.measured import Goal, Section, Table, number, times
from benchmarks.parts import Run
from benchmarks.places import BIN, VAR, environment
from benchmarks.watching import run
from dataset.exports.artefacts import database_name

#: Form -> yardstick, and how many times its time the form may take.
FORMS: Final = {"jsonl": ("plain", 1.5), "csv": ("sqlite3 -csv", 2.0), "parquet": ("table", 2.0)}
NAMES: Final = {
    "jsonl": "JSON Lines",
    "csv": "CSV",
    "parquet": "Parquet",
    "plain": "the bodies copied",
    "table": "pyarrow, from memory",
}

TEXT: Final = """\
The claims of one release, each form alone, {rounds} rounds, medians: JSON Lines beside a plain copy of the stored
bodies, CSV beside `sqlite3 -csv` on the same columns in the SQLite file of the release, Parquet beside pyarrow writing
the same table from memory. Memory is that of `onrecord build` with all files, compressed ones and archive included."""


def measure(run_: Run) -> Section:
    """Seconds and megabytes."""
    database = data.database(run_.size)
    folder = VAR / run_.size / "files"
    shutil.rmtree(folder, ignore_errors=True)
    environ = environment(ONRECORD_DATABASE_URL=f"sqlite:///{database}", ONRECORD_FILES=str(folder))
    try:
        built = run([str(BIN / "onrecord"), "build", "--json"], environ)
        took = _rounds(database, folder, min(run_.rounds, 3))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows: list[tuple[str, ...]] = []
    goals: list[Goal] = []
    for form, (yardstick, goal) in FORMS.items():
        ours, theirs = median(took[form]), median(took[yardstick]) if took[yardstick] else None
        ratio = None if theirs is None else ours / theirs
        beside = "not measured" if theirs is None else number(theirs, 2)
        rows.append(
            (NAMES[form], number(ours, 2), NAMES.get(yardstick, yardstick), beside, times(ratio) if ratio else "")
        )
        what = f"{NAMES[form]} beside {NAMES.get(yardstick, yardstick)}"
        said = "not measured" if ratio is None else times(ratio)
        goals.append(Goal(what, f"at most {goal:g}×", said, None if ratio is None else ratio <= goal))
    goals.append(Goal("memory of a build", "at most 400 MB", f"{built.megabytes:,.0f} MB", built.megabytes <= 400))
    whole = (("all files", number(built.seconds, 1), number(built.processor, 1), number(built.megabytes)),)
    tables = [
        Table(f"The claims of {run_.size}", ("form", "seconds", "yardstick", "seconds", "ratio"), rows),
        Table(f"onrecord build, {run_.size}", ("what", "seconds", "processor seconds", "MB"), list(whole)),
    ]
    return Section("Building files", TEXT.format(rounds=min(run_.rounds, 3)), tables, goals)


def _rounds(database: Path, folder: Path, rounds: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {}
    released = next(file for file in folder.iterdir() if file.is_dir() and not file.name.startswith("."))
    tables = released / database_name(released.name)
    for _ in range(rounds):
        for form in ("plain", "jsonl", "sqlite3 -csv", "csv", "parquet", "table"):
            found = took.setdefault(form, [])
            if form != "sqlite3 -csv":
                command = [sys.executable, "-m", "benchmarks.builder", form, str(database), str(folder / form)]
                found.append(float(run(command, environment()).printed))
            elif shutil.which("sqlite3"):
                with (folder / "sqlite3").open("wb") as file:
                    started = time.perf_counter()
                    asked = ["sqlite3", "-csv", "-header", str(tables), "SELECT * FROM claims"]
                    subprocess.run(asked, stdout=file, check=True, timeout=600)
                    found.append(time.perf_counter() - started)
    return took
