"""Taking records out of a database for good: every version of them, whatever is derived from them, every word of them.

What happened to them stays in the table of changes, with their digests. The manifests of the releases that held them
then say what is left (`dataset.redactions`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select, update

from dataset.canonical import canonical
from dataset.exports.snapshot import Snapshot
from dataset.redactions import Redaction, marked, redactions_of, remaining
from dataset.state import FILE_ORDER, digests_of, lines_of
from dataset.store.migrating import refill
from dataset.store.reading import StoredRelease, stored_releases
from dataset.store.tables import LINKS, RECORDS, releases
from dataset.store.verifying import Unsound


def redact(connection: Connection, wanted: Sequence[Redaction]) -> None:
    """Take records out, and write down what is left of each release that held one.

    Raises:
        Unsound: records that are not touched have not the digests of their manifest.
    """
    touched: dict[int, list[Redaction]] = defaultdict(list)
    known = stored_releases(connection)
    for one in wanted:
        table = RECORDS[one.type]
        versions = connection.execute(
            select(table.c.row, table.c.since, table.c.until).where(table.c.id == one.id)
        ).all()
        for release in known:
            if any(row.since <= release.ordinal < (row.until or release.ordinal + 1) for row in versions):
                touched[release.ordinal].append(one)
        rows = [row.row for row in versions]
        for links in LINKS[one.type]:
            connection.execute(delete(links).where(links.c.row.in_(rows)))
        connection.execute(delete(table).where(table.c.row.in_(rows)))
    for release in known:
        if release.ordinal in touched:
            _mark(connection, release, touched[release.ordinal])
    refill(connection)  # the search, and all else that is derived from several records


def _mark(connection: Connection, release: StoredRelease, gone: Iterable[Redaction]) -> None:
    """Write into the manifest of a release what is left of it."""
    snapshot = Snapshot.of(connection, release)
    found = digests_of(lambda type: ((lines_of(batch), len(batch)) for batch in snapshot.bodies(type)))
    changes = hashlib.sha256()
    for line in snapshot.changes():
        changes.update(line)
    all_gone = {**redactions_of(release.manifest), **{one.key: one for one in gone}}
    untouched = set(FILE_ORDER) - {type for type, _ in all_gone}
    told = remaining(release.manifest)["types"]
    if different := [type for type in sorted(untouched) if told.get(type, found.types[type]) != found.types[type]]:
        raise Unsound(f"release {release.version}: the {different[0]} have not the digest of the manifest")
    made = marked(
        release.manifest,
        all_gone.values(),
        sha256=found.state,
        types=found.types,
        counts=found.counts,
        changes_sha256=changes.hexdigest(),
    )
    values = {"sha256": found.state, "manifest": canonical(made).decode()}
    connection.execute(update(releases).where(releases.c.ordinal == release.ordinal).values(values))


def releases_with(connection: Connection, type: str, id: str) -> list[str]:
    """The versions of the releases that hold a record."""
    table = RECORDS[type]
    valid = (table.c.since <= releases.c.ordinal) & (table.c.until.is_(None) | (table.c.until > releases.c.ordinal))
    statement = select(releases.c.version).join(table, valid).where(table.c.id == id).order_by(releases.c.ordinal)
    return list(connection.execute(statement).scalars())
