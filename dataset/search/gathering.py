"""The words of an empty SQLite database, gathered in a file of their own while its tables are filled and indexed.

A SQLite file has one writer at a time, and the words take about as long as everything else. So another thread brings
them into an FTS5 table of its own, from where they lie ready (`dataset.store.readied`); it is one statement a type,
during which SQLite lets go of the interpreter. The tables that FTS5 keeps them in are then copied as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

from dataset.search.filling import begin, finish
from dataset.search.places import between, stretch
from dataset.store.readied import STAGE, Readied, attached, rows_of
from dataset.store.tables import RECORDS, WORDS

#: The tables in which FTS5 keeps an index that holds neither texts nor their lengths.
_SHADOWS: Final = ("config", "data", "idx")
_SOUND: Final = f"r.type = ? AND r.row NOT IN {STAGE}.stay"


@contextmanager
def gathering(release: Readied, path: str) -> Iterator[Callable[[], None]]:
    """Begin to gather; the function that is given waits for the end and brings the words into the database at `path`.

    Nobody else may be writing there then. The digests of the release are found out afterwards, by the same thread.
    """
    file = release.aside.words
    with attached(file, path):
        made = file.execute("SELECT sql FROM target.sqlite_master WHERE name = ?", (WORDS,)).fetchone()[0]
    file.execute(made)  # its own main file comes first
    with ThreadPoolExecutor(1) as thread:
        words = thread.submit(_gather, file)
        digests = thread.submit(release.seal)

        def bring() -> None:
            words.result()
            with attached(file, path):
                _bring_places(file, release.ordinal)
                for shadow in _SHADOWS:
                    name = f"{WORDS}_{shadow}"
                    file.execute(f"DELETE FROM target.{name}")  # noqa: S608 - our own names
                    file.execute(f"INSERT INTO target.{name} SELECT * FROM main.{name}")  # noqa: S608 - as above

        try:
            yield bring
            digests.result()
        finally:
            while not digests.done():  # something went wrong: nobody needs them any more
                digests.cancel()
                for connection in (file, release.aside.digests):
                    connection.interrupt()
                wait([words, digests], 0.05)


def _gather(file: sqlite3.Connection) -> None:
    begin(file)
    file.execute("BEGIN")
    file.execute("CREATE TABLE main.placed (place INTEGER PRIMARY KEY, row INTEGER)")
    for number, type in enumerate(RECORDS):
        count = file.execute(f"SELECT count(*) FROM {STAGE}.record r WHERE {_SOUND}", (number,)).fetchone()[0]  # noqa: S608 - our own names
        if not count:
            continue
        left, right = stretch(number)
        places = between(left, right, count, whole=True)
        place = f"{places.start} + {places.step} * (row_number() OVER (ORDER BY r.sort) - 1)"
        file.execute(
            f"INSERT INTO main.placed SELECT {place}, r.row FROM {STAGE}.record r WHERE {_SOUND} ORDER BY r.sort",  # noqa: S608 - our own names
            (number,),
        )
        file.execute(
            f"INSERT INTO main.{WORDS}(rowid, words) SELECT p.place, n.words"  # noqa: S608 - our own names
            f" FROM main.placed p CROSS JOIN {STAGE}.new_{type} n ON n.row = p.row"
            " WHERE p.place BETWEEN ? AND ? ORDER BY p.place",
            (left, right),
        )
    finish(file)
    file.execute("COMMIT")


def _bring_places(file: sqlite3.Connection, ordinal: int) -> None:
    """Give the rows of the database, which was empty, the places that their words have."""
    for number, type in enumerate(RECORDS):
        rows = rows_of(file, type)
        if rows is not None:
            file.execute(
                "INSERT INTO target.search (place, type, row, since)"
                " SELECT place, ?, row + ?, ? FROM main.placed WHERE place BETWEEN ? AND ? ORDER BY place",
                (type, 1 - rows[0], ordinal, *stretch(number)),
            )
