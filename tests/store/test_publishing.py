"""Publishing: what comes in, what is refused, and that nothing is ever half done."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from dataset.canonical import canonical, digest
from dataset.log import Change, Release, from_manifest
from dataset.store.database import Database
from dataset.store.holding import held_by
from dataset.store.publishing import migrate, publish
from dataset.store.reading import valid_in
from dataset.store.steps import (
    INDEX,
    LOAD,
    MIGRATE,
    POSTGRESQL_STEPS,
    RENAME,
    SQLITE_STEPS,
    VERIFY,
    Failed,
    Refused,
)
from dataset.store.tables import HEAD, OLDER, RECORDS
from tests.conftest import NewDatabase
from tests.store.support import Stop, contents, each, indexes, stopping_at
from tests.synthetic import History, make_log

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow


def with_changes(release: Release, *changes: Change, **manifest: Any) -> Release:
    """A release as it would be with other changes, or another word in its manifest."""
    return from_manifest({**release.manifest, **manifest}, held=changes or tuple(release.changes))


@pytest.mark.slow
def test_release_by_release_and_all_at_once_are_the_same(
    engine: str, new_database: NewDatabase, log: Sequence[Release]
) -> None:
    stepwise, at_once = new_database(engine), new_database(engine)
    for number, release in enumerate(log, 1):
        outcome = publish(stepwise, log[:number])
        assert outcome.loaded == (release.version,)
        assert (outcome.dataset, outcome.newest) == (log[0].name, release.version)
    outcome = publish(at_once, log)
    assert outcome.loaded == tuple(release.version for release in log)
    assert (outcome.before, outcome.revision_before, outcome.revision) == (None, None, HEAD)
    assert contents(stepwise) == contents(at_once)


def test_filled_before_it_is_indexed_a_database_is_the_same(
    database_url: str, published_url: str, log: Sequence[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a first load of many records does: the indexes are taken away and come back as the migrations made them."""
    monkeypatch.setattr("dataset.store.work.MANY", 0)
    told: list[tuple[str, int, int]] = []
    publish(database_url, log, lambda *step: told.append(step))
    assert max(total for step, _, total in told if step == INDEX) > 50
    assert contents(database_url) == contents(published_url)
    assert indexes(database_url) == indexes(published_url)


def test_the_second_and_the_third_release_bring_the_indexes_for_those_before(
    database_url: str, published_url: str, log: Sequence[Release]
) -> None:
    assert len(log) > 2
    for number, expected in ((1, set()), (2, {"_first"}), (3, set(OLDER))):
        publish(database_url, log[:number])
        assert {end for index in indexes(database_url) for end in OLDER if f"{end} " in index} == expected
    publish(database_url, log)
    assert indexes(database_url) == indexes(published_url)


@pytest.mark.slow
def test_both_engines_hold_the_same(new_database: NewDatabase, log: Sequence[Release]) -> None:
    urls = new_database("sqlite"), new_database("postgresql")
    for url in urls:
        publish(url, log)
    assert contents(urls[0]) == contents(urls[1])


def test_steps_are_told_in_order_and_come_to_their_end(engine: str, database_url: str, log: Sequence[Release]) -> None:
    told: list[tuple[str, int, int]] = []
    publish(database_url, log, lambda *step: told.append(step))
    steps = SQLITE_STEPS if engine == "sqlite" else POSTGRESQL_STEPS
    assert tuple(dict.fromkeys(step for step, _, _ in told)) == steps
    for step in steps:
        progress = [(done, total) for name, done, total in told if name == step]
        assert progress[0][0] == 0
        assert progress[-1][0] == progress[-1][1]
        assert progress == sorted(progress)
    assert told[-1] == (steps[-1], 1, 1)
    total = sum(sum(release.manifest["changes"].values()) for release in log)
    assert (LOAD, total, total) in told


def test_nothing_new_is_no_work(database_url: str, log: Sequence[Release]) -> None:
    publish(database_url, log)
    before, told = contents(database_url), []
    outcome = publish(database_url, log, lambda *step: told.append(step))
    assert (outcome.loaded, outcome.before, outcome.newest) == ((), log[-1].version, log[-1].version)
    assert told == []
    assert contents(database_url) == before


def test_an_empty_log_is_refused(database_url: str) -> None:
    with pytest.raises(Refused, match="cut one with `onrecord release`"):
        publish(database_url, [])


@pytest.mark.parametrize("replace", [False, True])
def test_another_dataset_is_never_touched(database_url: str, log: Sequence[Release], replace: bool) -> None:
    publish(database_url, log)
    before = contents(database_url)
    others = [with_changes(release, name="elections") for release in log]
    with pytest.raises(Refused, match="holds the dataset 'regatta', the log is of 'elections'"):
        publish(database_url, others, replace=replace)
    assert contents(database_url) == before


def test_another_history_is_refused_until_it_is_replaced(database_url: str, log: Sequence[Release]) -> None:
    publish(database_url, log)
    before, cut_anew = contents(database_url), make_log(seed=2, claims=100, releases=2)
    with pytest.raises(Refused, match=r"release 0\.1\.0 of the database is not .*`onrecord publish --replace`"):
        publish(database_url, cut_anew)
    assert contents(database_url) == before
    outcome = publish(database_url, cut_anew, replace=True)
    assert (outcome.before, outcome.loaded) == ("0.3.0", ("0.1.0", "0.2.0"))
    held = held_by(database_url)
    assert [release.sha256 for release in held.releases] == [release.sha256 for release in cut_anew]


@pytest.mark.slow
def test_a_replaced_database_is_as_a_new_one(engine: str, new_database: NewDatabase, log: Sequence[Release]) -> None:
    replaced, new = new_database(engine), new_database(engine)
    publish(replaced, make_log(seed=5, claims=80))
    publish(replaced, log, replace=True)
    publish(new, log)
    assert contents(replaced) == contents(new)


def test_a_shorter_log_is_refused(database_url: str, log: Sequence[Release]) -> None:
    publish(database_url, log)
    with pytest.raises(Refused, match=r"holds release 0\.3\.0, the log ends at 0\.2\.0"):
        publish(database_url, log[:2])


def history_to_one() -> list[Release]:
    history = History()
    history.release("0.1.0", [history.add("dataset", {"id": "tiny", "title": "Tiny"})])
    history.release("1.0.0", [history.add("topics", {"id": "boats", "label": "Boats"})])
    return history.releases


def test_from_one_on_nothing_is_replaced(database_url: str) -> None:
    publish(database_url, history_to_one())
    before = contents(database_url)
    with pytest.raises(Refused, match=r"holds release 1\.0\.0, the log ends at 0\.1\.0$"):
        publish(database_url, history_to_one()[:1], replace=True)
    assert contents(database_url) == before
    assert publish(database_url, history_to_one(), replace=True).loaded == ("0.1.0", "1.0.0")


def unsound(log: Sequence[Release], flaw: str) -> tuple[str, list[Release]]:
    """What is said of a log that has one flaw, and that log."""
    first, second, third = log
    changes = list(second.changes)
    changed = next(change for change in changes if change.operation == "changed")
    gone = next(change for change in changes if change.operation == "withdrawn")
    rest = [change for change in changes if change is not changed]
    body = {**(changed.body or {}), "note": "Another."}
    was = next(change for change in first.changes if change.type == "claims")
    ever = next(change for change in first.changes if change.id == gone.id)

    def other(**values: Any) -> list[Release]:
        return [first, with_changes(second, *rest, dataclasses.replace(changed, **values))]

    def claimed(**manifest: Any) -> list[Release]:
        return [first, with_changes(second, **manifest)]

    types, counts = second.manifest["types"], second.manifest["counts"]
    flaws = {
        "another body": ("the body has not the digest", other(body=body)),
        "another record": ("the digest of the records", other(body=body, digest=digest(canonical(body)))),
        "an unknown id": ("1 of the claims .* are not there", other(id="no-such.c1")),
        "no body": ("without a body", other(body=None)),
        "an unknown operation": ("unknown type or operation", other(operation="moved")),
        "an unknown type": ("unknown type or operation", other(type="songs")),
        "a change too few": ("its manifest says", [first, with_changes(second, *rest)]),
        "another state": ("the digest of the state", claimed(sha256="0" * 64)),
        "another type digest": ("the digest of the records", claimed(types={**types, "claims": "0" * 64})),
        "another count": ("the manifest says 1", claimed(counts={**counts, "claims": 1})),
        "a record added twice": ("(UNIQUE|unique)", [first, with_changes(second, *changes, was)]),
        "an id used again": ("never used again", [first, second, with_changes(third, *third.changes, ever)]),
    }
    return flaws[flaw]


@pytest.mark.parametrize(
    "flaw",
    [
        "another body",
        "another record",
        "an unknown id",
        "no body",
        "an unknown operation",
        "an unknown type",
        "a change too few",
        "another state",
        "another type digest",
        "another count",
        "a record added twice",
        "an id used again",
    ],
)
def test_an_unsound_log_leaves_the_database_as_it_was(database_url: str, log: Sequence[Release], flaw: str) -> None:
    message, broken = unsound(log, flaw)
    publish(database_url, broken[:1])
    before = contents(database_url)
    with pytest.raises(Failed, match=f"is as it was: step (load|verify) failed: .*{message}"):
        publish(database_url, broken)
    assert contents(database_url) == before
    assert publish(database_url, log).newest == log[-1].version


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "step"), each(SQLITE_STEPS, POSTGRESQL_STEPS), indirect=["engine"])
def test_a_run_that_is_interrupted_leaves_nothing(database_url: str, log: Sequence[Release], step: str) -> None:
    """As Ctrl-C does: the database is as it was and the stale copy is gone at once."""
    publish(database_url, log[:1])
    migrate(database_url, revision="0001")
    before = contents(database_url)
    with pytest.raises(Stop):
        publish(database_url, log, stopping_at(step))
    assert contents(database_url) == before
    if database_url.startswith("sqlite"):
        file = Path(str(make_url(database_url).database))
        assert {beside.name for beside in file.parent.iterdir()} == {file.name, f"{file.name}.lock"}
    assert publish(database_url, log).newest == log[-1].version


@pytest.mark.sqlite
def test_a_database_of_somebody_else_is_never_touched(tmp_path: Path, log: Sequence[Release]) -> None:
    file = tmp_path / "theirs.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE letters (id INTEGER)")
    connection.close()
    before = file.read_bytes()
    for run in (lambda url: publish(url, log), lambda url: publish(url, log, replace=True), migrate):
        with pytest.raises(Refused, match=r"tables that Onrecord did not make \(letters\) and is left alone"):
            run(f"sqlite:///{file}")
    assert file.read_bytes() == before
    text = tmp_path / "letter.txt"
    text.write_text("Dear friend, this is no database at all." * 100)
    with pytest.raises(Failed, match="file is not a database"):
        publish(f"sqlite:///{text}", log)
    assert text.read_text().startswith("Dear friend")


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_shared_database_is_used_when_no_name_is_taken(new_database: NewDatabase, log: Sequence[Release]) -> None:
    url = new_database("postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE letters (id integer)")
        publish(url, log[:1])
        connection.execute("SELECT * FROM letters")
    other = new_database("postgresql")
    with psycopg.connect(other, autocommit=True) as connection:
        connection.execute("CREATE TABLE claims (id integer)")
    with pytest.raises(Refused, match=r"did not make \(claims\)"):
        publish(other, log)


def test_tables_of_a_newer_program_are_left_alone(
    database_url: str, log: Sequence[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database_url, log[:1])
    monkeypatch.setattr("dataset.store.holding.HEAD", "0001")
    with pytest.raises(Refused, match="install a newer Onrecord"):
        publish(database_url, log)


@pytest.mark.sqlite
def test_folders_are_made_and_links_followed(tmp_path: Path, log: Sequence[Release]) -> None:
    real, link = tmp_path / "deep" / "down" / "x.sqlite", tmp_path / "link.sqlite"
    link.symlink_to(real)
    publish(f"sqlite:///{real}", log[:1])
    publish(f"sqlite:///{link}", log)
    assert link.is_symlink()
    assert held_by(f"sqlite:///{real}").version == log[-1].version
    real.chmod(0o640)
    publish(f"sqlite:///{link}", make_log(seed=4, claims=40), replace=True)
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.sqlite
def test_an_empty_file_is_an_empty_database(tmp_path: Path, log: Sequence[Release]) -> None:
    file = tmp_path / "x.sqlite"
    file.touch()
    assert publish(f"sqlite:///{file}", log[:1]).before is None


@pytest.mark.sqlite
def test_a_finished_file_needs_nothing_beside_it(
    new_database: NewDatabase, sqlite_file: Callable[[str], Path], log: Sequence[Release]
) -> None:
    """No journal mode that would write: a file that is copied away is a whole database."""
    url = new_database("sqlite")
    publish(url, log)
    connection = sqlite3.connect(sqlite_file(url))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 20
    connection.close()


def test_ended_and_changed_records_end_before_the_release_that_did_it(
    published: Database, log: Sequence[Release]
) -> None:
    for release in log[1:]:
        for change in release.changes:
            table = RECORDS[change.type]
            with published.read() as connection:
                rows = connection.execute(table.select().where(table.c.id == change.id).order_by(table.c.since)).all()
                starts, ends = [row.since for row in rows], [row.until for row in rows]
                if change.operation == "added":
                    assert starts[0] == release.ordinal
                else:
                    assert release.ordinal in ends
                assert (release.ordinal in starts) == (change.operation in ("added", "changed"))
                there = connection.execute(
                    table.select().where(table.c.id == change.id, valid_in(table, release.ordinal, len(log)))
                ).first()
                assert (there is None) == (change.operation in ("merged", "withdrawn"))


@pytest.mark.sqlite
def test_readers_find_the_old_file_until_the_rename(new_database: NewDatabase, log: Sequence[Release]) -> None:
    """One file has the name while another is made; then that one has it."""
    url = new_database("sqlite")
    publish(url, log[:1])
    file = Path(str(make_url(url).database))
    inode = file.stat().st_ino
    seen: dict[str, int] = {}
    publish(url, log, lambda step, *_: seen.update({step: file.stat().st_ino}) if step not in seen else None)
    assert {seen[step] for step in (MIGRATE, LOAD, VERIFY, RENAME)} == {inode}
    assert file.stat().st_ino != inode
