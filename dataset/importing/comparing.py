"""The next release of a database: what the stage holds against what the database holds, as one more change-set.

The change-set stays in the stage and is streamed from there into the database, so its length costs no memory.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import orjson
from sqlalchemy import URL, select

from dataset.canonical import parse
from dataset.importing.descriptor import Descriptor
from dataset.importing.stage import NAMES, ORDER, Stage
from dataset.log import OPERATIONS, Change, Release, from_manifest
from dataset.problems import Problem, Problems, shown
from dataset.redactions import Redaction, marked, redacted_in
from dataset.schemas import SCHEMA_VERSION
from dataset.state import digests_of
from dataset.store.database import Database
from dataset.store.holding import Held
from dataset.store.readied import Aside, Readied
from dataset.store.reading import ENDS
from dataset.store.steps import Refused
from dataset.store.tables import RECORDS, changes
from dataset.versions import Version, smallest_step

FIRST: Final = "1.0.0"
_BATCH = 2000
#: Lines that are joined at a time; the longest ones together stay below what SQLite takes as one value.
_JOINED = 400

_SAME = """
INSERT OR IGNORE INTO stay
SELECT r.row FROM record r JOIN held h ON h.type = r.type AND h.id = r.id WHERE h.digest = r.digest
"""
_NEW = """
INSERT INTO change
SELECT r.type, r.id, CASE WHEN h.id IS NULL THEN 'added' ELSE 'changed' END, r.row
FROM record r LEFT JOIN held h ON h.type = r.type AND h.id = r.id
WHERE r.row NOT IN stay
ORDER BY r.type, r.id
"""
_GONE = """
INSERT INTO change
SELECT h.type, h.id, 'withdrawn', NULL FROM held h
WHERE NOT EXISTS (
    SELECT 1 FROM record r WHERE r.type = h.type AND r.id = h.id AND r.row NOT IN (SELECT row FROM rejected))
"""
#: The lines of the changes of a type, as `Change.line()` makes them: canonical JSON is sorted by name, and ids, digests
#: and operations need no escapes.
_LINES = """
SELECT
    coalesce('{"body":' || r.body || ',"digest":"' || r.digest || '",', '{')
    || '"id":"' || c.id || '","operation":"' || c.operation || '",'
    || CASE c.operation WHEN 'added' THEN '' ELSE '"reason":' || :reason || ',' END
    || '"type":"' || :name || '"}' || char(10) AS line, c.id AS at
FROM change c LEFT JOIN record r ON r.row = c.row WHERE c.type = :type AND c.id > :at ORDER BY c.id
"""
#: The lines of the file of a type.
_BODIES = """
SELECT body || char(10) AS line, sort AS at
FROM record WHERE type = :type AND sort > :at AND row NOT IN (SELECT row FROM rejected) ORDER BY sort
"""
_WITHDRAWN = "SELECT type, id FROM change WHERE operation = 'withdrawn' ORDER BY type, id LIMIT ?"
_KEPT_OUT = """
SELECT count(*) FROM change c JOIN record r ON r.type = c.type AND r.id = c.id WHERE c.operation = 'withdrawn'
"""


def hold(stage: Stage, address: str | URL, held: Held, told: Sequence[Redaction]) -> None:
    """Put into the stage which records the database holds now, and which ids it will never hold again.

    `told` are the redacted records of the package.

    Raises:
        Refused: the database holds one of them.
    """
    if held.newest is not None:
        _hold(stage, address)
    known = {one.key: one for one in told} | redacted_in(one.manifest for one in held.releases)
    stage.end((one.type, one.id, f"redacted on {one.date}: {one.reason}") for one in known.values())
    for one in told:
        if stage.holds(one.type, one.id):
            message = "the package says that it is redacted, and the database holds it: take it out there first"
            raise Refused(f"{one.type}/{one.id}: {message}: onrecord redact {one.type} {one.id} --reason …")


def _hold(stage: Stage, address: str | URL) -> None:
    with closing(Database(address)) as database, database.read() as reading:
        connection = reading.execution_options(yield_per=_BATCH)
        for type, table in RECORDS.items():
            rows = connection.execute(select(table.c.id, table.c.digest).where(table.c.until.is_(None)))
            stage.hold(type, ((row.id, row.digest) for row in rows))
        ended = select(changes.c.type, changes.c.id, changes.c.operation).where(changes.c.operation.in_(ENDS))
        rows = connection.execute(ended)
        stage.end((row.type, row.id, f"{row.operation} in an earlier release") for row in rows)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a load would do: number of changes by operation, some of the withdrawn records as `type/id`, and how many of
    the withdrawn ones are so because their rows were rejected.
    """

    counts: dict[str, int]
    withdrawn: list[str]
    kept_out: int

    @property
    def empty(self) -> bool:
        """Whether the database holds just this already."""
        return not any(self.counts.values())


def compare(stage: Stage, some: int) -> Gap:
    """The change-set, put into the stage; `some` withdrawn records are named."""
    db = stage.db
    db.execute("INSERT INTO stay SELECT row FROM rejected")
    db.execute(_SAME)
    db.execute(_NEW)
    db.execute(_GONE)
    stage.share()
    found = dict(db.execute("SELECT operation, count(*) FROM change GROUP BY operation"))
    withdrawn = [f"{NAMES[type]}/{id}" for type, id in db.execute(_WITHDRAWN, (some,))]
    return Gap({name: found.get(name, 0) for name in OPERATIONS}, withdrawn, db.execute(_KEPT_OUT).fetchone()[0])


@dataclass(frozen=True, slots=True)
class Staged(Readied):
    """A release whose change-set lies in a stage; `gone` are the redacted records, which its files tell of."""

    stage: Stage | None = field(default=None, repr=False)
    reason: str = ""
    gone: Sequence[Redaction] = ()

    @property
    def aside(self) -> Aside:
        """The connections to the file of the stage."""
        assert self.stage is not None
        return self.stage.aside

    @property
    def told(self) -> str:
        """The reason of every change that needs one."""
        return self.reason

    def seal(self) -> None:
        """Put the digests into the manifest, unless they are there."""
        if "sha256" in self.manifest:
            return
        db = self.aside.digests
        changed = _changes_digest(db, self.reason)
        found = digests_of(lambda type: _joined(db, _BODIES, {"type": ORDER[type]}))
        state, types, counts = found.state, found.types, found.counts
        self.manifest.update(sha256=state, types=types, counts=counts, changes_sha256=changed)
        if self.gone:  # its records name what is not there, and its files say so
            self.manifest.update(
                marked(self.manifest, self.gone, sha256=state, types=types, counts=counts, changes_sha256=changed)
            )

    @property
    def changes(self) -> Iterator[Change]:
        """The changes, by type and id."""
        return (Change(**parse(line)) for line in self.lines)

    @property
    def lines(self) -> Iterator[bytes]:
        """The lines of the changes, by type and id."""
        assert self.stage is not None
        db, lines = self.stage.db, f"SELECT CAST(line AS BLOB) FROM ({_LINES})"  # noqa: S608 - our own statement
        return (line for given in _given(self.reason) for (line,) in db.execute(lines, {**given, "at": ""}))


def release(stage: Stage, held: Held, gap: Gap, descriptor: Descriptor, *, name: str, reason: str) -> Staged:
    """The release that brings a database from what it holds to what the stage holds, not sealed.

    Raises:
        Problems: version or date of the descriptor do not follow those of the database.
    """
    version, day = _version(held, gap, descriptor), _day(held, descriptor)
    manifest = {
        "name": name,
        "version": version,
        "ordinal": len(held.releases) + 1,
        "parent": held.version,
        "date": day,
        "schema_version": SCHEMA_VERSION,
        "notes": f"The package {name} {version}, loaded as a whole.",
        "changes": gap.counts,
    }
    made = from_manifest(manifest)
    return Staged(
        made.ordinal,
        made.version,
        made.parent,
        made.date,
        made.schema_version,
        made.notes,
        manifest,
        stage=stage,
        reason=reason,
        gone=descriptor.redactions,
    )


def past(held: Held) -> list[Release]:
    """The releases that a database holds, as a log whose change-sets nobody will ask for."""
    return [from_manifest(stored.manifest) for stored in held.releases]


def _changes_digest(db: sqlite3.Connection, reason: str) -> str:
    found = hashlib.sha256()
    for given in _given(reason):
        for lines, _ in _joined(db, _LINES, given):
            found.update(lines)
    return found.hexdigest()


def _given(reason: str) -> Iterator[dict[str, object]]:
    """What the lines of the change-set are made of besides what lies in the stage, type after type."""
    told = orjson.dumps(reason).decode()
    for number, name in enumerate(NAMES):
        yield {"type": number, "name": name, "reason": told}


def _joined(db: sqlite3.Connection, statement: str, given: dict[str, object]) -> Iterator[tuple[bytes, int]]:
    """The lines that a statement gives behind the place `at`, many as one, and how many these are.

    SQLite joins them, for it takes the interpreter back at each row that it gives: this thread and the one that loads
    would wait for one another all the time.
    """
    many = f"SELECT CAST(group_concat(line, '') AS BLOB), count(*), max(at) FROM ({statement} LIMIT {_JOINED})"  # noqa: S608 - our own statements
    at = ""
    while True:
        lines, number, at = db.execute(many, {**given, "at": at}).fetchone()
        if not number:
            return
        yield lines, number


def _version(held: Held, gap: Gap, descriptor: Descriptor) -> str:
    if held.newest is None:
        return descriptor.version or FIRST
    parent = Version.parse(held.newest.version)
    resized = bool(gap.counts["added"] or gap.counts["withdrawn"])
    step = smallest_step(parent, resized=resized, schema_before=held.newest.schema_version, schema_now=SCHEMA_VERSION)
    least = parent.steps()[step]
    if descriptor.version is None:
        return str(least)
    if Version.parse(descriptor.version) < least:
        message = f"the version does not follow {parent}, which the database holds"
        allowed = f"{least} or above, or none"
        raise Problems([Problem(message=message, field="version", found=descriptor.version, allowed=allowed)])
    return descriptor.version


def _day(held: Held, descriptor: Descriptor) -> str:
    last = held.newest.date if held.newest else None
    if descriptor.date is None:
        return max(datetime.now(UTC).date().isoformat(), last or "")
    if last is not None and descriptor.date < last:
        message, allowed = "the date is before the last release's", f"{last} or later, or none"
        raise Problems([Problem(message=message, field="created", found=shown(descriptor.date), allowed=allowed)])
    return descriptor.date
