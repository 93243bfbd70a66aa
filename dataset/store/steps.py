"""The steps of bringing something into a database, who watches them, and how they fail.

An observer is told when each step begins and ends, and how far copying, loading and verifying are. The command line
draws its progress from that, and the tests kill the program there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

LOCK: Final = "lock"
SWEEP: Final = "sweep"
COPY: Final = "copy"
MIGRATE: Final = "migrate"
REDACT: Final = "redact"
LOAD: Final = "load"
INDEX: Final = "index"
SEARCH: Final = "search"
POSITIONS: Final = "positions"
OPTIMIZE: Final = "optimize"
VERIFY: Final = "verify"
SYNC: Final = "sync"
RENAME: Final = "rename"
COMMIT: Final = "commit"

#: The steps of a run on each engine, in their order.
SQLITE_STEPS: Final = (
    *(LOCK, SWEEP, COPY, MIGRATE, REDACT, LOAD, INDEX),
    *(POSITIONS, SEARCH, OPTIMIZE, VERIFY, SYNC, RENAME),
)
POSTGRESQL_STEPS: Final = (LOCK, MIGRATE, REDACT, LOAD, INDEX, POSITIONS, SEARCH, OPTIMIZE, VERIFY, COMMIT)

#: Told the step, how much of it is done and how much there is: 0 of n when it begins, n of n when it ends. A step that
#: counts nothing has 1.
Observer = Callable[[str, int, int], None]


class PublishingError(Exception):
    """Nothing was changed; the message says why, and what to do where something can be done."""


class Refused(PublishingError):  # noqa: N818 - reads as what happened
    """What was asked would spoil what the database holds, or another run is at work on it."""


class Failed(PublishingError):  # noqa: N818 - as above
    """Something went wrong on the way: a full disk, a lost connection, a log that is not sound."""


def ignore(step: str, done: int, total: int) -> None:
    """The observer of those who watch nothing."""


class Steps:
    """The steps of one run: tells the observer, and knows where a failure fell."""

    def __init__(self, observer: Observer) -> None:
        """Nothing has begun yet."""
        self._observer = observer
        self.current = "start"

    @contextmanager
    def step(self, name: str, total: int = 1) -> Iterator[Callable[[int], None]]:
        """One step; yields the function that reports how much of it is done."""
        self.current = name
        self._observer(name, 0, total)
        yield lambda done: self._observer(name, done, total)
        self._observer(name, total, total)

    @contextmanager
    def failing(self, database: str, *reasons: type[Exception]) -> Iterator[None]:
        """Turn what the system and the driver raise, and `reasons`, into Failed, which names database and step."""
        try:
            yield
        except Exception as error:
            reason: object = error
            if isinstance(error, DBAPIError):
                reason = str(error.orig).strip().partition("\n")[0]
            elif isinstance(error, OSError):
                reason = error.strerror or error
            elif not isinstance(error, reasons):
                raise
            raise Failed(f"{database} is as it was: step {self.current} failed: {reason}") from error
