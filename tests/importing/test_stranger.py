"""A stranger's dataset of more than 100,000 rows with flaws of every kind: all are told, nothing else is changed."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from dataset.importing.run import Options, load
from tests.conftest import NewDatabase
from tests.importing.stranger import REFERENCES, Stranger, expected, sound
from tests.importing.support import newest, problems_of, releases


@pytest.mark.parametrize(
    "scale", [pytest.param(400, id="small"), pytest.param(42_000, id="large", marks=pytest.mark.slow)]
)
def test_every_flaw_is_told_and_nothing_else_changed(scale: int, new_database: NewDatabase, tmp_path: Path) -> None:
    """Each planted flaw is told at its place, each row that is not loaded is told, each loaded one is as it was."""
    stranger, path, url = Stranger(seed=19, scale=scale), tmp_path / "lights", new_database("sqlite")
    stranger.write(path)
    rows = stranger.rows
    assert scale < 1000 or len(rows) > 100_000
    outcome = load(path, url, Options(keep_going=True))
    assert outcome.result == "loaded"
    problems = problems_of(outcome)
    told = defaultdict(set)
    for one in problems:
        told[Path(str(one.file)).stem, one.line].add(one.field)

    flawed = [row for row in rows if row.flaws]
    assert len(flawed) > scale / 50
    missed = [(row.table, row.line, row.flaws) for row in flawed if not set(row.flaws) & told[row.table, row.line]]
    assert missed == []

    good, held = sound(rows), newest(url)
    loaded = {(type, id) for type, records in held.items() for id in records}
    assert loaded == good
    for row in rows:  # a row is told when its record is not loaded, and only then
        assert ((row.table, row.line) in told) == (row.key not in good or bool(row.flaws)), row
    wanted = expected(rows)
    for (type, id), members in wanted.items():
        body: dict[str, Any] = json.loads(held[type][id])
        assert {name: value for name, value in body.items() if not name.endswith(("_earliest", "_latest"))} == members
    assert sum(releases(url)[0].manifest["counts"].values()) == len(wanted)
    assert REFERENCES.keys() <= outcome.read.keys() | {Path(name).stem for name in outcome.read}
