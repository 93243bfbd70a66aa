"""Bringing a change-set into the tables: a stream of lines in, batches of rows out, on the driver itself.

What rows the lines become is worked out in `preparing`. SQLite takes rows by `executemany`, PostgreSQL by COPY. Memory
does not grow with the length of a change-set.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, func, select

from dataset.canonical import Body, canonical, parse
from dataset.pool import Pool, here
from dataset.redactions import Key, redacted_in
from dataset.store.preparing import Batch, Inconsistent, RowValues, Unreadable, columns, prepare
from dataset.store.readied import Readied, bring_in, shared
from dataset.store.tables import LINKS, RECORDS, changes, releases

if TYPE_CHECKING:
    from dataset.log import Release

#: Changes that are turned into rows and written together.
BATCH = 1000


class Writer(Protocol):
    """What the two drivers do in their own ways."""

    def insert(self, table: Table, rows: Sequence[RowValues], names: Sequence[str] | None = None) -> None:
        """Write rows with a value for every column, or for those of these names; the others are null."""

    def append(
        self, table: Table, names: Sequence[str], rows: Sequence[RowValues], *, first: int, since: int | None = None
    ) -> None:
        """Write rows whose first value, a number, counts from `first`; with `since`, where the table has it."""

    def end(self, table: Table, ordinal: int, ids: Sequence[str]) -> int:
        """Let the newest versions of these ids end before the release `ordinal`; how many there were."""


def writer(connection: Connection) -> Writer:
    """The writer for the driver under a connection; it works in the connection's transaction."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return _SQLite(driver)
    return _PostgreSQL(cast("psycopg.Connection[tuple[object, ...]]", driver))


def load(connection: Connection, release: Release, pool: Pool = here) -> Iterator[int]:
    """Apply one change-set; yields after each batch how many of its changes are in.

    Raises:
        Inconsistent: a body that has not its digest, a change of a record that is not there, an unknown operation.
        Problems: a line of the log is not a change.
    """
    into = writer(connection)
    if isinstance(release, Readied) and isinstance(into, _SQLite):
        yield from bring_in(release, shared(connection))
        return
    enter(connection, release)
    rows = {
        name: connection.execute(select(func.coalesce(func.max(table.c.row), 0))).scalar_one() + 1
        for name, table in RECORDS.items()
    }
    manifests = connection.execute(select(releases.c.manifest).where(releases.c.manifest.contains('"redacted":')))
    gone = redacted_in(parse(text) for text in manifests.scalars())
    done = 0
    lines = _left(release, gone, into) if gone else release.lines
    try:
        for some, batch in pool(prepare, _batches(lines)):
            _apply(into, release.ordinal, batch, rows)
            done += len(some)
            yield done
    except Unreadable:
        for _ in release.changes:  # says in which file and line
            pass
        raise


def _left(release: Release, gone: Collection[Key], into: Writer) -> Iterator[bytes]:
    """The lines that are not of redacted records; of those the log tells, but no version of them is left."""
    for line in release.lines:
        change: Body = {}
        with suppress(ValueError, TypeError):  # who prepares the line says what is wrong with it
            change = {**parse(line)}
        if (change.get("type"), change.get("id")) not in gone:
            yield line
            continue
        members = (change.get(name) for name in ("type", "id", "operation", "reason", "replaced_by", "digest"))
        into.insert(changes, [(release.ordinal, *members)])


def enter(connection: Connection, release: Release) -> None:
    """Write the row of a release itself, sealed."""
    if isinstance(release, Readied):
        release.seal()
    writer(connection).insert(releases, [_release_row(release)])


def _apply(into: Writer, ordinal: int, batch: Batch, rows: dict[str, int]) -> None:
    into.insert(changes, [(ordinal, *change) for change in batch.changes])
    for record_type, ids in batch.ended.items():
        found = into.end(RECORDS[record_type], ordinal, ids)
        if found != len(ids):
            raise Inconsistent(f"{len(ids) - found} of the {record_type} that this change-set ends are not there")
    for record_type, records in batch.records.items():
        table, first = RECORDS[record_type], rows[record_type]
        into.append(table, columns(table), records, first=first, since=ordinal)
        for table in LINKS[record_type]:
            into.append(table, columns(table), batch.links.get(table.name, ()), first=first)
        rows[record_type] += len(records)


def _release_row(release: Release) -> RowValues:
    return (
        release.ordinal,
        release.version,
        release.parent,
        release.date,
        release.schema_version,
        release.notes,
        release.sha256,
        canonical(release.manifest).decode(),
    )


def _batches(stream: Iterable[bytes]) -> Iterator[list[bytes]]:
    iterator = iter(stream)
    while batch := list(islice(iterator, BATCH)):
        yield batch


class _SQLite:
    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def insert(self, table: Table, rows: Sequence[RowValues], names: Sequence[str] | None = None) -> None:
        named = names or table.columns.keys()
        self._write(table, named, "?" * len(named), rows)

    def append(
        self, table: Table, names: Sequence[str], rows: Sequence[RowValues], *, first: int, since: int | None = None
    ) -> None:
        values = [f"? + {first}", *"?" * (len(names) - 1)]
        if since is not None:
            names, values = [*names, "since"], [*values, str(since)]
        self._write(table, names, values, rows)

    def _write(self, table: Table, names: Sequence[str], values: Sequence[str], rows: Sequence[RowValues]) -> None:
        if rows:
            quoted = ",".join(f'"{name}"' for name in names)
            statement = f"INSERT INTO {table.name} ({quoted}) VALUES ({','.join(values)})"  # noqa: S608 - our own names
            self._driver.executemany(statement, rows)

    def end(self, table: Table, ordinal: int, ids: Sequence[str]) -> int:
        statement = f"UPDATE {table.name} SET until = ? WHERE id = ? AND until IS NULL"  # noqa: S608 - our own name
        return self._driver.executemany(statement, [(ordinal, record_id) for record_id in ids]).rowcount


class _PostgreSQL:
    def __init__(self, driver: psycopg.Connection[tuple[object, ...]]) -> None:
        self._driver = driver

    def insert(self, table: Table, rows: Iterable[RowValues], names: Sequence[str] | None = None) -> None:
        columns = sql.SQL(", ").join(map(sql.Identifier, names or table.columns.keys()))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        with self._driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def append(
        self, table: Table, names: Sequence[str], rows: Sequence[RowValues], *, first: int, since: int | None = None
    ) -> None:
        more = () if since is None else (since,)
        if rows:
            numbered = ((cast("int", place) + first, *rest, *more) for place, *rest in rows)
            self.insert(table, numbered, [*names, *(["since"] if more else [])])

    def end(self, table: Table, ordinal: int, ids: Sequence[str]) -> int:
        statement = sql.SQL("UPDATE {} SET until = %s WHERE id = ANY(%s) AND until IS NULL")
        with self._driver.cursor() as cursor:
            return cursor.execute(statement.format(sql.Identifier(table.name)), (ordinal, list(ids))).rowcount
