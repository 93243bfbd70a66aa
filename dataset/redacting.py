"""Redacting the log: the body of a record is taken out of every change-set, at once and for good.

`redactions.json` is written first, in one rename: from then on nobody who reads the log sees the body. Then the
change-sets themselves are emptied; a run that is killed in between is made up for by the next one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dataset.canonical import Body, digest, parse
from dataset.durable import sync
from dataset.exports.layout import layout
from dataset.log import Release, Replay, from_manifest, read_log
from dataset.redactions import FILE, MEMBER, Redaction, marked, read_redactions, redactions_text
from dataset.releasing import write_changelog
from dataset.schemas import TYPES
from dataset.state import State, digests
from dataset.store.steps import Observer, Steps, ignore

TELL = "tell"
EMPTY = "empty"
#: The steps of redacting a log.
STEPS = (TELL, EMPTY)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a redaction would reach: the releases that hold the record, and the records of the newest that name it."""

    releases: tuple[str, ...]
    referring: tuple[str, ...]


def reach(releases: Sequence[Release], type: str, id: str) -> Reach:
    """What a redaction reaches in a log."""
    past, holding = Replay(), []
    for release in releases:
        past.apply(release)
        if id in past.state.get(type, {}):
            holding.append(release.version)
    return Reach(tuple(holding), tuple(referring(past.state, type, id)))


def referring(state: State, type: str, id: str) -> Iterator[str]:
    """The records of a state that name a record, as type and id."""
    mark = f'"{id}"'.encode()
    for kind in TYPES:
        paths = [column.path for column in layout(kind).columns if column.reference == type]
        lists = [
            (link.path, column.path)
            for link in layout(kind).links
            for column in link.columns
            if column.reference == type
        ]
        for other, data in state.get(kind, {}).items():
            if (paths or lists) and mark in data and _names(parse(data), paths, lists, id):
                yield f"{kind}/{other}"


def _names(
    body: Body, paths: Sequence[Sequence[str]], lists: Sequence[tuple[Sequence[str], Sequence[str]]], id: str
) -> bool:
    if any(_at(body, path) == id for path in paths):
        return True
    return any(_at(item, path) == id for where, path in lists for item in _at(body, where) or ())


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def redact_log(folder: Path, wanted: Redaction, observer: Observer = ignore) -> bool:
    """Take the body of a record out of a log; whether anything was to be done.

    Raises:
        Problems: the log is damaged.
        OSError: the disk does not take it; the log is as it was, or redacted.
    """
    steps = Steps(observer)
    known, _ = read_redactions(folder)
    told = wanted.key in {one.key for one in known}
    with steps.step(TELL):
        if not told:
            _tell(folder, [*known, wanted])
    releases = read_log(folder)
    emptied = False
    with steps.step(EMPTY, len(releases)) as progress:
        for done, release in enumerate(releases, 1):
            emptied = _empty(release) or emptied
            progress(done)
    write_changelog(folder)
    return emptied or not told


def _tell(folder: Path, redactions: Sequence[Redaction]) -> None:
    """Write down what is redacted, and what is left of each release."""
    gone = {one.key: one for one in redactions}
    past, left = Replay(), dict[str, Body]()
    for release in read_log(folder):
        changes = tuple(replace(one, body=None) if (one.type, one.id) in gone else one for one in release.changes)
        held = {key for key in gone if key in past.redacted}
        for change in changes:
            if (change.type, change.id) in gone:
                (held.add if change.digest else held.discard)((change.type, change.id))
        if not held:
            past.apply(release)
            continue
        bare = {name: value for name, value in release.manifest.items() if name != MEMBER}
        provisional = _left(past, from_manifest(bare, held=changes), [gone[key] for key in held])
        past.apply(from_manifest(provisional, held=changes))
        left[release.version] = provisional[MEMBER]
    _write(folder / FILE, redactions_text(redactions, left).encode())


def _left(past: Replay, release: Release, gone: Sequence[Redaction]) -> Body:
    """The manifest of a release with what is left of it."""
    keys = {one.key for one in gone}
    state = {type: dict(records) for type, records in past.state.items()}
    for change in release.changes:
        if (change.type, change.id) in keys:
            continue
        records = state.setdefault(change.type, {})
        if change.body is None:
            records.pop(change.id, None)
        else:
            records[change.id] = change.data()
    sums = digests(state)
    lines = digest(b"".join(change.line() for change in release.changes))
    return marked(release.manifest, gone, sha256=sums.state, types=sums.types, counts=sums.counts, changes_sha256=lines)


def _empty(release: Release) -> bool:
    """Write a change-set anew, without the bodies that are redacted; whether there were any."""
    assert release.path is not None
    file = release.path / "changes.jsonl"
    text = b"".join(change.line() for change in release.changes)
    if not release.redactions or file.read_bytes() == text:
        return False
    _write(file, text)
    return True


def _write(file: Path, data: bytes) -> None:
    beside = file.with_name(f".{file.name}-new")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        sync(file.parent)
    finally:
        beside.unlink(missing_ok=True)
