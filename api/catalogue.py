"""Which releases there are, known without asking the database each time.

A SQLite file that is open never changes, so what was read from it once holds as long as it is open. On PostgreSQL what
is known may be a second old: that is good enough to say that an answer has not changed, and is read again in the
transaction of the request before any record is.
"""

from __future__ import annotations

import json
import time
from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from dataset.queries.compiled import fetch
from dataset.queries.releases import find_all_releases, find_states
from dataset.redactions import Redaction, redacted_in

#: Seconds for which PostgreSQL is not asked again.
FRESH: Final = 1.0


class Known(NamedTuple):
    """A release, as far as every request needs it: number, version, day, and the digest of its state.

    The digest is of the state as it is held: a redaction makes it, and every tag of an answer, another.
    """

    ordinal: int
    version: str
    date: str
    sha256: str


class Catalogue:
    """The releases of a database, oldest first."""

    def __init__(self, releases: Sequence[Known], manifests: Sequence[str | None] = ()) -> None:
        """Take the releases, and the manifests of those that held redacted records."""
        self.releases = releases
        self._redactions = redacted_in(json.loads(manifest) for manifest in manifests if manifest)
        self.by_version = {release.version: release for release in releases}
        self.states = [(release.ordinal, release.sha256) for release in releases]
        self.read_at = time.monotonic()

    @property
    def newest(self) -> Known | None:
        """The newest release; None when there is none."""
        return self.releases[-1] if self.releases else None

    def as_of(self, day: date) -> Known | None:
        """The release that was current at the end of a day; None before the first."""
        number = bisect_right([release.date for release in self.releases], day.isoformat())
        return self.releases[number - 1] if number else None

    def redaction(self, type: str, id: str) -> Redaction | None:
        """When and why the body of a record was taken out of every release, if it was."""
        return self._redactions.get((type, id))


class Catalogues:
    """What is known of the releases behind each engine that is open."""

    def __init__(self) -> None:
        self._held: WeakKeyDictionary[Engine, Catalogue] = WeakKeyDictionary()
        self._newest = 0  # number of the newest release that was ever seen

    def glance(self, connection: Connection) -> tuple[Catalogue, bool]:
        """The catalogue, and whether it is surely that of the state which the connection sees."""
        sure = connection.dialect.name == "sqlite"
        held = self._held.get(connection.engine)
        if held is not None and (sure or time.monotonic() - held.read_at < FRESH):
            return held, sure
        return self.read(connection), True

    def read(self, connection: Connection) -> Catalogue:
        """The catalogue as the connection sees it; read as a whole when the database has another state than before."""
        held = self._held.get(connection.engine)
        if held is not None and held.states == [tuple(row) for row in fetch(connection, find_states)]:
            held.read_at = time.monotonic()
            return held
        rows = connection.execute(find_all_releases()).all()
        catalogue = Catalogue([Known(*row[:4]) for row in rows], [row[4] for row in rows])
        self._held[connection.engine] = catalogue
        return catalogue

    def remember(self, catalogue: Catalogue, *, certainly: bool) -> None:
        """Keep in mind how far the log goes: `certainly` no further than this, or at least as far."""
        number = catalogue.newest.ordinal if catalogue.newest else 0
        self._newest = number if certainly else max(number, self._newest)

    def behind(self, catalogue: Catalogue, needs: Collection[str]) -> bool:
        """Whether a catalogue lacks one of these versions, or the newest release that was ever seen."""
        newest = catalogue.newest
        return (
            newest is None or newest.ordinal < self._newest or any(need not in catalogue.by_version for need in needs)
        )
