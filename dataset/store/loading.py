"""Bringing a change-set into the tables: a stream of changes in, batches of rows out, on the driver itself.

SQLite takes rows by `executemany`, PostgreSQL by COPY. Memory does not grow with the length of a change-set.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, func, select

from dataset.canonical import Body, canonical, digest, encode
from dataset.store.columns import Value, link_reader, link_tables, record_reader
from dataset.store.tables import RECORDS, changes, releases

if TYPE_CHECKING:
    from dataset.log import Change, Release

#: Changes that are turned into rows and written together.
BATCH = 5000

RowValues = tuple[Value, ...]


class Inconsistent(Exception):  # noqa: N818 - the state of a log
    """A change-set does not fit the records before it, or not its own digests."""


class Writer(Protocol):
    """What the two drivers do in their own ways."""

    def insert(self, table: Table, rows: Sequence[RowValues]) -> None:
        """Write rows with a value for every column of the table, in its order."""

    def end(self, table: Table, ordinal: int, ids: Sequence[str]) -> int:
        """Let the newest versions of these ids end before the release `ordinal`; how many there were."""


def writer(connection: Connection) -> Writer:
    """The writer for the driver under a connection; it works in the connection's transaction."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return _SQLite(driver)
    return _PostgreSQL(cast("psycopg.Connection[tuple[object, ...]]", driver))


def load(connection: Connection, release: Release) -> Iterator[int]:
    """Apply one change-set; yields after each batch how many of its changes are in.

    Raises:
        Inconsistent: a body that has not its digest, a change of a record that is not there, an unknown operation.
    """
    into = writer(connection)
    into.insert(releases, [_release_row(release)])
    rows = {
        name: connection.execute(select(func.coalesce(func.max(table.c.row), 0))).scalar_one() + 1
        for name, table in RECORDS.items()
    }
    done = 0
    for batch in _batches(release.changes):
        _apply(into, release.ordinal, batch, rows)
        done += len(batch)
        yield done


def _apply(into: Writer, ordinal: int, batch: Sequence[Change], rows: dict[str, int]) -> None:
    into.insert(
        changes,
        [
            (ordinal, change.type, change.id, change.operation, change.reason, change.replaced_by, change.digest)
            for change in batch
        ],
    )
    ended: dict[str, list[str]] = defaultdict(list)
    begun: dict[str, list[Change]] = defaultdict(list)
    for change in batch:
        if change.type not in RECORDS or change.operation not in ("added", "changed", "merged", "withdrawn"):
            raise Inconsistent(f"{change.type} {change.id}: unknown type or operation {change.operation!r}")
        if change.operation != "added":
            ended[change.type].append(change.id)
        if change.operation in ("added", "changed"):
            begun[change.type].append(change)
    for record_type, ids in ended.items():
        found = into.end(RECORDS[record_type], ordinal, ids)
        if found != len(ids):
            raise Inconsistent(f"{len(ids) - found} of the {record_type} that this change-set ends are not there")
    for record_type, changed in begun.items():
        _insert(into, ordinal, record_type, changed, rows)


def _insert(into: Writer, ordinal: int, record_type: str, changed: Sequence[Change], rows: dict[str, int]) -> None:
    read = record_reader(record_type)
    links = [(table, link_reader(table), cast("list[RowValues]", [])) for table in link_tables(record_type)]
    records: list[RowValues] = []
    number = rows[record_type]
    for change in changed:
        body = change.body
        if body is None:
            raise Inconsistent(f"{record_type} {change.id}: {change.operation} without a body")
        text, checksum = stored(body, change.digest)
        if checksum != change.digest:
            raise Inconsistent(f"{record_type} {change.id}: the body has not the digest that the change-set gives")
        records.append((number, change.id, ordinal, None, checksum, *read(body), text))
        for _, items, found in links:
            found += [(number, *item) for item in items(body)]
        number += 1
    rows[record_type] = number
    into.insert(RECORDS[record_type], records)
    for table, _, found in links:
        into.insert(table, found)


def stored(body: Body, expected: str | None) -> tuple[str, str]:
    """The canonical text of a body and its digest.

    `encode` writes the very bytes of RFC 8785 for all bodies that a schema gave; for any other the digest that is
    `expected` tells.
    """
    data = encode(body)
    found = digest(data)
    if found != expected:
        data = canonical(body)
        found = digest(data)
    return data.decode(), found


def _release_row(release: Release) -> RowValues:
    return (
        release.ordinal,
        release.version,
        release.parent,
        release.date,
        release.schema_version,
        release.notes,
        str(release.manifest["sha256"]),
        canonical(release.manifest).decode(),
    )


def _batches(stream: Iterable[Change]) -> Iterator[list[Change]]:
    iterator = iter(stream)
    while batch := list(islice(iterator, BATCH)):
        yield batch


class _SQLite:
    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def insert(self, table: Table, rows: Sequence[RowValues]) -> None:
        if rows:
            names = ",".join(f'"{column.name}"' for column in table.columns)
            marks = ",".join("?" * len(table.columns))
            statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
            self._driver.executemany(statement, rows)

    def end(self, table: Table, ordinal: int, ids: Sequence[str]) -> int:
        statement = f"UPDATE {table.name} SET until = ? WHERE id = ? AND until IS NULL"  # noqa: S608 - our own name
        return self._driver.executemany(statement, [(ordinal, record_id) for record_id in ids]).rowcount


class _PostgreSQL:
    def __init__(self, driver: psycopg.Connection[tuple[object, ...]]) -> None:
        self._driver = driver

    def insert(self, table: Table, rows: Sequence[RowValues]) -> None:
        if not rows:
            return
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        with self._driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def end(self, table: Table, ordinal: int, ids: Sequence[str]) -> int:
        statement = sql.SQL("UPDATE {} SET until = %s WHERE id = ANY(%s) AND until IS NULL")
        with self._driver.cursor() as cursor:
            return cursor.execute(statement.format(sql.Identifier(table.name)), (ordinal, list(ids))).rowcount
