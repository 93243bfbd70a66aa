"""Publishing: bringing the log into a database so that readers see the old state or the new one, and nothing between.

SQLite (`replacing`): the file is copied, the copy migrated, loaded, verified and written out to the disk, and then
renamed over the file. PostgreSQL (`transacting`): the same in one transaction. Of two runs at once the second is
refused at once. The names of the steps are in `steps`, what is compared beforehand in `holding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import URL

from dataset.redactions import Redaction, redacted_in
from dataset.store import replacing, transacting
from dataset.store.addresses import parse_url, shown
from dataset.store.holding import Held, held_by, missing, unredacted
from dataset.store.migrating import revisions
from dataset.store.steps import Observer, Refused, ignore
from dataset.store.tables import HEAD
from dataset.store.work import Work

if TYPE_CHECKING:
    from dataset.log import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did: newest version before and after, versions that came in, revisions of the tables."""

    database: str
    dataset: str | None
    before: str | None
    newest: str | None
    loaded: tuple[str, ...]
    revision_before: str | None
    revision: str | None


def publish(
    address: str | URL, log: Sequence[Release], observer: Observer = ignore, *, replace: bool = False
) -> Outcome:
    """Bring the releases of the log that a database lacks into it; with `replace` all of them, into an emptied one.

    What the log has redacted since is taken out of the releases that the database holds.

    Raises:
        Refused: another run is at work; the database holds another dataset, another history or is not ours.
        Failed: anything else that kept the releases out; the database is as it was.
        ValueError: not the address of a database.
    """

    def gone(held: Held) -> Sequence[Redaction]:
        return () if replace else unredacted(held, log)

    plan = lambda held: missing(held, log, replace=replace)  # noqa: E731 - as short as it reads
    return _run(address, Work(plan, observer, fresh=replace, redactions=gone))


def redact(address: str | URL, wanted: Sequence[Redaction], observer: Observer = ignore) -> Outcome:
    """Take records out of every release that a database holds; those that are gone already are passed over.

    Raises: as `publish`.
    """

    def gone(held: Held) -> Sequence[Redaction]:
        known = redacted_in(release.manifest for release in held.releases)
        return [one for one in wanted if one.key not in known]

    return _run(address, Work(lambda _held: (), observer, redactions=gone))


def migrate(address: str | URL, observer: Observer = ignore, *, revision: str = HEAD) -> Outcome:
    """Bring the tables of a database to a revision, by default the newest, and load nothing.

    Raises:
        Refused: another run is at work, there is no such revision, or the database is not ours.
        Failed: anything else; the database is as it was.
        ValueError: not the address of a database.
    """
    known = revisions()
    if revision not in known:
        raise Refused(f"found revision {revision!r}; allowed: {', '.join(known)}")
    return _run(address, Work(lambda _held: (), observer, revision=revision))


def _run(address: str | URL, work: Work) -> Outcome:
    url = parse_url(address)
    before = held_by(url)
    after = before
    if not work.done(before):  # else no lock is needed, and a disk that is read-only does no harm
        sqlite = url.get_backend_name() == "sqlite"
        before, after = replacing.run(url, work) if sqlite else transacting.run(url, work)
    return _outcome(url, work, before, after)


def _outcome(url: URL, work: Work, before: Held, after: Held) -> Outcome:
    known = set() if work.fresh else {release.version for release in before.releases}
    return Outcome(
        database=shown(url),
        dataset=after.name,
        before=before.version,
        newest=after.version,
        loaded=tuple(release.version for release in after.releases if release.version not in known),
        revision_before=before.revision,
        revision=after.revision,
    )
