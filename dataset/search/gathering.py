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
from dataset.store.readied import STAGE, Readied, attached
from dataset.store.tables import RECORDS, WORDS

#: The tables in which FTS5 keeps an index that holds neither texts nor their lengths.
_SHADOWS: Final = ("config", "data", "idx")
_SOUND: Final = f"r.type = ? AND r.row NOT IN {STAGE}.stay"


@contextmanager
def gathering(release: Readied, path: str) -> Iterator[Callable[[], None]]:
    """Begin to gather; the function that is given waits for the end and brings the words into the database at `path`.

    Nobody else may be writing there then.
    """
    file = release.aside.words
    with attached(file, path):
        made = file.execute("SELECT sql FROM target.sqlite_master WHERE name = ?", (WORDS,)).fetchone()[0]
    file.execute(made)  # its own main file comes first
    with ThreadPoolExecutor(1) as thread:
        words = thread.submit(_gather, file)

        def bring() -> None:
            words.result()
            with attached(file, path):
                _places(file)
                for shadow in _SHADOWS:
                    name = f"{WORDS}_{shadow}"
                    file.execute(f"DELETE FROM target.{name}")  # noqa: S608 - our own names
                    file.execute(f"INSERT INTO target.{name} SELECT * FROM main.{name}")  # noqa: S608 - as above

        try:
            yield bring
        finally:
            while not words.done():  # something went wrong: nobody needs them any more
                file.interrupt()
                wait([words], 0.05)


def _gather(file: sqlite3.Connection) -> None:
    begin(file)
    file.execute("BEGIN")
    for number, type in enumerate(RECORDS):
        count = file.execute(f"SELECT count(*) FROM {STAGE}.record r WHERE {_SOUND}", (number,)).fetchone()[0]  # noqa: S608 - our own names
        if not count:
            continue
        file.execute(
            f"INSERT INTO main.{WORDS}(rowid, words)"  # noqa: S608 - our own names
            f" SELECT {_place(number, count, 'r.sort')}, n.words"
            f" FROM {STAGE}.record r CROSS JOIN {STAGE}.new_{type} n ON n.row = r.row WHERE {_SOUND} ORDER BY r.sort",
            (number,),
        )
    finish(file)
    file.execute("COMMIT")


def _places(file: sqlite3.Connection) -> None:
    """Give the rows of the database the places that their words have."""
    for number, (type, table) in enumerate(RECORDS.items()):
        count = file.execute(f"SELECT count(*) FROM target.{type}").fetchone()[0]  # noqa: S608 - our own names
        if count:
            order = table.info["order"]
            file.execute(
                "INSERT INTO target.search (place, type, row, since)"  # noqa: S608 - as above
                f" SELECT {_place(number, count, order)}, ?, row, since FROM target.{type} ORDER BY {order}",
                (type,),
            )


def _place(number: int, count: int, order: str) -> str:
    """The place of a row among `count` of the type of that number, as an expression; see `dataset.search.places`."""
    places = between(*stretch(number), count, whole=True)
    return f"{places.start} + {places.step} * (row_number() OVER (ORDER BY {order}) - 1)"
