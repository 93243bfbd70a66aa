"""The log of the dataset: one change-set a release, frozen on disk; every state is a reading of it.

    releases/<version>/manifest.json    what the release is, its counts and digests
    releases/<version>/changes.jsonl    a change a line, canonical JSON, by type and id
    releases/redactions.json            records whose bodies were taken out (`dataset.redactions`), where there are any

Version *n* is version *n − 1* plus one change-set. Nothing in a released folder ever changes, but for those bodies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from dataset.canonical import Body, canonical, digest, encode, parse
from dataset.problems import Problem, Problems
from dataset.redactions import MEMBER, Key, Redaction, read_redactions, redactions_of, remaining
from dataset.state import digests
from dataset.versions import Version

Operation = Literal["added", "changed", "merged", "withdrawn"]
OPERATIONS: Final[tuple[Operation, ...]] = get_args(Operation)


@dataclass(frozen=True, slots=True)
class Change:
    """What a release does to one record.

    `body` and `digest` are there when it is added or changed (`body` not when it was redacted), `reason` when it is
    anything but added, `replaced_by` when it is merged: the id of the record that it is now part of.
    """

    type: str
    id: str
    operation: Operation
    body: Body | None = None
    digest: str | None = None
    reason: str | None = None
    replaced_by: str | None = None

    def data(self) -> bytes:
        """The canonical bytes of its body."""
        assert self.body is not None
        return canonical(self.body)

    def line(self) -> bytes:
        """The change as it stands in `changes.jsonl`, line end included."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return canonical(members) + b"\n"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the log. `manifest` holds all of `manifest.json`; the other members are the parts that code uses."""

    ordinal: int
    version: str
    parent: str | None
    date: str
    schema_version: str
    notes: str
    manifest: dict[str, Any]
    path: Path | None = None
    held: tuple[Change, ...] = field(default=(), repr=False)

    @property
    def changes(self) -> Iterator[Change]:
        """The changes one by one, read from the disk unless the release was made in memory.

        Raises:
            Problems: a line is not a change; the message names file and line.
        """
        if self.path is None:
            return iter(self.held)
        found = _read_changes(self.path / "changes.jsonl")
        gone = self.redactions
        # what is redacted is not read, also when a run was killed before it emptied the file
        return (replace(one, body=None) if (one.type, one.id) in gone else one for one in found) if gone else found

    @property
    def lines(self) -> Iterator[bytes]:
        """The changes as lines of JSON, as they lie on the disk; nothing is checked."""
        if self.path is None:
            yield from (_line(change) for change in self.held)
            return
        with (self.path / "changes.jsonl").open("rb") as stream:
            yield from stream

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return str(self.manifest["name"])

    @property
    def sha256(self) -> str:
        """Digest of the whole state, as far as it was not redacted."""
        return str(remaining(self.manifest)["sha256"])

    @property
    def redactions(self) -> dict[Key, Redaction]:
        """The redacted records that the release held."""
        return redactions_of(self.manifest)


def _line(change: Change) -> bytes:
    members = ((name, getattr(change, name)) for name in change.__slots__)
    return encode({name: value for name, value in members if value is not None})


def from_manifest(manifest: dict[str, Any], path: Path | None = None, held: tuple[Change, ...] = ()) -> Release:
    """A release from its manifest.

    Raises:
        KeyError: the manifest lacks a member.
    """
    return Release(
        ordinal=manifest["ordinal"],
        version=manifest["version"],
        parent=manifest.get("parent"),
        date=manifest["date"],
        schema_version=manifest["schema_version"],
        notes=manifest["notes"],
        manifest=manifest,
        path=path,
        held=held,
    )


def read_log(folder: Path) -> list[Release]:
    """The releases in order, oldest first; an absent folder is an empty log.

    Raises:
        Problems: a manifest is missing or broken, or the releases do not follow one another.
    """
    releases: list[Release] = []
    problems: list[Problem] = []
    _, redacted = read_redactions(folder)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(".") or not path.is_dir():
            continue
        file = path / "manifest.json"
        try:
            manifest = json.loads(file.read_text("utf-8"))
            if left := redacted.get(manifest["version"]):
                manifest[MEMBER] = left
            releases.append(from_manifest(manifest, path))
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems.append(Problem(message=f"no readable manifest: {error}", file=str(file)))
    if problems:
        raise Problems(problems)
    releases.sort(key=lambda release: release.ordinal)
    parent: str | None = None
    for ordinal, release in enumerate(releases, 1):
        if (release.ordinal, release.parent) != (ordinal, parent):
            found = f"number {release.ordinal} after {release.parent}"
            problems.append(
                Problem(
                    message=f"release {release.version} does not follow the one before",
                    file=str(folder / release.version / "manifest.json"),
                    found=found,
                    allowed=f"number {ordinal} after {parent}",
                )
            )
            raise Problems(problems)
        if parent and Version.parse(parent) >= Version.parse(release.version):
            message = f"release {release.version} is not above {parent}"
            raise Problems([Problem(message=message, file=str(folder / release.version / "manifest.json"))])
        parent = release.version
    return releases


def _read_changes(file: Path) -> Iterator[Change]:
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                change = Change(**parse(line))
            except (ValueError, TypeError) as error:
                problem = Problem(message=f"not a change: {error}", file=str(file), line=number)
                raise Problems([problem]) from None
            if change.operation not in OPERATIONS:
                allowed = ", ".join(OPERATIONS)
                message = "no such operation"
                raise Problems(
                    [Problem(message=message, file=str(file), line=number, found=change.operation, allowed=allowed)]
                )
            yield change


class Replay:
    """The state that results from the log, change-set by change-set, and what must never come back.

    `state` is type -> id -> canonical bytes; `tombstones` type -> id -> the change that took the record away;
    `redacted` are the records that would be in the state, had their bodies not been taken out.
    """

    def __init__(self) -> None:
        self.state: dict[str, dict[str, bytes]] = {}
        self.tombstones: dict[str, dict[str, Change]] = {}
        self.redacted: dict[Key, Redaction] = {}

    def apply(self, release: Release) -> None:
        """Add one release.

        Raises:
            Problems: a change does not fit the state before it, or the state does not have the digests of the manifest.
        """
        problems: list[Problem] = []
        counts = dict.fromkeys(OPERATIONS, 0)
        redactions = release.redactions
        for change in release.changes:
            counts[change.operation] += 1
            redaction = redactions.get((change.type, change.id))
            if message := self._misfit(change, redaction):
                problems.append(Problem(message=message, file=release.version, record=f"{change.type}/{change.id}"))
                continue
            records = self.state.setdefault(change.type, {})
            if redaction:
                self.redacted[redaction.key] = redaction
            elif change.body is None:
                records.pop(change.id, None)
                self.redacted.pop((change.type, change.id), None)
                self.tombstones.setdefault(change.type, {})[change.id] = change
            else:
                records[change.id] = canonical(change.body)
        if problems:
            raise Problems(problems)
        found = digests(self.state)
        held = {"sha256": found.state, "types": found.types, "counts": found.counts, "changes": counts}
        told = {**release.manifest, **remaining(release.manifest)}
        for member, value in held.items():
            if told.get(member) != value:
                problems.append(
                    Problem(
                        message="the log does not give what its manifest says",
                        file=release.version,
                        field=member,
                        found=str(value),
                        allowed=str(told.get(member)),
                    )
                )
        if problems:
            raise Problems(problems)

    def _misfit(self, change: Change, redaction: Redaction | None) -> str | None:
        exists = change.id in self.state.get(change.type, {}) or (change.type, change.id) in self.redacted
        if change.id in self.tombstones.get(change.type, {}):
            return "the id was withdrawn or merged before and is never used again"
        if (change.operation == "added") == exists:
            return f"{change.operation}, though it {'exists' if exists else 'does not exist'}"
        if (change.operation in ("added", "changed")) != (change.body is not None or redaction is not None):
            return f"{change.operation} {'without' if change.body is None else 'with'} a body"
        if change.body is not None and change.digest != digest(canonical(change.body)):
            return "the body does not have the digest that is written beside it"
        if change.operation != "added" and not change.reason:
            return f"{change.operation} without a reason"
        if (change.operation == "merged") != (change.replaced_by is not None):
            return "a merged record, and no other, names the one that replaces it"
        return None


def replay(releases: list[Release]) -> Replay:
    """The state after the last of the releases, every digest on the way recomputed.

    Raises:
        Problems: as `Replay.apply`.
    """
    result = Replay()
    for release in releases:
        result.apply(release)
    return result


def bodies(state: Mapping[str, Mapping[str, bytes]]) -> dict[str, dict[str, Body]]:
    """A state as bodies."""
    return {type: {id: parse(data) for id, data in records.items()} for type, records in state.items()}
