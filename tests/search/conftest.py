"""A log made for searching, in a database of each engine, and the state of each of its releases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection

from dataset.log import Release
from dataset.store.database import Database
from dataset.store.publishing import publish
from tests.conftest import NewDatabase
from tests.search.support import State, make_log


@pytest.fixture(scope="session")
def made() -> tuple[Sequence[Release], Sequence[State]]:
    """The releases, and the records of each."""
    return make_log()


@pytest.fixture(scope="session")
def searched(
    engine: str, new_database: NewDatabase, made: tuple[Sequence[Release], Sequence[State]]
) -> Iterator[Database]:
    """A database that holds them, published one release after the other; for reading only."""
    url = new_database(engine)
    for number in range(1, len(made[0]) + 1):
        publish(url, made[0][:number])
    database = Database(url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def states(made: tuple[Sequence[Release], Sequence[State]]) -> Sequence[State]:
    """The records of each release."""
    return made[1]


@pytest.fixture
def reading(searched: Database) -> Iterator[Connection]:
    """A connection to it."""
    with searched.read() as connection:
        yield connection
