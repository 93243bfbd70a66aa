"""What one run is to do inside the database, the same on both engines: migrate, load, verify, gather statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Executable, Index, inspect, text
from sqlalchemy.schema import CreateIndex

from dataset.derived.keeping import keep
from dataset.pool import Pool, cores, pool
from dataset.search.filling import fill, unindexed
from dataset.search.gathering import gathering
from dataset.store.holding import Held, held_in
from dataset.store.loading import enter, load
from dataset.store.migrating import move
from dataset.store.older import wanting
from dataset.store.readied import Readied, shared
from dataset.store.reading import newest_release
from dataset.store.redacting import redact
from dataset.store.steps import INDEX, LOAD, MIGRATE, OPTIMIZE, POSITIONS, REDACT, SEARCH, VERIFY, Observer, Steps
from dataset.store.tables import HEAD, metadata
from dataset.store.verifying import verify

if TYPE_CHECKING:
    from dataset.log import Release
    from dataset.redactions import Redaction


#: From so many changes on another process helps, and an empty database is indexed after it is filled.
MANY = 20_000


@dataclass(frozen=True, slots=True)
class Work:
    """Which releases to load, given what is there; at which revision the tables shall be; whether to begin afresh.

    `redactions`: the records to take out, given what is there.
    """

    plan: Callable[[Held], Sequence[Release]]
    observer: Observer
    revision: str = HEAD
    fresh: bool = False
    redactions: Callable[[Held], Sequence[Redaction]] = lambda _held: ()

    def done(self, held: Held) -> bool:
        """Whether the database is already as it shall be.

        Raises:
            Refused: it holds what must not be touched.
        """
        return not self.plan(held) and held.revision == self.revision and not self.redactions(held)


def carry_out(
    connection: Connection,
    releases: Sequence[Release],
    gone: Sequence[Redaction],
    work: Work,
    steps: Steps,
    *,
    name: str,
    empty: bool,
    alongside: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Held:
    """Migrate, take out, load and verify within the transaction of `connection`; what the database `name` holds then.

    Nothing is written any more when it is verified, within what `alongside` gives.

    A database that is `empty`, and that nobody reads therefore, is filled first and indexed then where there is much to
    fill it with: that takes half the time.

    Raises:
        Inconsistent: the log does not fit together.
        Unsound: the database does not hold afterwards what the newest manifest says.
    """
    with steps.step(MIGRATE):
        move(connection, work.revision)
    total = sum(sum(release.manifest["changes"].values()) for release in releases)
    with steps.step(REDACT, len(gone)) as progress:
        if gone:
            redact(connection, gone)
            progress(len(gone))
    many = total >= MANY
    later = _take_indexes(connection) if empty and many else []
    readied = _readied(connection, releases)
    words = gathering(readied, shared(connection)) if readied and empty else nullcontext()
    if readied and not empty:
        enter(connection, readied)
    # what is written is written here: more than two helpers would wait
    with pool(2 if many and cores() > 1 and not (readied and empty) else 0) as helpers, words as bring:
        with steps.step(LOAD, total) as progress:
            loaded = 0
            for release in releases:
                loaded = _load(connection, release, helpers, loaded, progress)
        indexes: list[Executable] = [*map(CreateIndex, later), *(wanting(connection) if work.revision == HEAD else [])]
        with steps.step(INDEX, len(indexes)) as progress:
            for done, index in enumerate(indexes, 1):
                connection.execute(index)
                progress(done)
        with steps.step(POSITIONS, len(releases)) as progress:
            if releases:
                keep(connection, releases[0].ordinal, progress)
        with steps.step(SEARCH, unindexed(connection) if releases else 0) as progress:
            if bring:
                shared(connection)
                bring()
            elif releases:
                fill(connection, releases[0].ordinal, progress, empty=empty, pool=helpers)
    if readied and empty:
        enter(connection, readied)  # its digests were found out meanwhile
    with steps.step(OPTIMIZE):
        for table in sorted(set(inspect(connection).get_table_names()) & set(metadata.tables)):
            connection.execute(text(f"ANALYZE {table}"))
    newest = newest_release(connection) if releases or gone else None
    records = sum(newest.manifest["counts"].values()) if newest else 0
    with steps.step(VERIFY, records) as progress, alongside():
        if newest:
            verify(connection, newest, progress)
    return held_in(connection, name)


def _readied(connection: Connection, releases: Sequence[Release]) -> Readied | None:
    """The release to load when it is one whose rows lie ready, and the database can take them as they are."""
    if connection.dialect.name == "sqlite" and len(releases) == 1 and isinstance(releases[0], Readied):
        return releases[0]
    return None


def _take_indexes(connection: Connection) -> list[Index]:
    """Drop the indexes that loading does not need itself; those to create again afterwards."""
    taken = [index for table in metadata.sorted_tables for index in table.indexes if not index.unique]
    for index in taken:
        index.drop(connection)
    return sorted(taken, key=lambda index: str(index.name))


def _load(connection: Connection, release: Release, helpers: Pool, before: int, progress: Callable[[int], None]) -> int:
    """Load one release; `before` changes of others are in already. How many are in then."""
    now = before
    for done in load(connection, release, helpers):
        now = before + done
        progress(now)
    return now
