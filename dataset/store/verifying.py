"""What a database must prove before anybody may read it: that its newest release is the one of the manifest.

Every digest is computed from the stored bodies, in the order of the published files, so that what is verified is what
will be served and exported.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from dataset.redactions import remaining
from dataset.state import lines_of
from dataset.store.reading import plain_rows
from dataset.store.tables import RECORDS, changes

if TYPE_CHECKING:
    from dataset.log import Release
    from dataset.store.reading import StoredRelease

BATCH = 5000


class Unsound(Exception):  # noqa: N818 - the state of a database
    """The database does not hold what its newest manifest says."""


def verify(connection: Connection, release: Release | StoredRelease, progress: Callable[[int], None]) -> None:
    """Compare the newest state with the manifest of `release`; `progress` is told the number of records read.

    Raises:
        Unsound: the first difference found.
    """
    _no_id_twice(connection)
    _same_changes(connection, release)
    left = remaining(release.manifest)
    state, read = hashlib.sha256(), 0
    with ThreadPoolExecutor(1) as aside:  # sums up what was read while more is read
        for record_type in sorted(RECORDS):
            table = RECORDS[record_type]
            statement = (
                select(table.c.id, table.c.digest, table.c.body)
                .where(table.c.until.is_(None))
                .order_by(table.c[table.info["order"]])
            )
            one, count = hashlib.sha256(), 0
            summed = aside.submit(_sum, b"")
            for part in plain_rows(connection, statement, BATCH):
                bodies = [body.encode() for _, _, body in part]
                for (record_id, digest, _), data in zip(part, bodies, strict=True):
                    if hashlib.sha256(data).hexdigest() != digest:
                        raise Unsound(f"{record_type} {record_id}: the stored record has not its digest")
                summed.result()
                summed = aside.submit(_sum, lines_of(bodies), one, state)
                count += len(bodies)
                progress(read + count)
            summed.result()
            read += count
            if count != left["counts"].get(record_type, 0):
                raise Unsound(f"{record_type}: {count} records; the manifest says {left['counts'].get(record_type, 0)}")
            if count and one.hexdigest() != left["types"].get(record_type):
                raise Unsound(f"{record_type}: the digest of the records is not that of the manifest")
    if state.hexdigest() != release.sha256:
        raise Unsound("the digest of the state is not that of the manifest")


def _sum(lines: bytes, *sums: hashlib._Hash) -> None:
    for one in sums:
        one.update(lines)


def _no_id_twice(connection: Connection) -> None:
    """An id is added once and never again, not even after it was withdrawn or merged."""
    statement = (
        select(changes.c.type, changes.c.id)
        .where(changes.c.operation == "added")
        .group_by(changes.c.type, changes.c.id)
        .having(func.count() > 1)
        .limit(1)
    )
    twice = connection.execute(statement).first()
    if twice:
        raise Unsound(f"{twice.type} {twice.id}: added a second time; an id is never used again")


def _same_changes(connection: Connection, release: Release | StoredRelease) -> None:
    statement = (
        select(changes.c.operation, func.count())
        .where(changes.c.release == release.ordinal)
        .group_by(changes.c.operation)
    )
    found = {row[0]: row[1] for row in connection.execute(statement)}
    expected = {operation: count for operation, count in release.manifest["changes"].items() if count}
    if found != expected:
        raise Unsound(f"release {release.version} holds the changes {found}; its manifest says {expected}")


def check_file(driver: sqlite3.Connection) -> None:
    """That a SQLite file is sound in itself: its pages, and that every link row has its record.

    Raises:
        Unsound: SQLite found damage.
    """
    found = [row[0] for row in driver.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise Unsound(f"SQLite found damage: {found[0]}")
    dangling = driver.execute("PRAGMA foreign_key_check").fetchone()
    if dangling:
        raise Unsound(f"{dangling[0]}: row {dangling[1]} refers to a row of {dangling[2]} that is not there")
