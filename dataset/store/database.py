"""The database as readers see it: SQLite or PostgreSQL behind one `read()`.

SQLite: a release is made in a copy that is renamed over the file, so what a reader has open never changes. Readers open
the file with `mode=ro&immutable=1`, and `read()` asks by one `stat` whether the name points to another file by now; if
so the new one is opened, and the old one closed when its last reader has left. PostgreSQL: each `read()` is a read-only
REPEATABLE READ transaction, so one request sees one state.

Nothing here writes, and no message shows a user name or a password.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from dataset.search.available import lacking
from dataset.store.budget import Budget, Metered, TooCostly, begin, was_stopped
from dataset.store.tables import HEAD

#: Identity of a file: device, inode, time of change of its contents in ns, bytes.
Identity = tuple[int, int, int, int]

PUBLISH = "run `onrecord publish`"
MIGRATE = "run `onrecord migrate`"
#: Connections that one process keeps open; more are opened when needed and closed afterwards.
POOL_SIZE = 4
MAX_OVERFLOW = 60
#: Bytes of a SQLite file that are read where the system caches them, at no memory of our own; more than SQLite allows.
MAPPED = 2**40


class NotReady(Exception):  # noqa: N818 - a state that a command mends
    """The database cannot be served as it is; the message ends with the command that mends it."""


def parse_url(address: str | URL) -> URL:
    """The URL of a database that Onrecord can use.

    Raises:
        ValueError: it is none; the message shows no part of it that could be secret.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError("the database address is not a URL; allowed: sqlite:///PATH or postgresql://…") from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"the database address names {backend!r}; allowed: sqlite:///PATH or postgresql://…")
    if "@" in (url.host or ""):
        raise ValueError("the database address holds '@' in user name or password; write it as %40")
    if backend == "sqlite" and (url.database in (None, "", ":memory:") or url.query):
        raise ValueError("the database address names no file, or has a query; allowed: sqlite:///PATH")
    return url


def shown(url: URL) -> str:
    """The address as messages show it: without user, password and query."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def sqlite_path(url: URL) -> Path:
    """The file of a SQLite URL; a relative one is taken from the working directory of this moment."""
    return Path(str(url.database)).absolute()


def postgresql_engine(url: URL, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine on psycopg. `?prepare_threshold=none` in the address turns prepared statements off, for PgBouncer.

    Raises:
        ValueError: `prepare_threshold` is no number and not `none`.
    """
    threshold: int | None = 5
    if "prepare_threshold" in url.query:
        value = str(url.query["prepare_threshold"]).lower()
        if value != "none" and not value.isdecimal():
            raise ValueError("prepare_threshold in the database address; allowed: none, or a number")
        threshold = None if value == "none" else int(value)
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg").difference_update_query(["prepare_threshold"]),
            pool_size=pool_size,
            max_overflow=MAX_OVERFLOW,
            pool_pre_ping=True,
            connect_args={"prepare_threshold": threshold, "application_name": "onrecord"},
        )
    except NoSuchModuleError as error:
        raise ValueError(str(error)) from None


def revision_of(connection: Connection) -> str | None:
    """The migration that a database is at; None when none was ever run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found[0] if found else None


class _Reader(Protocol):
    """What the two engines have in common."""

    def read(self) -> Iterator[Connection]: ...

    def close(self) -> None: ...


class Database:
    """A database that is read. Threads may share one; after a fork each process opens connections of its own."""

    def __init__(self, address: str | URL, budget: Budget | None = None) -> None:
        """Remember the address and what each reading may cost, without a budget anything; nothing is opened yet.

        Raises:
            ValueError: not the address of a SQLite file or a PostgreSQL database.
        """
        self.url = parse_url(address)
        self.budget = budget or Budget()
        self._reader: _Reader
        self._process = -1
        self._guard = threading.Lock()
        self._open()

    def _open(self) -> None:
        sqlite = self.url.get_backend_name() == "sqlite"
        self._reader = _SQLite(sqlite_path(self.url), self.budget) if sqlite else _PostgreSQL(self.url, self.budget)
        self._process = os.getpid()

    @property
    def name(self) -> str:
        """The address as messages show it."""
        return shown(self.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database until the block ends, and cannot write.

        Raises:
            NotReady: there is no database, or it cannot be reached.
            TooCostly: the block asked for more than the budget allows.
        """
        if self._process != os.getpid():
            with self._guard:
                if self._process != os.getpid():
                    self._open()  # connections of the parent process are left to it
        yield from self._reader.read()

    def revision(self) -> str | None:
        """The migration that the database is at; None when none was ever run.

        Raises:
            NotReady: there is no database, or it cannot be reached.
        """
        with self.read() as connection:
            return revision_of(connection)

    @staticmethod
    def head() -> str:
        """The migration that this program needs."""
        return HEAD

    def check(self) -> None:
        """That the database is one that this program can serve.

        Raises:
            NotReady: it is absent, empty, of another schema or without a release; names the command that mends it. Or
                this SQLite cannot search.
        """
        if self.url.get_backend_name() == "sqlite" and (reason := lacking()):
            raise NotReady(reason)
        with self.read() as connection:
            found = revision_of(connection)
            if found is None:
                raise NotReady(f"the database {self.name} is empty: {PUBLISH}")
            if found > HEAD:
                raise NotReady(
                    f"the database {self.name} is at schema {found}, this program at {HEAD}: install a newer Onrecord"
                )
            if found != HEAD:
                raise NotReady(f"the database {self.name} is at schema {found}, this program needs {HEAD}: {MIGRATE}")
            if connection.execute(text("SELECT 1 FROM releases LIMIT 1")).first() is None:
                raise NotReady(f"the database {self.name} holds no release: {PUBLISH}")

    def close(self) -> None:
        """Close what nobody reads any more; a later `read()` opens the database again."""
        self._reader.close()


class _PostgreSQL:
    """A transaction begins with its budget in one message: no round trip more, and right behind PgBouncer."""

    def __init__(self, url: URL, budget: Budget) -> None:
        self._name = shown(url)
        self._allowed = f"{budget.milliseconds} ms"
        self._engine = postgresql_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        self._begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        if budget.milliseconds is not None:
            self._begin += f"; SET LOCAL statement_timeout = {budget.milliseconds:d}"
        event.listen(self._engine, "begin", self._start)

    def _start(self, connection: Connection) -> None:
        """Begin the transaction, when the first statement is about to run; it ends when the pool takes it back."""
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.execute(self._begin, prepare=False)
        except self._engine.dialect.loaded_dbapi.OperationalError as error:
            connection.invalidate()
            raise NotReady(f"the connection to the database {self._name} broke") from error

    def read(self) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise NotReady(f"the database {self._name} cannot be reached: {_without_user(str(error.orig))}") from None
        try:
            with connection:
                yield connection
        except Exception as error:
            if was_stopped(error):
                raise TooCostly(self._allowed) from error
            raise

    def close(self) -> None:
        self._engine.dispose()


#: Part of the driver's message → what may be said of it: nothing that names a user.
_KNOWN_REASONS = {
    "password authentication failed": "the password is not accepted",
    "no password supplied": "it wants a password",
    'database "': "there is no such database",
    'role "': "there is no such user",
    "Connection refused": "connection refused",
    "No such file": "no server is listening",
    "timeout": "no answer in time",
    "too many": "too many connections",
    "starting up": "the server is starting up",
    "resolve": "the host is not known",
}


def _without_user(reason: str) -> str:
    """The driver's reason for a failed connection without what may name the user."""
    return next((kind for mark, kind in _KNOWN_REASONS.items() if mark in reason), "no connection")


class _Moved(Exception):  # noqa: N818 - never leaves this module
    """The name points to another file than the one that was looked at."""


class _SQLite:
    """The file that the name points to, and older ones that are still being read."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self._path = path
        self._budget = budget
        self._guard = threading.Lock()
        self._current: _File | None = None

    def read(self) -> Iterator[Connection]:
        for _ in range(100):  # a file that is renamed a hundred times while it is opened is not to be had
            file = self._enter()
            try:
                connection = file.engine.connect()
            except _Moved:
                self._leave(file)
                continue
            except DBAPIError as error:
                self._leave(file)
                raise NotReady(f"the database {self._path} cannot be opened: {error.orig}") from None
            try:
                with connection:
                    begin(connection)
                    yield connection
            except Exception as error:
                if was_stopped(error):
                    raise TooCostly(f"{self._budget.steps:,} steps of the database") from error
                raise
            finally:
                self._leave(file)
            return
        raise NotReady(f"the database {self._path} is replaced faster than it can be opened")

    def _enter(self) -> _File:
        identity = identify(self._path)
        with self._guard:
            file = self._current
            if file is None or file.identity != identity:
                self._retire()
                file = self._current = _File(self._path, identity, self._budget)
            file.readers += 1
            return file

    def _leave(self, file: _File) -> None:
        with self._guard:
            file.readers -= 1
            if file.readers == 0 and file is not self._current:
                file.engine.dispose()

    def _retire(self) -> None:
        file, self._current = self._current, None
        if file is not None and file.readers == 0:
            file.engine.dispose()

    def close(self) -> None:
        with self._guard:
            self._retire()


def identify(path: Path) -> Identity:
    """Which file a name points to at this moment.

    Raises:
        NotReady: to none.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NotReady(f"there is no database at {path}: {PUBLISH}") from None
    except OSError as error:
        raise NotReady(f"the database {path} cannot be opened: {error.strerror}") from None
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


class _File:
    """One file that the name pointed to, with its pool of connections."""

    def __init__(self, path: Path, identity: Identity, budget: Budget) -> None:
        self.identity = identity
        self._budget = budget
        self.readers = 0
        self._path = path
        self.engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=POOL_SIZE,
            max_overflow=MAX_OVERFLOW,
            pool_reset_on_return=None,  # there is nothing to roll back
            isolation_level="AUTOCOMMIT",  # the file never changes: no transaction is needed to see one state
        )

    def _connect(self) -> sqlite3.Connection:
        """Open the file, and make sure that it is the one of this identity.

        SQLite opens by name. The name is looked at afterwards: when it still points to this file it did so all along,
        for a file that was replaced never comes back.
        """
        address = f"file:{quote(str(self._path))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False, cached_statements=256, factory=Metered)
        try:
            connection.execute("PRAGMA schema_version")  # reads the file: what is no database is found here
            connection.execute(f"PRAGMA mmap_size = {MAPPED}")
            same = identify(self._path) == self.identity
        except BaseException:
            connection.close()
            raise
        if not same:
            connection.close()
            raise _Moved
        if self._budget.steps is not None:
            connection.limit(self._budget.steps)
        return connection
