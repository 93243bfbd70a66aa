"""Rows that lie ready in a temporary SQLite file, brought into a SQLite database by SQL alone.

What becomes of a body in the tables is worked out while its package is checked, and kept beside it
(`dataset.store.made`). So a release that comes from such a file (a `Readied` one) is loaded without a look at its
bodies: its rows are copied from file to file, and its words too (`dataset.search.gathering`).

The file holds `record` (row, type as a number, id, sort, digest, body), `change` (type, id, operation, row), `stay`
(the rows that do not come in) and the tables that `dataset.store.made` names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from dataset.log import Release
from dataset.store.columns import link_tables
from dataset.store.made import SORT, columns, link_columns, quoted
from dataset.store.preparing import Inconsistent
from dataset.store.tables import RECORDS

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The name by which the temporary file is attached.
STAGE: Final = "stage"
#: Rows that are copied by one statement.
BATCH: Final = 20_000
#: KiB of pages of the database that are held in memory while rows are copied into it.
CACHE: Final = 32_768


class Aside(NamedTuple):
    """Three connections, each with a nameless file of its own and the temporary file attached as `stage`."""

    rows: sqlite3.Connection
    words: sqlite3.Connection
    digests: sqlite3.Connection


class Readied(Release):
    """A release whose rows lie ready; its manifest lacks the digests until it is sealed."""

    __slots__ = ()

    def seal(self) -> None:
        """Find out the digests, over `aside.digests`, and put them into the manifest, unless it has them."""
        raise NotImplementedError

    @property
    def aside(self) -> Aside:
        """The connections to the file where they lie."""
        raise NotImplementedError

    @property
    def told(self) -> str:
        """The reason of every change that needs one."""
        raise NotImplementedError


def shared(connection: Connection) -> str:
    """The path of a SQLite database, into which others will write now: what this connection has written is there."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.commit()
    return str(driver.execute("PRAGMA database_list").fetchone()[2])


@contextmanager
def attached(connection: sqlite3.Connection, path: str) -> Iterator[None]:
    """A database that nobody reads, as `target` of a connection: one transaction, without waiting for the disk."""
    connection.execute("ATTACH ? AS target", (path,))
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE}"):
            connection.execute(f"PRAGMA target.{pragma}")
        connection.execute("BEGIN")
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("DETACH target")


def bring_in(release: Readied, path: str) -> Iterator[int]:
    """Copy the rows of a release into the database at `path`, all but its own row.

    Yields now and then how many of its changes are in.

    Raises:
        Inconsistent: a change of a record that is not there.
    """
    file = release.aside.rows
    done = 0
    with attached(file, path):
        for number, type in enumerate(RECORDS):
            _end(file, number, type, release.ordinal)
        for number, type in enumerate(RECORDS):
            for rows in _copy(file, type, release.ordinal):
                yield done + rows
            done += _tell(file, number, type, release)
            yield done


def _end(file: sqlite3.Connection, number: int, type: str, ordinal: int) -> None:
    """Let the versions end that a release changes or withdraws."""
    ids = f"SELECT id FROM {STAGE}.change WHERE type = ? AND operation <> 'added'"  # noqa: S608 - our own name
    wanted = file.execute(f"SELECT count(*) FROM ({ids})", (number,)).fetchone()[0]  # noqa: S608 - as above
    if not wanted:
        return
    statement = f"UPDATE target.{type} SET until = ? WHERE until IS NULL AND id IN ({ids})"  # noqa: S608 - as above
    found = file.execute(statement, (ordinal, number)).rowcount
    if found != wanted:
        raise Inconsistent(f"{wanted - found} of the {type} that this change-set ends are not there")


def rows_of(file: sqlite3.Connection, type: str) -> tuple[int, int] | None:
    """The first and the last row of a type in the temporary file, None where there is none.

    In an empty database the first one becomes 1, and the others follow it as they do there.
    """
    found: tuple[int | None, int | None] = file.execute(f"SELECT min(row), max(row) FROM {STAGE}.new_{type}").fetchone()  # noqa: S608 - our own names
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _copy(file: sqlite3.Connection, type: str, ordinal: int) -> Iterator[int]:
    """Copy records with the rows of their lists, in the order in which they were read."""
    stretch = rows_of(file, type)
    if stretch is None:
        return
    first, last = stretch
    table = RECORDS[type]
    held = file.execute(f"SELECT coalesce(max(row), 0) FROM target.{type}").fetchone()[0]  # noqa: S608 - our own names
    shift = held + 1 - first
    names = columns(table)
    more = [SORT] if table.info["order"] == SORT else []
    target = quoted(["row", "id", "since", "digest", *more, *names, "body"])
    values = ", ".join([f"n.row + {shift}", "r.id", str(ordinal), "r.digest", *(f"r.{name}" for name in more)])
    values += "".join(f', n."{name}"' for name in names)
    statement = (
        f"INSERT INTO target.{type} ({target}) SELECT {values}, r.body"  # noqa: S608 - as above
        f" FROM {STAGE}.new_{type} n CROSS JOIN {STAGE}.record r ON r.row = n.row"
        f" WHERE n.row BETWEEN ? AND ? AND n.row NOT IN {STAGE}.stay"
    )
    rows = 0
    for start in range(first, last + 1, BATCH):
        rows += file.execute(statement, (start, start + BATCH - 1)).rowcount
        yield rows
    for one in link_tables(type):
        listed = link_columns(one)
        values = quoted(listed[1:])
        file.execute(
            f"INSERT INTO target.{one.name} ({quoted(listed)}) SELECT row + {shift}, {values}"  # noqa: S608 - as above
            f" FROM {STAGE}.new_{one.name} WHERE row NOT IN {STAGE}.stay"
        )


def _tell(file: sqlite3.Connection, number: int, type: str, release: Readied) -> int:
    """Write the changes of a type into the log of the database; how many there are."""
    statement = (
        "INSERT INTO target.changes (release, type, id, operation, reason, digest)"  # noqa: S608 - our own name
        " SELECT ?, ?, c.id, c.operation, CASE c.operation WHEN 'added' THEN NULL ELSE ? END, r.digest"
        f" FROM {STAGE}.change c LEFT JOIN {STAGE}.record r ON r.row = c.row WHERE c.type = ? ORDER BY c.id"
    )
    return file.execute(statement, (release.ordinal, type, release.told, number)).rowcount
