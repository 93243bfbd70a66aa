"""Steps of SQLite's virtual machine: an exact count of the work that a statement takes, the same on every machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from dataset.queries.releases import Release
from dataset.store.database import Database
from dataset.store.reading import stored_releases


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """A connection to a database of ours."""
    with closing(Database(f"sqlite:///{path}")) as database, database.read() as connection:
        yield connection


def release_of(connection: Connection, ordinal: int | None = None) -> Release:
    """A release by its ordinal, by default the newest."""
    held = stored_releases(connection)
    wanted = held[-1 if ordinal is None else ordinal - 1]
    return Release(wanted.ordinal, wanted.version, held[-1].ordinal)


def steps(connection: Connection, ask: Callable[[], object]) -> int:
    """How many steps SQLite takes while `ask` is called."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    driver.set_progress_handler(step, 1)
    try:
        ask()
    finally:
        driver.set_progress_handler(None, 1)
    return count
