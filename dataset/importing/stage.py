"""What was read so far, in a temporary SQLite database that SQLite itself removes, however the program ends.

Memory stays flat: ids, digests, bodies and the references that are still to be followed lie there, beside the ids that
the database to be loaded into holds now. Types are numbered in their order, so that rows sort by type and id.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from dataset.canonical import Body, parse
from dataset.references import Bodies
from dataset.schemas import TYPES
from dataset.store.made import MADE, PAGE, gather, tables
from dataset.store.readied import STAGE, Aside

ORDER: Final = {type: number for number, type in enumerate(TYPES)}
NAMES: Final = tuple(TYPES)

#: KiB of pages held in memory.
_CACHE = 32_768
_NEIGHBOURS = 8

_TABLES = """
CREATE TABLE record (row INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, file INTEGER NOT NULL,
    line INTEGER NOT NULL, sort TEXT, digest TEXT, body TEXT, UNIQUE (type, id));
CREATE TABLE rejected (row INTEGER PRIMARY KEY);
CREATE TABLE edge (src INTEGER, dst TEXT NOT NULL, dst_row INTEGER, chain TEXT, file INTEGER NOT NULL,
    line INTEGER NOT NULL, name TEXT, record TEXT NOT NULL);
CREATE INDEX edge_dst ON edge (dst_row);
CREATE INDEX edge_src ON edge (src);
CREATE TABLE late (row INTEGER PRIMARY KEY);
CREATE TABLE link (owner TEXT, tab INTEGER, position INTEGER, file INTEGER NOT NULL, line INTEGER NOT NULL,
    cells TEXT NOT NULL, PRIMARY KEY (owner, tab, position)) WITHOUT ROWID;
CREATE TABLE double (owner TEXT NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, first INTEGER NOT NULL);
CREATE TABLE spoiled (owner TEXT PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE told (file INTEGER, line INTEGER, PRIMARY KEY (file, line)) WITHOUT ROWID;
CREATE TABLE held (type INTEGER, id TEXT, digest TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE TABLE change (type INTEGER, id TEXT, operation TEXT NOT NULL, row INTEGER, PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE TABLE stay (row INTEGER PRIMARY KEY);
CREATE TABLE ended (type INTEGER, id TEXT, fate TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID;
"""

#: Row and whether it is sound, or None where there is no such record.
Status = tuple[int, bool] | None


class Stage:
    """The temporary database, and what is asked of it again and again."""

    def __init__(self) -> None:
        """Open it; as soon as all connections to it are there it loses its name, and no other program sees it."""
        handle, path = tempfile.mkstemp(".onrecord")
        try:
            os.close(handle)
            self.db = sqlite3.connect(path, isolation_level=None)
            for pragma in (
                f"page_size = {PAGE}",
                "journal_mode = OFF",
                "synchronous = OFF",
                "secure_delete = OFF",  # nobody finds what is in a file without a name
                f"cache_size = -{_CACHE}",
            ):
                self.db.execute(f"PRAGMA {pragma}")
            self.db.execute(f"ATTACH ':memory:' AS {MADE}")
            self.aside = Aside(*(_aside(path) for _ in Aside._fields))
        finally:
            Path(path).unlink()
        for statement in (*_TABLES.split(";"), *tables()):
            self.db.execute(statement)
        self.files: list[str] = []
        self._numbers: dict[str, int] = {}
        self.status = lru_cache(maxsize=10_000)(self._status)
        self.body = lru_cache(maxsize=2_000)(self._body)
        self.row = 0
        self.db.execute("BEGIN")

    def close(self) -> None:
        """Let go of it."""
        for connection in (*self.aside, self.db):
            connection.close()

    def file(self, shown: str) -> int:
        """The number of a file."""
        if shown not in self._numbers:
            self._numbers[shown] = len(self.files)
            self.files.append(shown)
        return self._numbers[shown]

    def take(self, type: str, file: str, rows: int, made: bytes) -> tuple[int, set[int]]:
        """Remember rows of a file, and what was made of them (`dataset.store.made`).

        They are numbered from the first of the two that are returned; the other is the places of those whose id is
        taken, which are not remembered.
        """
        first = self.row + 1
        self.db.execute("COMMIT")  # what is attached is exchanged between two transactions
        self.db.deserialize(made, name=MADE)
        self.db.execute("BEGIN")
        self.row += rows
        return first, gather(self.db, type, first, (ORDER[type], self.file(file)))

    def taken(self, place: int) -> tuple[str, str]:
        """Id and body of a row by its place among those that were taken last; no body, but "", if it is not sound."""
        statement = f"SELECT id, coalesce(body, '') FROM {MADE}.record WHERE row = ?"  # noqa: S608 - our own name
        found: tuple[str, str] = self.db.execute(statement, (place,)).fetchone()
        return found

    def place(self, type: str, id: str) -> str:
        """File and line of a record."""
        file, line = self.db.execute(
            "SELECT file, line FROM record WHERE type = ? AND id = ?", (ORDER[type], id)
        ).fetchone()
        return f"{self.files[file]}:{line}"

    def reject(self, row: int) -> bool:
        """Mark a row as rejected; whether it was not."""
        return self.db.execute("INSERT OR IGNORE INTO rejected VALUES (?)", (row,)).rowcount > 0

    def is_rejected(self, row: int) -> bool:
        """Whether a row is rejected."""
        return self.db.execute("SELECT 1 FROM rejected WHERE row = ?", (row,)).fetchone() is not None

    def _status(self, type: str, id: str) -> Status:
        statement = "SELECT row, row NOT IN (SELECT row FROM rejected) FROM record WHERE type = ? AND id = ?"
        found = self.db.execute(statement, (ORDER[type], id)).fetchone()
        return None if found is None else (found[0], bool(found[1]))

    def _body(self, type: str, id: str) -> Body | None:
        statement = (
            "SELECT body FROM record WHERE type = ? AND id = ? AND body IS NOT NULL AND row NOT IN"
            " (SELECT row FROM rejected)"
        )
        found = self.db.execute(statement, (ORDER[type], id)).fetchone()
        return None if found is None else parse(found[0])

    def settle(self) -> None:
        """A type is read and judged: forget what was needed for that."""
        for table in ("edge", "late", "link", "double", "spoiled", "told"):
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self.status.cache_clear()
        self.body.cache_clear()

    def neighbours(self, type: str, id: str) -> list[str]:
        """Some ids that sort near one that is not there, for a guess at what was meant."""
        after = "SELECT id FROM record WHERE type = ? AND id > ? ORDER BY id LIMIT ?"
        before = "SELECT id FROM record WHERE type = ? AND id < ? ORDER BY id DESC LIMIT ?"
        return [
            row[0]
            for statement in (after, before)
            for row in self.db.execute(statement, (ORDER[type], id, _NEIGHBOURS))
        ]

    def bodies(self) -> Bodies:
        """The sound records read so far, for the rules that look from one record at another."""
        return {type: _Bodies(self, type) for type in TYPES}

    def finish(self) -> None:
        """All types are read: index the order in which the digests are made."""
        self.db.execute("CREATE INDEX record_sort ON record (type, sort)")

    def share(self) -> None:
        """Nothing is written any more: let the connections aside read."""
        self.db.execute("COMMIT")

    def hold(self, type: str, rows: Iterable[tuple[str, str]]) -> None:
        """Remember ids and digests that the database holds now."""
        self.db.executemany("INSERT INTO held VALUES (?, ?, ?)", ((ORDER[type], *row) for row in rows))

    def holds(self, type: str, id: str) -> bool:
        """Whether the database holds a record now."""
        return bool(self.db.execute("SELECT 1 FROM held WHERE type = ? AND id = ?", (ORDER[type], id)).fetchone())

    def end(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Remember type and id of what is gone for good, and what became of it, in words."""
        known = ((ORDER[type], id, fate) for type, id, fate in rows if type in ORDER)
        self.db.executemany("INSERT OR REPLACE INTO ended VALUES (?, ?, ?)", known)

    def ended(self, type: str, id: str) -> str | None:
        """What became of an id that is gone for good."""
        found = self.db.execute("SELECT fate FROM ended WHERE type = ? AND id = ?", (ORDER[type], id)).fetchone()
        return None if found is None else str(found[0])


class _Bodies(Mapping[str, Body]):
    def __init__(self, stage: Stage, type: str) -> None:
        self._stage = stage
        self._type = type

    def __getitem__(self, id: str) -> Body:
        body = self._stage.body(self._type, id)
        if body is None:
            raise KeyError(id)
        return body

    def get(self, id: str, default: Any = None) -> Any:
        # asked for every row: the way over __getitem__ and its exception takes four times as long
        body = self._stage.body(self._type, id)
        return default if body is None else body

    def __iter__(self) -> Iterator[str]:
        statement = "SELECT id FROM record WHERE type = ? ORDER BY id"
        return (row[0] for row in self._stage.db.execute(statement, (ORDER[self._type],)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _aside(path: str) -> sqlite3.Connection:
    """A connection whose own file is another one, which has no name; it may be used by another thread."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in (f"page_size = {PAGE}", "journal_mode = OFF", "synchronous = OFF", "secure_delete = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"ATTACH ? AS {STAGE}", (path,))
    return connection
