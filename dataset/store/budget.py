"""What one reading may cost: steps of SQLite's virtual machine, or milliseconds of a statement of PostgreSQL.

Steps are the same each time, on every machine and under any load, so a question is either answered or refused. They
are counted in strides of 25,000, about a millisecond of work, because each count needs the interpreter: with shorter
strides long questions would wait for short ones at every count. PostgreSQL has no such measure; there it is time.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

#: Steps between two counts.
STRIDE: Final = 25_000
#: SQLSTATE of a statement that PostgreSQL cancelled.
CANCELLED: Final = "57014"


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one reading may cost; None: anything."""

    steps: int | None = None
    milliseconds: int | None = None


class TooCostly(Exception):  # noqa: N818 - an answer that is refused, no failure
    """A reading reached its budget and was stopped; the text says what was allowed."""


class Meter:
    """Counts the strides of one connection to SQLite and stops it beyond the budget."""

    __slots__ = ("_end", "_most", "strides")

    def __init__(self, steps: int) -> None:
        self._most = steps // STRIDE
        self.begin()

    def begin(self) -> None:
        """Count from nothing."""
        self.strides = 0
        self.allow()

    def allow(self) -> None:
        """Allow the whole budget from here on."""
        self._end = self.strides + self._most

    def count(self) -> bool:
        """One stride more; true stops the statement."""
        self.strides += 1
        return self.strides > self._end


class Metered(sqlite3.Connection):
    """A connection to SQLite that may have a meter."""

    meter: Meter | None = None

    def limit(self, steps: int) -> None:
        """Count from now on, and allow so many steps for each reading."""
        self.meter = Meter(steps)
        self.set_progress_handler(self.meter.count, STRIDE)


def begin(connection: Connection) -> None:
    """Start the count of a reading on SQLite."""
    meter = _meter(connection)
    if meter is not None:
        meter.begin()


def allow_again(connection: Connection) -> None:
    """Allow a reading the whole budget once more: for one that asks several things of which each may cost it.

    On PostgreSQL the budget is that of a statement anyway.
    """
    meter = _meter(connection)
    if meter is not None:
        meter.allow()


def steps_of(connection: Connection) -> int:
    """The steps that this reading has cost so far, rounded down to whole strides; 0 where nothing counts them."""
    meter = _meter(connection)
    return meter.strides * STRIDE if meter is not None else 0


def _meter(connection: Connection) -> Meter | None:
    if connection.invalidated:  # it broke, and there is nothing behind it any more
        return None
    return getattr(connection.connection.dbapi_connection, "meter", None)


def was_stopped(error: Exception) -> bool:
    """Whether a statement failed because its budget was reached."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return getattr(cause, "sqlstate", None) == CANCELLED
