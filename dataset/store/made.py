"""What becomes of some records in the tables, made where their bodies are at hand: a small SQLite database in memory.

Who checks the rows of a package has each body parsed, so the columns, the rows of the lists and the words are worked
out there and then. They go from process to process as the bytes of that database, and by SQL alone from there into the
temporary file in which a package is gathered (`dataset.importing.stage`): Python looks at no row again.

It holds `record` (row, id, line, and of the sound ones sort, digest, body), and of each record type `new_<type>` (row,
the columns that are read from the body, words) with `new_<link table>` (row and the columns of that table). In there a
row is the place of a record among those that were looked at.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from dataset.canonical import Body
from dataset.search.fields import entry
from dataset.store.columns import Value, link_reader, link_tables, member_columns, record_reader
from dataset.store.tables import RECORDS

if TYPE_CHECKING:
    from sqlalchemy import Table

#: The name by which such a database is attached.
MADE: Final = "made"
#: Bytes of a page, here, in the temporary file and in a new database: rows of about a kilobyte fill large ones better,
#: and each index is made by reading all pages of its table.
PAGE: Final = 16_384
#: A column of that name is in `record` already.
SORT: Final = "sort"

# For each None that is written Python asks None in vain whether it knows how to be adapted, by way of two exceptions.
# An adapter spares it that; this one gives None.
sqlite3.register_adapter(type(None), {}.get)  # type: ignore[arg-type]

_RECORD = "CREATE TABLE record (row INTEGER PRIMARY KEY, id TEXT, line INTEGER, sort TEXT, digest TEXT, body TEXT)"


class Made:
    """What was made of some records of a type."""

    def __init__(self, type: str) -> None:
        self._type = type
        self._records: list[tuple[int, str, int, str | None, str | None, str | None]] = []
        self._columns: list[tuple[Value, ...]] = []
        self._links: dict[str, list[tuple[Value, ...]]] = defaultdict(list)
        self._read = record_reader(type, SORT)

    def add(self, place: int, line: int, body: Body, stored: tuple[str, str, str]) -> None:
        """Take a sound record, from that line of its file; `stored` are sort key, digest and canonical text."""
        self._records.append((place, body["id"], line, *stored))
        self._columns.append((place, *self._read(body), entry(self._type, body)))
        for first, name, read in _readers(self._type):
            if first in body:
                self._links[name] += read(body, place)

    def remember(self, place: int, line: int, id: str) -> None:
        """Take the id of a record that is not sound, so that no other may have it."""
        self._records.append((place, id, line, None, None, None))

    def packed(self) -> bytes:
        """All of it."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            for statement in (f"PRAGMA page_size = {PAGE}", "PRAGMA journal_mode = OFF", "BEGIN", _RECORD):
                connection.execute(statement)
            for statement in _tables(self._type):
                connection.execute(statement)
            _write(connection, "record", self._records)
            _write(connection, f"new_{self._type}", self._columns)
            for name, rows in self._links.items():
                _write(connection, f"new_{name}", rows)
            connection.execute("COMMIT")
            return connection.serialize()


def _write(connection: sqlite3.Connection, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608 - our own names


def tables() -> Iterator[str]:
    """The statements that make the tables of the temporary file in which all of it is gathered, but for `record`."""
    for type in RECORDS:
        yield from _tables(type)


def gather(file: sqlite3.Connection, type: str, shift: int, more: Sequence[int]) -> set[int]:
    """Bring what is attached as `made` into the temporary file; the places of records whose ids are taken there.

    What is at a place gets the number `shift` more; `more` is what its `record` needs besides: number of type and file.
    """
    statement = (
        f"INSERT OR IGNORE INTO main.record SELECT row + ?, ?, id, ?, line, sort, digest, body FROM {MADE}.record"  # noqa: S608 - our own names
        " ORDER BY row"
    )
    added = file.execute(statement, (shift, *more)).rowcount
    absent = f"SELECT row FROM {MADE}.record WHERE row + {shift} NOT IN (SELECT row FROM main.record)"  # noqa: S608 - as above
    all_in = added == file.execute(f"SELECT count(*) FROM {MADE}.record").fetchone()[0]  # noqa: S608 - as above
    taken = set() if all_in else {row for (row,) in file.execute(absent)}
    for name, columns in _names(type):
        if taken:
            file.execute(f"DELETE FROM {MADE}.{name} WHERE row IN ({absent})")  # noqa: S608 - as above
        file.execute(f"INSERT INTO main.{name} SELECT row + ?, {columns} FROM {MADE}.{name}", (shift,))  # noqa: S608 - as above
    return taken


@cache
def _readers(type: str) -> list[tuple[str, str, Callable[[Body, int], list[tuple[Value, ...]]]]]:
    """The link tables of a type: the member of the body that they are read from, their name, what reads them."""
    return [(table.info["path"].partition(".")[0], str(table.name), link_reader(table)) for table in link_tables(type)]


@cache
def _tables(type: str) -> list[str]:
    table = RECORDS[type]
    made = [f"CREATE TABLE new_{type} (row INTEGER PRIMARY KEY, {quoted([*columns(table), 'words'])})"]
    return made + [f"CREATE TABLE new_{one.name} ({quoted(link_columns(one))})" for one in link_tables(type)]


@cache
def _names(type: str) -> list[tuple[str, str]]:
    """The tables of what is made of a type, and their columns behind the row."""
    found = [(f"new_{type}", quoted([*columns(RECORDS[type]), "words"]))]
    return found + [(f"new_{one.name}", quoted(link_columns(one)[1:])) for one in link_tables(type)]


def columns(table: Table) -> list[str]:
    """The columns of a record table that are read from the body, without the one that orders it."""
    return [column.name for column in member_columns(table) if column.name != SORT]


def link_columns(table: Table) -> list[str]:
    """The columns of a link table: the row of the record first."""
    return [column.name for column in table.columns]


def quoted(names: Sequence[str]) -> str:
    """Names as a statement lists them."""
    return ", ".join(f'"{name}"' for name in names)
