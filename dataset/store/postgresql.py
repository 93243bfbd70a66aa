"""PostgreSQL as readers see it: each reading is a read-only REPEATABLE READ transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from dataset.store.addresses import NotReady, shown
from dataset.store.budget import Budget, TooCostly, was_stopped

#: Connections that one process keeps open; more are opened when needed and closed afterwards.
POOL_SIZE = 4
MAX_OVERFLOW = 60


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


class PostgreSQL:
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

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state.

        Raises:
            NotReady: the database cannot be reached.
            TooCostly: a statement took longer than the budget allows.
        """
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
        """Close what nobody reads any more."""
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
