"""Rows that lie ready in a temporary SQLite file, brought into a SQLite database by SQL alone.

Who reads a package has every body in hand once, parsed: what becomes of it in the tables is worked out there and then
(`made`), in the process that checks it, and kept beside the body. So a release that comes from such a file (a
`Readied` one) is loaded without a look at its bodies: its rows are copied from file to file, and its words too
(`dataset.search.gathering`).

The file holds `record` (row, type as a number, id, sort, digest, body), `change` (type, id, operation, row), `stay`
(the rows that do not come in) and the tables that `tables` makes.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from dataset.canonical import Body
from dataset.log import Release
from dataset.search.fields import entry
from dataset.store.columns import Value, link_reader, link_tables, member_columns, record_reader
from dataset.store.preparing import Inconsistent
from dataset.store.tables import RECORDS

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

#: The name by which the temporary file is attached.
STAGE: Final = "stage"
#: Rows that are copied by one statement.
BATCH: Final = 20_000
#: KiB of pages of the database that are held in memory while rows are copied into it.
CACHE: Final = 32_768
#: A column of that name is in `record` already.
_SORT: Final = "sort"


class Aside(NamedTuple):
    """Two connections, each with a nameless file of its own and the temporary file attached as `stage`."""

    rows: sqlite3.Connection
    words: sqlite3.Connection


class Readied(Release):
    """A release whose rows lie ready."""

    __slots__ = ()

    @property
    def aside(self) -> Aside:
        """The connections to the file where they lie."""
        raise NotImplementedError

    @property
    def told(self) -> str:
        """The reason of every change that needs one."""
        raise NotImplementedError


# --- what is kept beside a body ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Made:
    """What becomes of some records of a type: their columns with their words, and the rows of each link table.

    Each row begins with a number that says whose it is: the place of the record among those that were looked at.
    """

    columns: list[tuple[Value, ...]] = field(default_factory=list)
    links: dict[str, list[tuple[Value, ...]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: int, type: str, body: Body) -> None:
        """Take a record."""
        self.columns.append((place, *record_reader(type, _SORT)(body), entry(type, body)))
        for first, name, read in _readers(type):
            if first in body and (rows := read(body)):
                self.links[name] += [(place, *row) for row in rows]


@cache
def _readers(type: str) -> list[tuple[str, str, Callable[[Body], Sequence[tuple[Value, ...]]]]]:
    """The link tables of a type: the member of the body that they are read from, their name, what reads them."""
    return [(table.info["path"].partition(".")[0], str(table.name), link_reader(table)) for table in link_tables(type)]


def tables() -> Iterator[str]:
    """The statements that make the tables of what is kept beside bodies."""
    for type, table in RECORDS.items():
        yield f"CREATE TABLE new_{type} (row INTEGER PRIMARY KEY, {_quoted([*_names(table), 'words'])})"
        for one in link_tables(type):
            yield f"CREATE TABLE new_{one.name} ({_quoted(_link_names(one))})"


def _names(table: Table) -> list[str]:
    """The columns of a record table that are read from the body, without the one that orders it."""
    return [column.name for column in member_columns(table) if column.name != _SORT]


def _link_names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def keep(file: sqlite3.Connection, type: str, made: Made, rows: Sequence[int | None]) -> None:
    """Put what was made into the file; `rows` are the numbers that the records have there, in their places.

    A record whose number is None is not kept.
    """
    width = len(_names(RECORDS[type])) + 2
    found = [(f"new_{type}", width, made.columns)]
    found += [(f"new_{table.name}", len(table.columns), made.links.get(table.name, [])) for table in link_tables(type)]
    first = rows[0] if rows else None
    if first is not None and rows[-1] == first + len(rows) - 1 and None not in rows:
        number = f"? + {first}"
    else:
        number = "?"
        found = [(name, width, [(rows[one[0]], *one[1:]) for one in held]) for name, width, held in found]  # type: ignore[index]
        found = [(name, width, [one for one in held if one[0] is not None]) for name, width, held in found]
    for name, columns, held in found:
        if held:
            file.executemany(f"INSERT INTO {name} VALUES ({number}{', ?' * (columns - 1)})", held)  # noqa: S608 - our own names


# --- bringing it in ----------------------------------------------------------------------------------------------


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
    """Copy the rows of a release into the database at `path`, in which its own row stands already.

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


def _copy(file: sqlite3.Connection, type: str, ordinal: int) -> Iterator[int]:
    """Copy records with the rows of their lists, in the order in which they were read."""
    first, last = file.execute(f"SELECT min(row), max(row) FROM {STAGE}.new_{type}").fetchone()  # noqa: S608 - our own names
    if first is None:
        return
    table = RECORDS[type]
    held = file.execute(f"SELECT coalesce(max(row), 0) FROM target.{type}").fetchone()[0]  # noqa: S608 - as above
    shift = held + 1 - first
    names = _names(table)
    more = [_SORT] if table.info["order"] == _SORT else []
    target = _quoted(["row", "id", "since", "digest", *more, *names, "body"])
    values = ", ".join([f"n.row + {shift}", "r.id", str(ordinal), "r.digest", *(f"r.{name}" for name in more)])
    values += "".join(f', n."{name}"' for name in names)
    statement = (
        f"INSERT INTO target.{type} ({target}) SELECT {values}, CAST(r.body AS TEXT)"  # noqa: S608 - as above
        f" FROM {STAGE}.new_{type} n CROSS JOIN {STAGE}.record r ON r.row = n.row"
        f" WHERE n.row BETWEEN ? AND ? AND n.row NOT IN {STAGE}.stay"
    )
    rows = 0
    for start in range(first, last + 1, BATCH):
        rows += file.execute(statement, (start, start + BATCH - 1)).rowcount
        yield rows
    for one in link_tables(type):
        columns = _link_names(one)
        values = _quoted(columns[1:])
        file.execute(
            f"INSERT INTO target.{one.name} ({_quoted(columns)}) SELECT row + {shift}, {values}"  # noqa: S608 - as above
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
