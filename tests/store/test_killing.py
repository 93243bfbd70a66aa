"""A run that ends anywhere, in any way, leaves the database as it was or complete, and readers see nothing between."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from dataset.log import Release, read_log
from dataset.store.publishing import Outcome, migrate, publish
from dataset.store.replacing import copy_file, lock_file
from dataset.store.steps import COMMIT, COPY, LOAD, POSTGRESQL_STEPS, RENAME, SQLITE_STEPS, SYNC, VERIFY, Refused
from tests.conftest import NewDatabase
from tests.store.support import contents, each
from tests.store.victim import (
    PROCESSES,
    publish_slowly,
    publish_until,
    publish_within,
    read_on,
    write_log,
)
from tests.synthetic import make_log

pytestmark = pytest.mark.slow

RANDOM_KILLS = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log on the disk: long enough to be killed in the middle of its load."""
    return write_log(tmp_path_factory.mktemp("log"), make_log(seed=3, claims=400, releases=3))


@pytest.fixture(scope="module")
def releases(folder: Path) -> list[Release]:
    return read_log(folder)


@pytest.fixture
def older_url(database_url: str, releases: list[Release]) -> str:
    """A database that holds the first release in the tables of an older program, so that every step has work to do."""
    publish(database_url, releases[:1])
    migrate(database_url, revision="0001")
    return database_url


def beside(url: str) -> set[str]:
    """The files beside a SQLite database, itself included; nothing on PostgreSQL."""
    path = Path(str(make_url(url).database))
    return {file.name for file in path.parent.iterdir()} if path.is_absolute() and url.startswith("sqlite") else set()


def publish_when_free(url: str, releases: list[Release], *, replace: bool = False) -> Outcome:
    """Publish; a server may need a moment to notice that the client before was killed."""
    for _ in range(200):
        try:
            return publish(url, releases, replace=replace)
        except Refused as error:
            if "another run" not in str(error):
                raise
            time.sleep(0.05)
    raise TimeoutError


@contextmanager
def reader(url: str, folder: Path) -> Iterator[None]:
    """Another process reads without pause; at the end everything it saw must have been whole."""
    ours, theirs = PROCESSES.Pipe()
    enough = PROCESSES.Event()
    process = PROCESSES.Process(target=read_on, args=(url, folder, theirs, enough), daemon=True)
    process.start()
    assert ours.recv() == "reading"
    try:
        yield
    finally:
        enough.set()
        reads, versions, faults = ours.recv()
        process.join(30)
    assert faults == []
    assert reads > 5
    assert versions


@pytest.mark.parametrize(("engine", "step"), each(SQLITE_STEPS, POSTGRESQL_STEPS), indirect=["engine"])
def test_killed_after_a_step(older_url: str, folder: Path, releases: list[Release], step: str) -> None:
    before = contents(older_url)
    process = PROCESSES.Process(target=publish_until, args=(older_url, folder, step))
    with reader(older_url, folder):
        process.start()
        process.join(60)
        assert process.exitcode == -9
        after = contents(older_url)
        outcome = publish_when_free(older_url, releases)
    assert outcome.newest == releases[-1].version
    if step in (RENAME, COMMIT):
        assert after == contents(older_url)
        assert outcome.loaded == ()
    else:
        assert after == before
        assert outcome.loaded == tuple(release.version for release in releases[1:])
    left = {file for file in beside(older_url) if file.endswith(".lock")}
    assert len(beside(older_url) - left) <= 1, "a stale copy was left"


@pytest.mark.parametrize(("engine", "step"), each((COPY, LOAD, VERIFY), (LOAD, VERIFY)), indirect=["engine"])
def test_killed_in_the_middle_of_a_step(older_url: str, folder: Path, releases: list[Release], step: str) -> None:
    before = contents(older_url)
    process = PROCESSES.Process(target=publish_until, args=(older_url, folder, step), kwargs={"middle": True})
    process.start()
    process.join(60)
    assert process.exitcode == -9, "the step was done in one piece"
    assert contents(older_url) == before
    assert publish_when_free(older_url, releases).newest == releases[-1].version


def test_killed_at_random_times_while_a_reader_reads(database_url: str, folder: Path, releases: list[Release]) -> None:
    """Each run begins from the first release; how far it came is known only afterwards."""
    publish(database_url, releases)
    complete = contents(database_url)
    began = time.monotonic()
    publish(database_url, releases[:1], replace=True)
    first = contents(database_url)
    publish(database_url, releases)
    usual = time.monotonic() - began
    moments = random.Random(11)
    ended = {"before": 0, "after": 0}
    with reader(database_url, folder):
        for _ in range(RANDOM_KILLS):
            publish_when_free(database_url, releases[:1], replace=True)
            process = PROCESSES.Process(target=publish_until, args=(database_url, folder, "never"))
            process.start()
            process.join(moments.random() * usual)
            process.kill()
            process.join(60)
            found = contents(database_url)
            assert found in (first, complete)
            ended["after" if found == complete else "before"] += 1
            assert publish_when_free(database_url, releases).newest == releases[-1].version
    assert contents(database_url) == complete
    assert ended["before"] > 0


@pytest.mark.sqlite
def test_what_a_kill_leaves_is_swept(new_database: NewDatabase, folder: Path, releases: list[Release]) -> None:
    url = new_database("sqlite")
    publish(url, releases[:1])
    path = Path(str(make_url(url).database))
    process = PROCESSES.Process(target=publish_until, args=(url, folder, SYNC))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert beside(url) == {path.name, lock_file(path).name, copy_file(path).name}
    copy_file(path).with_name(copy_file(path).name + "-journal").touch()
    publish(url, releases)
    assert beside(url) == {path.name, lock_file(path).name}


@pytest.mark.parametrize("step", [LOAD, VERIFY])
def test_of_two_runs_at_once_the_second_is_refused(
    older_url: str, folder: Path, releases: list[Release], step: str
) -> None:
    before = contents(older_url)
    reached, go = PROCESSES.Event(), PROCESSES.Event()
    process = PROCESSES.Process(target=publish_slowly, args=(older_url, folder, step, reached, go))
    process.start()
    assert reached.wait(30)
    began = time.monotonic()
    with pytest.raises(Refused, match="another run is at work"):
        publish(older_url, releases)
    with pytest.raises(Refused, match="another run is at work"):
        migrate(older_url)
    assert time.monotonic() - began < 5, "refused at once, not after waiting"
    if older_url.startswith("sqlite"):  # on PostgreSQL the first holds the tables that it is changing
        assert contents(older_url) == before
    go.set()
    process.join(60)
    assert process.exitcode == 0
    assert publish(older_url, releases).loaded == ()


@pytest.mark.sqlite
@pytest.mark.parametrize("share", [-0.5, 0.1, 0.8])
def test_a_full_disk(new_database: NewDatabase, folder: Path, releases: list[Release], share: float) -> None:
    """There is room for a `share` of what the file grows by: it is as it was, and nothing is left beside it."""
    url, whole = new_database("sqlite"), new_database("sqlite")
    publish(url, releases[:1])
    publish(whole, releases)
    before, path = contents(url), Path(str(make_url(url).database))
    size, growth = path.stat().st_size, Path(str(make_url(whole).database)).stat().st_size - path.stat().st_size
    ours, theirs = PROCESSES.Pipe()
    limit = size + int(share * growth)
    process = PROCESSES.Process(target=publish_within, args=(url, folder, limit, theirs))
    process.start()
    message = ours.recv()
    process.join(60)
    assert message.startswith(f"Failed: {path} is as it was: step ")
    assert contents(url) == before
    assert beside(url) == {path.name, lock_file(path).name}
    assert publish(url, releases).newest == releases[-1].version
