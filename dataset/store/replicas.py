"""A database with replicas that are read in its stead: which of them a reading asks, and in which order.

Replicas take turns. One that cannot be reached, or has not the schema or the releases of a database that can be served,
is lost: it is left out and tried again after a few seconds, by one reading while all others go elsewhere. The primary
comes last, so it is read when no replica can answer, and only then.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from dataset.store.addresses import NotReady, parse_url
from dataset.store.budget import Budget
from dataset.store.database import Database

log = logging.getLogger("onrecord.replicas")

#: Seconds for which a replica that was lost is left out.
RETRY: Final = 5.0
#: What libpq is told of a replica, unless its address says otherwise: a machine that is gone is noticed in seconds.
IMPATIENT: Final = {
    "connect_timeout": "3",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
#: SQLSTATEs of statements that a replica gave up because of what it had to replay.
IN_THE_WAY: Final = frozenset({"40001", "40P01"})


class _Replica:
    """A replica and what is known of it."""

    def __init__(self, address: str | URL, budget: Budget) -> None:
        self.database = Database(_impatient(parse_url(address)), budget)
        self._sound = False
        self._again = 0.0

    def usable(self) -> bool:
        """Whether a reading may begin with it; looks at it when that is not known."""
        if self._sound:
            return True
        if time.monotonic() < self._again:
            return False
        first, self._again = self._again == 0, time.monotonic() + RETRY  # others need not wait for this look
        try:
            self.database.check()
        except (NotReady, DBAPIError) as reason:
            self.lose(str(reason), told=not first)
            return False
        self._sound = True
        if not first:
            log.warning("the replica %s is read again", self.database.name)
        return True

    def lose(self, reason: str, *, told: bool = False) -> None:
        """Leave it out for a while; `told`: the log says so already."""
        if not told:
            log.warning("the replica %s is left out: %s", self.database.name, reason)
        self._sound, self._again = False, time.monotonic() + RETRY


class Replicated:
    """A primary and its replicas; with none of them, the primary alone."""

    def __init__(self, primary: str | URL, replicas: Sequence[str | URL] = (), budget: Budget | None = None) -> None:
        """Remember the addresses and what each reading may cost; nothing is opened yet.

        Raises:
            ValueError: one of them is no address of a database.
        """
        budget = budget or Budget()
        self.primary = Database(primary, budget)
        self._replicas = [_Replica(address, budget) for address in replicas]
        self._turn = itertools.count()

    def in_turn(self, without: Collection[Database] = ()) -> Iterator[Database]:
        """The databases that a reading may ask, one after the other until one can answer; the primary is the last."""
        if self._replicas:
            first = next(self._turn) % len(self._replicas)
            for replica in self._replicas[first:] + self._replicas[:first]:
                if replica.database not in without and replica.usable():
                    yield replica.database
        yield self.primary

    def lose(self, database: Database, reason: Exception) -> None:
        """Leave a replica out for a while."""
        for replica in self._replicas:
            if replica.database is database:
                replica.lose(str(reason).partition("\n")[0])

    def check(self, *, filled: bool = True) -> None:
        """That there is a database to be served, if need be without its primary; `filled`: with a release in it.

        Raises:
            NotReady: there is none; says what ails the primary.
        """
        try:
            if filled or self.primary.revision() != self.primary.head():
                self.primary.check()
        except NotReady:
            if not any(replica.usable() for replica in self._replicas):
                raise

    def close(self) -> None:
        """Close what nobody reads any more."""
        self.primary.close()
        for replica in self._replicas:
            replica.database.close()


def is_in_the_way(error: Exception) -> bool:
    """Whether a statement failed because the replica had to go on with what it replays."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in IN_THE_WAY


def _impatient(url: URL) -> URL:
    if url.get_backend_name() != "postgresql":
        return url
    return url.update_query_dict({name: value for name, value in IMPATIENT.items() if name not in url.query})
