"""What happened to records: the log as followers read it, the history of one record, the net effect between releases.

All of it is read from the log's own table and from the versions of records; nothing is compared but the two bodies at
the ends of a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from api.catalogue import Catalogue
from dataset.canonical import Body, parse, prune
from dataset.difference import fields_changed
from dataset.queries.changes import find_changes_of, find_touched, find_versions
from dataset.store.tables import RECORDS

Key = tuple[str, str]


def change_members(row: Row[Any], catalogue: Catalogue) -> Body:
    """A change as it stands in the log, with version and day of its release in front."""
    release = catalogue.releases[row.release - 1]
    told = {
        "release": release.version,
        "date": release.date,
        "type": row.type,
        "id": row.id,
        "operation": row.operation,
        "reason": row.reason,
        "replaced_by": row.replaced_by,
        "digest": row.digest,
    }
    pruned: Body = prune(told)
    return pruned


def with_bodies(connection: Connection, rows: Sequence[Row[Any]]) -> list[str | None]:
    """The canonical body that each change brought; None where it brought none."""
    found: dict[tuple[str, str, int], str] = {}
    for type, group in groupby(sorted(rows, key=lambda row: (row.type, row.id)), key=lambda row: row.type):
        told = list(group)
        ids = sorted({row.id for row in told})
        earliest, latest = min(row.release for row in told), max(row.release for row in told)
        for version in connection.execute(find_versions(RECORDS[type], ids=ids, earliest=earliest, latest=latest)):
            found[type, version.id, version.since] = version.body
    return [found.get((row.type, row.id, row.release)) for row in rows]


def history_of(connection: Connection, catalogue: Catalogue, type: str, id: str, until: int) -> list[Body]:
    """Every change of a record up to a release, oldest first, changes field by field; empty for an unknown id."""
    rows = connection.execute(find_changes_of(type=type, ids=[id], after=0, until=until)).all()
    versions = connection.execute(find_versions(RECORDS[type], ids=[id], earliest=1, latest=until)).all()
    bodies = {version.since: version.body.encode() for version in versions}
    made = []
    before: bytes | None = None
    for row in rows:
        told = change_members(row, catalogue)
        after = bodies.get(row.release)
        if before is not None and after is not None:
            told["fields"] = _fields(before, after)
        made.append(told)
        before = after
    return made


def net_changes(
    connection: Connection,
    catalogue: Catalogue,
    *,
    ends: tuple[int, int],
    types: Sequence[str],
    place: Key | None,
    chunk: int,
) -> Iterator[tuple[Key, Body]]:
    """What makes the records of the one release those of the other, by type and id, behind `place`.

    Either may be the older one. A record that was touched and is the same at both ends is left out. `chunk` records are
    looked at together.
    """
    lower, upper = sorted(ends)
    while True:
        asked = find_touched(after=lower, until=upper, type=types, place=place, limit=chunk)
        keys: list[Key] = [(row[0], row[1]) for row in connection.execute(asked)]
        for type, group in groupby(keys, key=lambda key: key[0]):
            ids = [id for _, id in group]
            yield from _net(connection, catalogue, ends, type, ids)
        if len(keys) < chunk:
            return
        place = keys[-1]


def _net(
    connection: Connection, catalogue: Catalogue, ends: tuple[int, int], type: str, ids: Sequence[str]
) -> Iterator[tuple[Key, Body]]:
    (start, end), (lower, upper) = ends, sorted(ends)
    versions: dict[str, list[Row[Any]]] = defaultdict(list)
    for version in connection.execute(find_versions(RECORDS[type], ids=ids, earliest=lower, latest=upper)):
        versions[version.id].append(version)
    events: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(find_changes_of(type=type, ids=ids, after=lower, until=upper)):
        events[row.id].append(row)
    for id in ids:
        before, after = _valid(versions[id], start), _valid(versions[id], end)
        told = _effect(before, after)
        if told is None:
            continue
        last = events[id][-1]
        if told["operation"] == "withdrawn" and start < end and last.operation == "merged":
            told |= {"operation": "merged", "replaced_by": last.replaced_by}
        reasons = [
            prune({"release": catalogue.releases[row.release - 1].version, "reason": row.reason})
            for row in events[id]
            if row.reason
        ]
        yield (type, id), {"type": type, "id": id, **told, "reasons": reasons}


def _valid(versions: Iterable[Row[Any]], ordinal: int) -> Row[Any] | None:
    """The version that is valid in a release, if there is one."""
    return next(
        (one for one in versions if one.since <= ordinal and (one.until is None or one.until > ordinal)),
        None,
    )


def _effect(before: Row[Any] | None, after: Row[Any] | None) -> Body | None:
    """The members that say what made `after` of `before`; None when nothing did."""
    if after is None:
        return {"operation": "withdrawn"} if before else None
    if before is None:
        return {"operation": "added", "digest": after.digest, "body": parse(after.body)}
    if before.digest == after.digest:
        return None
    changed = _fields(before.body.encode(), after.body.encode())
    return {"operation": "changed", "digest": after.digest, "fields": changed}


def _fields(before: bytes, after: bytes) -> list[Body]:
    """The members that differ; one that was or is absent lacks `before` or `after`."""
    return [
        prune({"field": one.field, "before": one.before, "after": one.after}) for one in fields_changed(before, after)
    ]
