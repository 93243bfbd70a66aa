"""The SQLite file of a release: tables with keys and indexes, a full-text search over their words, and a README inside.

Made in a scratch file without journal and written out by `VACUUM INTO`, so the file holds no free page and its bytes
follow from the release and the version of SQLite alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from dataset.exports import arrow
from dataset.exports.layout import POSITION, Column, Layout, LinkTable, layout, layouts
from dataset.schemas.fields import Items, Text, Verbatim

PAGE_SIZE: Final = 4096
#: KiB of pages that are held in memory while the file is made.
CACHE: Final = 16_384
#: Rows that are in memory as values of Python while they are written.
ROWS: Final = 1024
TYPES: Final = {"text": "TEXT", "day": "TEXT", "integer": "INTEGER", "boolean": "BOOLEAN", "number": "NUMERIC"}

SEARCH: Final = """CREATE VIRTUAL TABLE search USING fts5(
  type UNINDEXED, id UNINDEXED, text, other, tokenize = 'unicode61 remove_diacritics 2')"""

HOW_TO: Final = {
    "tables": "One table for each type of record, one for each of its lists; README_columns explains every column. "
    "Empty cells are NULL. Rows stand in default order: by id, quotes and claims by source and place in its text.",
    "search": "SELECT type, id, snippet(search, 2, '[', ']', '…', 12) FROM search WHERE search MATCH 'word' ORDER BY "
    "rank; `text` holds the title, name, words or statement of a record, `other` its other names and notes.",
}


class Dangling(Exception):  # noqa: N818 - the state of a release
    """A record refers to one that the release does not hold."""


class SQLiteFile:
    """A file in the making: `take` columns of each type, then `finish`."""

    def __init__(self, scratch: Path, broken: Collection[str] = ()) -> None:
        """Begin with empty tables in a scratch file, which must not exist.

        References to types that are `broken` are declared as none: some of their records were redacted.
        """
        self._scratch = scratch
        self._database = sqlite3.connect(scratch, isolation_level=None)
        for pragma in (
            f"page_size = {PAGE_SIZE}",
            "encoding = 'UTF-8'",
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{CACHE}",
        ):
            self._database.execute(f"PRAGMA {pragma}")
        for statement in tables(broken):
            self._database.execute(statement)
        self._database.execute("BEGIN")

    def take(self, type: str, table: pa.Table) -> None:
        """Add records, given as their columns."""
        tables = layout(type)
        self._insert(type, arrow.record_columns(type, table))
        for link in tables.links:
            self._insert(link.name, arrow.link_columns(link, table))
        self._insert("search", _words(tables, table))

    def finish(self, target: Path, readme: Mapping[str, str]) -> None:
        """Write the file.

        Raises:
            Dangling: a reference leads nowhere.
            sqlite3.Error, OSError: the disk does not take it.
        """
        self._database.execute("INSERT INTO search(search) VALUES ('optimize')")
        about = {**readme, **HOW_TO}
        self._database.executemany("INSERT INTO README VALUES (?, ?)", about.items())
        self._database.executemany("INSERT INTO README_columns VALUES (?, ?, ?)", _described())
        for statement in indexes():
            self._database.execute(statement)
        self._database.execute("COMMIT")
        lost = self._database.execute("PRAGMA foreign_key_check").fetchone()
        if lost:
            raise Dangling(f"a row of {lost[0]} refers to a record of {lost[2]} that the release does not hold")
        self._database.execute("VACUUM INTO ?", (str(target),))
        self.close()

    def close(self) -> None:
        """Let go of the scratch file and remove it."""
        self._database.close()
        self._scratch.unlink(missing_ok=True)

    def _insert(self, table: str, columns: Sequence[pa.Array]) -> None:
        marks = ",".join("?" * len(columns))
        for start in range(0, len(columns[0]), ROWS):
            rows = zip(*(one.slice(start, ROWS).to_pylist() for one in columns), strict=True)
            self._database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608 - our own name


def tables(broken: Collection[str] = ()) -> Iterator[str]:
    """The statements that make the tables; references to types that are `broken` are not declared."""
    for one in layouts():
        yield _create(one.type, [_declared(column, broken, key=column.name == "id") for column in one.columns], "")
        for link in one.links:
            yield _create(link.name, list(_declared_link(one, link, broken)), " WITHOUT ROWID")
    yield SEARCH
    yield 'CREATE TABLE "README" ("about" TEXT PRIMARY KEY NOT NULL, "text" TEXT NOT NULL)'
    columns = '"table" TEXT NOT NULL, "column" TEXT NOT NULL, "description" TEXT NOT NULL'
    yield f'CREATE TABLE "README_columns" ({columns}, PRIMARY KEY ("table", "column"))'


def indexes() -> Iterator[str]:
    """The statements that make the indexes: one for every reference, so that each can be walked both ways."""
    for name, columns in _all_tables():
        for column in columns:
            if column.reference:
                yield f'CREATE INDEX "{name}_by_{column.name}" ON "{name}" ("{column.name}")'


def _create(name: str, lines: Sequence[str], options: str) -> str:
    body = ",\n  ".join(lines)
    return f'CREATE TABLE "{name}" (\n  {body}\n){options}'


def _declared(column: Column, broken: Collection[str], *, key: bool = False) -> str:
    words = [f'"{column.name}" {TYPES[column.kind]}']
    if key:
        words.append("PRIMARY KEY")
    if column.required:
        words.append("NOT NULL")
    if column.reference and column.reference not in broken:
        words.append(f'REFERENCES "{column.reference}" ("id")')
    return " ".join(words)


def _declared_link(owner: Layout, link: LinkTable, broken: Collection[str]) -> Iterator[str]:
    yield f'"{link.key}" TEXT NOT NULL REFERENCES "{owner.type}" ("id")'
    yield f'"{POSITION}" INTEGER NOT NULL'
    for column in link.columns:
        yield _declared(column, broken)
    yield f'PRIMARY KEY ("{link.key}", "{POSITION}")'


def _all_tables() -> Iterator[tuple[str, Iterable[Column]]]:
    for one in layouts():
        yield one.type, one.columns
        for link in one.links:
            yield link.name, link.columns


def _described() -> Iterator[tuple[str, str, str]]:
    for one in layouts():
        for column in one.columns:
            yield one.type, column.name, column.description
        for link in one.links:
            yield link.name, link.key, f"The record, an id of {one.type}."
            yield link.name, POSITION, "The place in the list, counted from 1."
            for column in link.columns:
                yield link.name, column.name, column.description


def _words(tables: Layout, table: pa.Table) -> list[pa.Array]:
    """The rows of the search: type, id, the main words, and every other free text of the record."""
    ids = arrow.column(table, ("id",))
    others = [
        arrow.column(table, one.path)
        for one in tables.columns
        if type(one.field) in (Text, Verbatim) and len(one.path) == 1 and one.name != tables.main.name
    ]
    others += [pc.binary_join(arrow.column(table, link.path), "\n") for link in tables.links if _is_text(link.field)]
    other = pa.nulls(len(ids), pa.string())
    if others:
        joined = pc.binary_join_element_wise(*others, "\n", null_handling="replace", null_replacement="")
        trimmed = pc.utf8_trim(joined, "\n")
        other = pc.if_else(pc.equal(trimmed, ""), other, trimmed)
    return [pa.repeat(tables.type, len(ids)), ids, arrow.column(table, tables.main.path), other]


def _is_text(field: Items) -> bool:
    return type(field.inner) in (Text, Verbatim)
