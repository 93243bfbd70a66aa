"""What the log's own tables tell: which releases there are, what happened to an id, which versions a release holds.

Pure functions on a connection; lists of records are made in `dataset/queries`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, or_, select

from dataset.store.tables import changes, releases

_CHANGE = (
    releases.c.ordinal,
    releases.c.version,
    releases.c.date,
    *(changes.c.operation, changes.c.reason, changes.c.replaced_by, changes.c.digest),
)


def plain_rows(connection: Connection, statement: Select[Any], size: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of a statement, so many at a time, for those who read all records of a release.

    On SQLite the driver's cursor reads as it goes; SQLAlchemy's rows take twice the time.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        literal = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        cursor = driver.execute(str(literal))
        while rows := cursor.fetchmany(size):
            yield rows
        return
    found = connection.execute(statement, execution_options={"yield_per": size})
    for part in found.partitions(size):
        yield [tuple(row) for row in part]


def unmap(connection: Connection) -> None:
    """Read a SQLite file page by page from now on: who reads all of it once would have all of it in memory."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA mmap_size = 0")


#: Operations after which an id stands for no record any more.
ENDS = ("merged", "withdrawn")


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A release as the database holds it; `manifest` is the whole manifest, the other fields are members of it.

    `sha256` is the digest of the state as it is held, without what was redacted.
    """

    ordinal: int
    version: str
    parent: str | None
    date: str
    schema_version: str
    notes: str
    sha256: str
    manifest: dict[str, Any]

    @property
    def dataset(self) -> str:
        """The name of the dataset."""
        return cast(str, self.manifest["name"])

    def is_of(self, manifest: Mapping[str, Any]) -> bool:
        """Whether it is the release of a manifest, redacted or not."""
        return (self.version, self.manifest["sha256"]) == (manifest["version"], manifest["sha256"])


class Event(NamedTuple):
    """One change of a record: in which release, what and why. `digest` is None where the record ended."""

    ordinal: int
    version: str
    date: str
    operation: str
    reason: str | None
    replaced_by: str | None
    digest: str | None


def stored_releases(connection: Connection) -> list[StoredRelease]:
    """All releases, the oldest first."""
    return [_release(row) for row in connection.execute(_releases().order_by(releases.c.ordinal))]


def newest_release(connection: Connection) -> StoredRelease | None:
    """The newest release, None in a database without one."""
    row = connection.execute(_releases().order_by(releases.c.ordinal.desc()).limit(1)).first()
    return _release(row) if row else None


def release_of(connection: Connection, version: str) -> StoredRelease | None:
    """The release of that version, None where there is none."""
    row = connection.execute(_releases().where(releases.c.version == version)).first()
    return _release(row) if row else None


def history(connection: Connection, record_type: str, record_id: str) -> list[Event]:
    """Every change of an id, the oldest first; empty for an id that no release ever held."""
    return _events(connection.execute(_changes(record_type, record_id).order_by(changes.c.release)))


def tombstone(connection: Connection, record_type: str, record_id: str, ordinal: int) -> Event | None:
    """The change that ended an id in or before the release `ordinal`; None for one that lives there or never did."""
    ended = _changes(record_type, record_id).where(changes.c.release <= ordinal, changes.c.operation.in_(ENDS))
    found = _events(connection.execute(ended.order_by(changes.c.release.desc()).limit(1)))
    return found[0] if found else None


def tombstones(connection: Connection, record_type: str, ids: Sequence[str], ordinal: int) -> dict[str, Event]:
    """The change that ended each of these ids in or before a release, by id; those that never were are left out."""
    ended = select(changes.c.id, *_CHANGE).join_from(changes, releases, changes.c.release == releases.c.ordinal)
    ended = ended.where(changes.c.type == record_type, changes.c.id.in_(ids))
    ended = ended.where(changes.c.release <= ordinal, changes.c.operation.in_(ENDS)).order_by(changes.c.release)
    return {record_id: Event._make(event) for record_id, *event in connection.execute(ended)}


def valid_in(table: FromClause, ordinal: int, newest: int) -> ColumnElement[bool]:
    """The condition that a row of a record table is valid in the release `ordinal`, where `newest` is the newest one.

    Three forms, one for each family of indexes: the newest release, the first (in which nothing older is valid), and
    any other, whose pages pass over the other versions of the records on them.
    """
    if ordinal == newest:
        return table.c.until.is_(None)
    if ordinal == 1:
        return table.c.since == 1
    return and_(table.c.since <= ordinal, or_(table.c.until.is_(None), table.c.until > ordinal))


def _releases() -> Select[Any]:
    return select(*releases.c)


def _release(row: Row[Any]) -> StoredRelease:
    return StoredRelease(**{**row._asdict(), "manifest": json.loads(row.manifest)})


def _changes(record_type: str, record_id: str) -> Select[Any]:
    return (
        select(*_CHANGE)
        .join_from(changes, releases, changes.c.release == releases.c.ordinal)
        .where(changes.c.type == record_type, changes.c.id == record_id)
    )


def _events(rows: Iterable[Row[Any]]) -> list[Event]:
    return [Event._make(row) for row in rows]
