"""The database as readers see it: SQLite or PostgreSQL behind one `read()`.

Nothing here writes, and no message shows a user name or a password.
"""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import URL, Connection, inspect, text

from dataset.search.available import lacking
from dataset.store.addresses import MIGRATE, PUBLISH, NotReady, parse_url, shown, sqlite_path
from dataset.store.budget import Budget
from dataset.store.postgresql import PostgreSQL
from dataset.store.sqlite import SQLite
from dataset.store.tables import HEAD


def revision_of(connection: Connection) -> str | None:
    """The migration that a database is at; None when none was ever run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found[0] if found else None


class _Reader(Protocol):
    """What the two engines have in common."""

    def read(self) -> AbstractContextManager[Connection]: ...

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
        self._reader = SQLite(sqlite_path(self.url), self.budget) if sqlite else PostgreSQL(self.url, self.budget)
        self._process = os.getpid()

    @property
    def name(self) -> str:
        """The address as messages show it."""
        return shown(self.url)

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that sees one state of the database until the block ends, and cannot write.

        Raises:
            NotReady: there is no database, or it cannot be reached.
            TooCostly: the block asked for more than the budget allows.
        """
        if self._process != os.getpid():
            with self._guard:
                if self._process != os.getpid():
                    self._open()  # connections of the parent process are left to it
        return self._reader.read()

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
