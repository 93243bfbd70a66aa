"""SQLite files as readers see them.

A release is made in a copy that is renamed over the file, so what a reader has open never changes. Readers open the
file with `mode=ro&immutable=1`, and each reading asks by one `stat` whether the name points to another file by now; if
so the new one is opened, and the old one closed when its last reader has left.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from dataset.store.addresses import PUBLISH, NotReady
from dataset.store.budget import Budget, Metered, TooCostly, begin, was_stopped

#: Identity of a file: device, inode, time of change of its contents in ns, bytes.
Identity = tuple[int, int, int, int]

#: Connections to a file that are kept open; more are opened when needed and closed afterwards.
KEPT = 4
#: Bytes of a SQLite file that are read where the system caches them, at no memory of our own; more than SQLite allows.
MAPPED = 2**40


class _Moved(Exception):  # noqa: N818 - never leaves this module
    """The name points to another file than the one that was looked at."""


class SQLite:
    """The file that the name points to, and older ones that are still being read."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self._path = path
        self._budget = budget
        self._guard = threading.Lock()
        self._current: _File | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to the file that the name points to now, which sees no other until the block ends.

        Raises:
            NotReady: there is no such file, or it cannot be opened.
            TooCostly: the block asked for more than the budget allows.
        """
        file, connection = self._open()
        try:
            begin(connection)
            yield connection
        except Exception as error:
            if was_stopped(error):
                raise TooCostly(f"{self._budget.steps:,} steps of the database") from error
            raise
        finally:
            file.give(connection)
            self._leave(file)

    def _open(self) -> tuple[_File, Connection]:
        for _ in range(100):  # a file that is renamed a hundred times while it is opened is not to be had
            file = self._enter()
            try:
                return file, file.take()
            except _Moved:
                self._leave(file)
            except DBAPIError as error:
                self._leave(file)
                raise NotReady(f"the database {self._path} cannot be opened: {error.orig}") from None
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
                file.close()

    def _retire(self) -> None:
        file, self._current = self._current, None
        if file is not None and file.readers == 0:
            file.close()

    def close(self) -> None:
        """Close what nobody reads any more."""
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
    """One file that the name pointed to, with its connections."""

    def __init__(self, path: Path, identity: Identity, budget: Budget) -> None:
        self.identity = identity
        self._budget = budget
        self.readers = 0
        self._path = path
        self._idle: list[Connection] = []
        self._engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=NullPool,  # connections are kept here, as they are: a pool would make each of them anew
            pool_reset_on_return=None,  # there is nothing to roll back
            isolation_level="AUTOCOMMIT",  # the file never changes: no transaction is needed to see one state
        )

    def take(self) -> Connection:
        """A connection that nobody uses, the one used last, or a new one.

        Raises:
            DBAPIError: the file cannot be opened.
            _Moved: the name points to another file by now.
        """
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def give(self, connection: Connection) -> None:
        """Take back a connection."""
        if connection.in_transaction():
            connection.rollback()  # the beginning that SQLAlchemy notes before a statement; the file knows of none
        if len(self._idle) < KEPT and not connection.invalidated:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _connect(self) -> sqlite3.Connection:
        """Open the file, and make sure that it is the one of this identity.

        SQLite opens by name. The name is looked at afterwards: when it still points to this file it did so all along,
        for a file that was replaced never comes back.
        """
        address = f"file:{quote(str(self._path))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False, cached_statements=256, factory=Metered)
        try:
            # reads the schema, at no cost to the first request: what is no database is found here
            connection.execute("SELECT 0 FROM sqlite_schema LIMIT 1")
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
