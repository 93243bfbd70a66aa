"""The log of `tests.asking.support` in a database of each engine, published one release after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection

from dataset.log import Release
from dataset.store.database import Database
from dataset.store.publishing import publish
from tests.asking.naive import World
from tests.asking.support import make_log
from tests.conftest import NewDatabase


@pytest.fixture(scope="session")
def asked_log() -> tuple[Sequence[Release], Sequence[World]]:
    """The releases, and the records of each."""
    releases, states = make_log()
    return releases, [World(state) for state in states]


@pytest.fixture(scope="session")
def worlds(asked_log: tuple[Sequence[Release], Sequence[World]]) -> Sequence[World]:
    """The records of each release."""
    return asked_log[1]


@pytest.fixture(scope="session")
def stepwise(engine: str, new_database: NewDatabase, asked_log: tuple[Sequence[Release], Sequence[World]]) -> str:
    """The address of a database that holds the releases, published one after the other; for reading only."""
    url = new_database(engine)
    for number in range(1, len(asked_log[0]) + 1):
        publish(url, asked_log[0][:number])
    return url


@pytest.fixture(scope="session")
def asked(stepwise: str) -> Iterator[Database]:
    """That database."""
    database = Database(stepwise)
    yield database
    database.close()


@pytest.fixture
def reading(asked: Database) -> Iterator[Connection]:
    """A connection to it."""
    with asked.read() as connection:
        yield connection
