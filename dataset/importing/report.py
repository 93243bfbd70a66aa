"""What was found wrong, told as it is found: every mistake into a file, the first ones onto the screen.

The file is JSON Lines, or CSV where its name ends so, and is written whole or not at all. Nothing is kept in memory but
what the screen shows.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from dataset.exports.cells import write_cell
from dataset.problems import Problem

if TYPE_CHECKING:
    from _csv import Writer

#: Mistakes that the screen shows.
SHOWN: Final = 20
COLUMNS: Final = ("file", "line", "record", "field", "message", "found", "allowed")


def default_path(package: Path) -> Path:
    """The report of a package: beside it, under its name, or in the working directory where that cannot be written."""
    path = package.resolve()
    stem = path.name if path.is_dir() else path.name.removesuffix(".zip")
    folder = path.parent if os.access(path.parent, os.W_OK) else Path.cwd()
    return folder / f"{stem}.rejected.jsonl"


class Report:
    """The mistakes of one run; `counts` tells how many rows of each type are rejected."""

    def __init__(self, path: Path) -> None:
        """Nothing is written before the first mistake."""
        self.path = path
        self.total = 0
        self.first: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self._beside = path.with_name(f".{path.name}.new")
        self._stream: TextIO | None = None
        self._table: Writer | None = None

    def add(self, problem: Problem) -> None:
        """Tell one mistake.

        Raises:
            OSError: the report cannot be written.
        """
        self.total += 1
        if len(self.first) < SHOWN:
            self.first.append(problem)
        if self._stream is None:
            self._stream = self._beside.open("w", encoding="utf-8", newline="", errors="backslashreplace")
            if self.path.suffix == ".csv":
                self._table = csv.writer(self._stream)
                self._table.writerow(COLUMNS)
        if self._table is not None:
            self._table.writerow([write_cell(getattr(problem, name)) for name in COLUMNS])
        else:
            members = problem.as_dict()
            line = {name: members[name] for name in COLUMNS if name in members}
            self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def finish(self) -> Path | None:
        """Put the report in its place; None where there was nothing to tell, and then none of an earlier run is left.

        Raises:
            OSError: it cannot be written.
        """
        if self._stream is None:
            self.path.unlink(missing_ok=True)
            return None
        self._stream.close()
        self._beside.replace(self.path)
        return self.path

    def abandon(self) -> None:
        """Leave nothing half-written behind."""
        if self._stream is not None and not self._stream.closed:
            self._stream.close()
            self._beside.unlink(missing_ok=True)
