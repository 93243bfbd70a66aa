"""`make torture` in small: releasing, loading and building end whole, wherever they are killed.

The steps of publishing are those of `test_killing`; `make check` kills after every one of them all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dataset.exports import building
from dataset.importing.run import COMPARE, READ
from dataset.releasing import STEPS
from dataset.store.steps import RENAME
from tests.torture.__main__ import summary, table, torture
from tests.torture.dataset import make_trials
from tests.torture.stores import Torn
from tests.torture.trials import AFTER, Building

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def test_killed_after_a_step(tmp_path: Path) -> None:
    """No reader sees half of anything, every next run ends whole, and nothing is left behind."""
    trials, records, close = make_trials(tmp_path, 60, ["sqlite"])
    steps = {*STEPS, READ, COMPARE, building.RECORDS, building.PACK, RENAME}
    kills = torture(trials, 0, seed=2, among=steps)
    close()
    assert [one for one in kills if one.faults] == []
    assert records >= 60
    assert all(one.looks for one in kills)
    found = {(one.trial.partition(",")[0], one.found) for one in kills}
    assert found == {
        *(("release", place) for place in ("before", "log", "after")),
        *((trial, place) for trial in ("load", "build") for place in ("before", "after")),
        ("build again", "after"),
    }
    assert {one.step for one in kills} >= steps
    assert f"{len(kills)} kills over" in summary(kills, records, 60)
    assert table(kills).count("\n") > 10


def test_what_is_torn_is_noticed(tmp_path: Path) -> None:
    """A torture that would not see a half of something proves nothing."""
    trials, _, _ = make_trials(tmp_path, 60, ["sqlite"])
    releasing, loading, building, _ = trials
    for trial in trials:
        trial.reset()
        trial.run(lambda *_: None)
        assert trial.found() == AFTER
        assert trial.look()
        assert not trial.leftovers()
    assert isinstance(building, Building)
    place = building.folder / building.version
    (place / "claims.csv").write_bytes((place / "claims.csv").read_bytes()[:-1])
    with pytest.raises(Torn, match=r"claims\.csv"):
        building.look()
    with pytest.raises(Torn):
        building.found()
    log = tmp_path / "log-sqlite" / "0.2.0" / "changes.jsonl"
    log.write_bytes(log.read_bytes()[:-40])
    with pytest.raises(Torn, match=r"half of 0\.2\.0"):
        releasing.look()
    database = tmp_path / "loading_sqlite" / "onrecord.sqlite"
    database.write_bytes(database.read_bytes().replace(b"Read again for release", b"Read twice for release"))
    with pytest.raises(Torn):
        loading.found()
