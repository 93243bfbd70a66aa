"""A redaction that is killed after any of its steps leaves log and database whole, and the next run ends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url

from dataset.log import read_log, replay
from dataset.redacting import STEPS, TELL, redact_log
from dataset.store.publishing import publish
from dataset.store.steps import COMMIT, RENAME, SQLITE_STEPS, VERIFY
from tests.conftest import NewDatabase
from tests.redacting.support import VICTIM, WANTED, holding, redact_until
from tests.store.support import contents
from tests.store.test_killing import publish_when_free
from tests.store.victim import PROCESSES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("engine", "steps"),
    [
        pytest.param("sqlite", (*STEPS, *SQLITE_STEPS), marks=pytest.mark.sqlite),
        pytest.param("postgresql", (VERIFY, COMMIT), marks=pytest.mark.postgresql),
    ],
    indirect=["engine"],
)
def test_killed_after_a_step(
    engine: str, steps: tuple[str, ...], pristine: Path, new_database: NewDatabase, tmp_path: Path
) -> None:
    """The log is redacted first; the database holds the record or does not, and never half of that."""
    url = new_database(engine)
    publish(url, read_log(pristine))
    before = contents(url)
    path = Path(str(make_url(url).database))
    if engine == "sqlite":
        shutil.copy(path, tmp_path / "before")
    seen = set()
    for step in steps:
        log = shutil.copytree(pristine, tmp_path / step)
        if engine == "sqlite":
            shutil.copy(tmp_path / "before", path)
        else:
            publish_when_free(url, read_log(pristine), replace=True)
        process = PROCESSES.Process(target=redact_until, args=(url, log, step))
        process.start()
        process.join(60)
        assert process.exitcode == -9, step
        told = replay(read_log(log)).redacted == {VICTIM: WANTED}
        assert told
        found = contents(url)
        gone = VICTIM[1] not in {row[1] for row in found["quotes"]}
        assert gone == (step in (RENAME, COMMIT)), step
        if not gone:
            assert found == before
        assert (holding(log) == []) == (step != TELL)
        redact_log(log, WANTED)
        publish_when_free(url, read_log(log))
        assert holding(log) == []
        seen.add(str(contents(url)))
    assert len(seen) == 1
