"""Whether all that is kept is still whole: the records in the database, the log on the disk, the files for download.

Everything is recomputed from the bytes and compared with the digests that were written down when it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Connection

from dataset.canonical import prune
from dataset.exports.artefacts import CHECKSUMS
from dataset.exports.index import INDEX, Index, checksums, file_digest, is_current, read_index
from dataset.exports.snapshot import Snapshot
from dataset.log import Release, read_log
from dataset.problems import Problem, Problems
from dataset.redactions import remaining
from dataset.state import FILE_ORDER, lines_of
from dataset.store.database import Database
from dataset.store.reading import StoredRelease, stored_releases
from dataset.store.steps import Observer, Refused, Steps, ignore


@dataclass(frozen=True, slots=True)
class Checked:
    """A release that was looked at: the number of its records, and of its files (None: they are not built)."""

    version: str
    records: int
    files: int | None


@dataclass(slots=True)
class Verification:
    """What was looked at and what is wrong with it."""

    checked: list[Checked] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that are no mere remarks."""
        return [problem for problem in self.problems if problem.severity == "error"]


def verify(
    address: str | URL, files: Path, log: Path, versions: Sequence[str] = (), observer: Observer = ignore
) -> Verification:
    """Verify these releases of a database, or all, with their files and their entries in the log.

    Raises:
        Refused: the database holds no release of such a version.
        NotReady: there is no database.
        ValueError: not the address of a database.
    """
    steps = Steps(observer)
    found = Verification()
    try:
        logged = {release.version: release for release in read_log(log)}
    except Problems as error:
        found.problems += error.problems
        logged = {}
    with closing(Database(address)) as database, database.read() as connection:
        stored = stored_releases(connection)
        known = {release.version for release in stored}
        if unknown := [version for version in versions if version not in known]:
            raise Refused(
                f"the database holds no release {unknown[0]!r}; allowed: {', '.join(sorted(known)) or 'none'}"
            )
        for release in stored:
            if versions and release.version not in versions:
                continue
            records = sum(remaining(release.manifest)["counts"].values())
            found.problems += _database(connection, release, steps)
            found.problems += _log(release, logged.get(release.version))
            index, problems = _files(files, release, steps)
            found.problems += problems
            found.checked.append(Checked(release.version, records, len(index.files) if index else None))
    return found


def _problem(place: str, message: str, found: object = None, allowed: object = None) -> Problem:
    return Problem(
        message=message,
        file=place,
        found=None if found is None else str(found),
        allowed=None if allowed is None else str(allowed),
    )


def _database(connection: Connection, release: StoredRelease, steps: Steps) -> Iterator[Problem]:
    """The records of a release and its change-set, as the database holds them."""
    snapshot = Snapshot.of(connection, release)
    place = f"database, release {release.version}"
    left = remaining(release.manifest)
    whole = hashlib.sha256()
    done = 0
    with steps.step(f"records of {release.version}", sum(snapshot.counts.values())) as progress:
        for type in FILE_ORDER:
            one, count = hashlib.sha256(), 0
            for batch in snapshot.bodies(type):
                data = lines_of(batch)
                one.update(data)
                whole.update(data)
                count += len(batch)
                progress(done + count)
            done += count
            if count != snapshot.counts[type]:
                yield _problem(place, f"another number of {type}", count, snapshot.counts[type])
            if one.hexdigest() != left["types"][type]:
                yield _problem(place, f"another digest of {type}", one.hexdigest(), left["types"][type])
    if whole.hexdigest() != release.sha256:
        yield _problem(place, "another digest of the state", whole.hexdigest(), release.sha256)
    expected = left["changes_sha256"]
    changes = hashlib.sha256()
    for line in snapshot.changes():
        changes.update(line)
    if expected and changes.hexdigest() != expected:
        yield _problem(place, "another digest of the change-set", changes.hexdigest(), expected)


def _log(release: StoredRelease, logged: Release | None) -> Iterator[Problem]:
    """The entry of a release in the log; what came by another way has none there, whoever else's log it may be."""
    if logged is None or logged.path is None or logged.name != release.dataset:
        return
    place = logged.path / "manifest.json"
    if prune(logged.manifest) != prune(release.manifest):
        yield _problem(str(place), "another manifest than in the database", logged.sha256, release.sha256)
    expected = remaining(logged.manifest)["changes_sha256"]
    file = logged.path / "changes.jsonl"
    try:
        found = file_digest(file)
    except OSError as error:
        yield _problem(str(file), f"cannot be read: {error.strerror}")
        return
    if expected and found != expected:
        yield _problem(str(file), "another digest than its manifest gives", found, expected)


def _files(folder: Path, release: StoredRelease, steps: Steps) -> tuple[Index | None, list[Problem]]:
    """The files of a release for download."""
    try:
        index = read_index(folder, release.version)
    except ValueError as error:
        return None, [Problem(message=str(error))]
    if index is None:
        return None, []
    return index, list(_compared(folder / release.version, index, release, steps))


def _compared(place: Path, index: Index, release: StoredRelease, steps: Steps) -> Iterator[Problem]:
    again = f"; `onrecord build --force {release.version}` makes them again"
    if not is_current(index, release.version, release.sha256):
        yield _problem(str(place), f"files of another state of the release, or of another Onrecord{again}")
    listed = {file.name for file in index.files}
    for extra in sorted(path.name for path in place.iterdir() if path.name not in listed | {INDEX}):
        yield _problem(str(place / extra), "is not in the index")
    expected = checksums({file.name: file.sha256 for file in index.files if file.name != CHECKSUMS})
    with steps.step(f"files of {release.version}", sum(file.bytes for file in index.files)) as progress:
        done = 0
        for file in index.files:
            path = place / file.name
            try:
                size, sha256 = path.stat().st_size, file_digest(path)
            except OSError as error:
                yield _problem(str(path), f"cannot be read: {error.strerror}{again}")
                continue
            if (size, sha256) != (file.bytes, file.sha256):
                found, allowed = f"{size} bytes, {sha256}", f"{file.bytes} bytes, {file.sha256}"
                yield _problem(str(path), f"is not the file that was built{again}", found, allowed)
            elif file.name == CHECKSUMS and path.read_bytes() != expected.encode():
                yield _problem(str(path), f"does not say what the index says{again}")
            done += file.bytes
            progress(done)
