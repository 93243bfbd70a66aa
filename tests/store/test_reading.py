"""Releases, histories, tombstones, and which rows a release holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select, text

from dataset.canonical import canonical, parse
from dataset.log import Change, Release, replay
from dataset.state import lines
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.reading import history, newest_release, release_of, stored_releases, tombstone, valid_in
from dataset.store.tables import RECORDS
from tests.conftest import NewDatabase


def the(releases: Sequence[Release], operation: str) -> Change:
    """The first change of that kind in the last release."""
    return next(change for change in releases[-1].changes if change.operation == operation)


def test_releases(published: Database, log: Sequence[Release]) -> None:
    with published.read() as connection:
        stored = stored_releases(connection)
        assert [(one.ordinal, one.version, one.parent, one.sha256) for one in stored] == [
            (one.ordinal, one.version, one.parent, one.sha256) for one in log
        ]
        assert [one.manifest for one in stored] == [parse(canonical(one.manifest)) for one in log]
        assert {one.dataset for one in stored} == {log[0].name}
        assert newest_release(connection) == stored[-1]
        assert release_of(connection, log[1].version) == stored[1]
        assert release_of(connection, "9.9.9") is None


def test_every_release_reads_as_it_was(published: Database, log: Sequence[Release]) -> None:
    """The rows that a release holds, in default order, are its files byte for byte."""
    for number, release in enumerate(log, 1):
        state = replay(list(log[:number])).state
        with published.read() as connection:
            for record_type, table in RECORDS.items():
                statement = select(table.c.body).where(valid_in(table, release.ordinal, len(log)))
                rows = connection.execute(statement.order_by(table.c[table.info["order"]])).scalars()
                assert [f"{body}\n".encode() for body in rows] == list(lines(state.get(record_type, {})))


def test_history_of_a_record(published: Database, log: Sequence[Release]) -> None:
    changed = the(log, "changed")
    with published.read() as connection:
        events = history(connection, changed.type, changed.id)
        assert [events[0].operation, events[-1].operation] == ["added", "changed"]
        assert (events[0].version, events[-1].version) == (log[0].version, log[-1].version)
        assert (events[-1].reason, events[-1].digest, events[-1].date) == ("corrected", changed.digest, log[-1].date)
        assert tombstone(connection, changed.type, changed.id, len(log)) is None
        assert history(connection, "claims", "no-such.c1") == []


@pytest.mark.parametrize("operation", ["withdrawn", "merged"])
def test_tombstone_of_a_record(published: Database, log: Sequence[Release], operation: str) -> None:
    ended = the(log, operation)
    with published.read() as connection:
        found = tombstone(connection, ended.type, ended.id, len(log))
        assert found is not None
        assert (found.operation, found.replaced_by, found.digest) == (operation, ended.replaced_by, None)
        assert (found.version, found.reason) == (log[-1].version, "not needed")
        assert tombstone(connection, ended.type, ended.id, len(log) - 1) is None


@pytest.fixture(scope="module")
def sqlite_log(new_database: NewDatabase, log: Sequence[Release]) -> str:
    """The whole log on SQLite, for what only that engine explains."""
    url = new_database("sqlite")
    publish(url, log)
    return url


FILTERS = [
    (name, column.name)
    for name, table in RECORDS.items()
    for column in table.columns
    if column.info.get("use", "plain") != "plain"
]


def plan(connection: Connection, statement: Select[Any]) -> str:
    compiled = str(statement.limit(51).compile(connection, compile_kwargs={"literal_binds": True}))
    return "\n".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))


@pytest.mark.sqlite
@pytest.mark.parametrize(("name", "column"), [*((name, None) for name in RECORDS), *FILTERS])
def test_a_page_walks_an_index(sqlite_log: str, name: str, column: str | None) -> None:
    """No scan and no sorting: the default order, with no filter or one, in the newest release; without, in any."""
    table = RECORDS[name]
    order = table.c[table.info["order"]]
    database = Database(sqlite_log)
    with database.read() as connection:
        for ordinal in (3,) if column else (3, 2, 1):
            statement = select(table.c.body).where(valid_in(table, ordinal, 3), order > "b").order_by(order)
            if column:
                value = True if table.c[column].type.python_type is bool else "x"
                statement = statement.where(table.c[column] == value)
            found = plan(connection, statement)
            assert "USING INDEX" in found, found
            assert "TEMP B-TREE" not in found, found
    database.close()
