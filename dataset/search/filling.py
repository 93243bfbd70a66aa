"""Keeping the index: every row of the record tables has a place in it and its words, whatever release it belongs to.

After a load the new rows are given places and go in, in the order of their places; rows that ended are told. Nothing
ever leaves the index but with a whole new one, which is made when a migration asks for it or a gap is full.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, Row, Select, Table, and_, bindparam, func, select, text, update

from dataset.canonical import parse
from dataset.pool import Pool, here
from dataset.search.fields import entry
from dataset.search.places import Full, between, stretch
from dataset.store.loading import writer
from dataset.store.preparing import RowValues
from dataset.store.tables import RECORDS, WORDS, changes, search

#: Records that are read and written together.
BATCH: Final = 2000
#: Bytes of words that FTS5 gathers before it writes them as a segment; its own default is a million.
GATHERED: Final = 16_000_000
#: Segments that may wait until all of them are put together at once; by default sixteen are, and what comes of that is
#: once more later. FTS5 has room for 2,000.
SEGMENTS: Final = 1000

#: Told how many rows are in.
Progress = Callable[[int], None]


def fill(connection: Connection, first: int, progress: Progress, *, empty: bool, pool: Pool = here) -> None:
    """Bring into the index what the releases from the ordinal `first` on brought in and ended.

    `progress` is told after each batch how many rows are in. A database that was `empty` before, which nobody reads, is
    filled faster.
    """
    if empty:
        _anew(connection, progress, pool)
        return
    ended = update(search).where(search.c.type == bindparam("at_type"), search.c.row == bindparam("at_row"))
    for record_type, table in RECORDS.items():
        rows = connection.execute(_ended(record_type, table, first)).all()
        if rows:
            connection.execute(
                ended.values(until=bindparam("to_until")),
                [{"at_type": record_type, "at_row": row, "to_until": until} for row, until in rows],
            )
    try:
        _fill(connection, progress, pool)
    except Full:
        rebuild(connection)


def rebuild(connection: Connection) -> None:
    """Make the whole index anew from the bodies."""
    connection.execute(search.delete())
    if driver := _sqlite(connection):
        driver.execute("INSERT INTO search_words(search_words) VALUES ('delete-all')")
    _anew(connection, lambda _done: None, here)


def _anew(connection: Connection, progress: Progress, pool: Pool) -> None:
    """Fill an index that holds nothing; PostgreSQL indexes the words faster when they are all there."""
    if _sqlite(connection):
        _fill(connection, progress, pool)
        return
    made = connection.execute(text("SELECT pg_get_indexdef(CAST(:name AS regclass))"), {"name": WORDS}).scalar_one()
    connection.execute(text(f"DROP INDEX {WORDS}"))
    _fill(connection, progress, pool)
    connection.execute(text(made))


def unindexed(connection: Connection) -> int:
    """How many rows of the record tables have no place yet."""
    held = connection.execute(select(func.count()).select_from(search)).scalar_one()
    there = (connection.execute(select(func.count()).select_from(table)).scalar_one() for table in RECORDS.values())
    return sum(there) - held


def _fill(connection: Connection, progress: Progress, pool: Pool) -> None:
    driver = _sqlite(connection)
    if driver:
        begin(driver)
    done = 0
    for part, words in pool(_words, _parts(connection)):
        _insert(connection, part, words)
        done += len(words)
        progress(done)
    if driver and done:
        finish(driver)


def begin(driver: sqlite3.Connection) -> None:
    """Have FTS5 gather many words before it writes them, and put what it wrote together only in the end."""
    driver.execute("INSERT INTO search_words(search_words, rank) VALUES ('automerge', 0)")
    driver.execute("INSERT INTO search_words(search_words, rank) VALUES ('crisismerge', ?)", (SEGMENTS,))
    driver.execute("INSERT INTO search_words(search_words, rank) VALUES ('hashsize', ?)", (GATHERED,))


def finish(driver: sqlite3.Connection) -> None:
    """Put together what FTS5 wrote."""
    driver.execute("INSERT INTO search_words(search_words) VALUES ('optimize')")


class _Part(NamedTuple):
    """Some rows of a type: place, row, since and until of each, and their bodies."""

    record_type: str
    rows: list[tuple[int, int, int, int | None]]
    bodies: list[str]


def _words(part: _Part) -> list[str]:
    """The words of each row."""
    return [entry(part.record_type, parse(body)) for body in part.bodies]


def _parts(connection: Connection) -> Iterator[_Part]:
    """The rows that have no place yet, with the places that they get, in that order."""
    for ordinal, (record_type, table) in enumerate(RECORDS.items()):
        left, right = stretch(ordinal)
        known = connection.execute(select(func.max(search.c.row)).where(search.c.type == record_type)).scalar()
        columns = select(table.c.row, table.c.since, table.c.until, table.c.body)
        if known is None:
            number = connection.execute(select(func.count()).select_from(table)).scalar_one()
            places = iter(between(left, right, number, whole=True))
            order = columns.order_by(table.c[table.info["order"]], table.c.since)
            for held in connection.execute(order, execution_options={"yield_per": BATCH}).partitions(BATCH):
                yield _part(record_type, islice(places, len(held)), held)
            continue
        rows, given = _places(connection, table, known, left, right)
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH].tolist()
            found = {row[0]: row for row in connection.execute(columns.where(table.c.row.in_(part)))}
            yield _part(record_type, given[start : start + BATCH], [found[row] for row in part])


def _part(record_type: str, places: Iterable[int], held: Sequence[Row[int, int, int | None, str]]) -> _Part:
    rows = [(place, row, since, until) for place, (row, since, until, _) in zip(places, held, strict=True)]
    return _Part(record_type, rows, [one[3] for one in held])


def _ended(record_type: str, table: Table, first: int) -> Select[int, int]:
    """Row and end of the rows of a type that the releases from `first` on ended."""
    here = and_(table.c.id == changes.c.id, table.c.until == changes.c.release)
    return (
        select(table.c.row, table.c.until)
        .join_from(changes, table, here)
        .where(changes.c.type == record_type, changes.c.release >= first, changes.c.operation != "added")
    )


def _places(connection: Connection, table: Table, known: int, left: int, right: int) -> tuple[array[int], array[int]]:
    """The rows of a type behind the `known` ones, with places between those that these have, in that order.

    Raises:
        Full: there is no room for them.
    """
    rows, places = array("q"), array("q")
    order = (table.c[table.info["order"]], table.c.since)
    if connection.execute(select(table.c.row).where(table.c.row > known).limit(1)).first() is None:
        return rows, places
    here = and_(search.c.type == table.name, search.c.row == table.c.row)
    merged = select(table.c.row, search.c.place).outerjoin_from(table, search, here).order_by(*order)
    waiting = 0
    with connection.execute(merged, execution_options={"yield_per": 10_000}) as found:
        for row, place in found:
            if place is None:
                rows.append(row)
                waiting += 1
                continue
            if waiting:
                places.extend(between(left, place, waiting))
                waiting = 0
            left = place
    if waiting:
        places.extend(between(left, right, waiting))
    return rows, places


def _insert(connection: Connection, part: _Part, words: list[str]) -> None:
    driver = _sqlite(connection)
    names = ["type", "place", "row", "since", "until"]
    rows: list[RowValues] = [(part.record_type, *row) for row in part.rows]
    if not driver:
        names, rows = [*names, "words"], [(*row, held) for row, held in zip(rows, words, strict=True)]
    writer(connection).insert(search, rows, names)
    if driver:
        placed = [(row[0], held) for row, held in zip(part.rows, words, strict=True)]
        driver.executemany("INSERT INTO search_words(rowid, words) VALUES (?, ?)", placed)


def _sqlite(connection: Connection) -> sqlite3.Connection | None:
    """The driver's own connection where it is SQLite's."""
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None
