"""Building the files of releases: made beside the target and renamed, so that a release has all of its files or none.

    <files>/<version>/…           the files of a release and their index
    <files>/.building-<version>/  files in the making; swept away by the next run when this one was killed
    <files>/.old-<version>/       files that are being replaced; put back by the next run when this one was killed
    <files>/.lock                 held by the run that is at work

Two builds of one release on one lock of dependencies are equal byte for byte: every time stamp is the release's.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
from sqlalchemy import URL

from dataset.durable import sync
from dataset.exports.archive import compress, pack
from dataset.exports.artefacts import CHECKSUMS, Artefact, archive_name, artefacts, database_name, delta_name
from dataset.exports.describing import describe, early, late
from dataset.exports.descriptors.about import About
from dataset.exports.descriptors.reading import facts
from dataset.exports.index import INDEX, File, Index, checksums, file_digest
from dataset.exports.placing import lock, place, sweep
from dataset.exports.snapshot import Snapshot
from dataset.exports.sqlitefile import Dangling, SQLiteFile
from dataset.exports.standing import Built, chosen, lacking_files
from dataset.exports.tables import write_type
from dataset.redactions import redactions_of, remaining
from dataset.state import FILE_ORDER
from dataset.store.addresses import NotReady
from dataset.store.database import Database
from dataset.store.reading import StoredRelease, stored_releases, unmap
from dataset.store.steps import LOCK, RENAME, SWEEP, SYNC, Observer, Steps, ignore

RECORDS: Final = "records"
DATABASE: Final = "database"
DELTA: Final = "delta"
DIGEST: Final = "digest"
PACK: Final = "pack"
DESCRIBE: Final = "describe"
#: The steps of a run, those between sweep and rename once a release.
STEPS: Final = (LOCK, SWEEP, RECORDS, DATABASE, DELTA, DIGEST, PACK, DESCRIBE, SYNC, RENAME)


class Unsound(Exception):  # noqa: N818 - the state of a database
    """What the database holds has not the digests that its manifest gives."""


def build(
    address: str | URL,
    folder: Path,
    versions: Sequence[str] = (),
    observer: Observer = ignore,
    *,
    force: bool = False,
) -> Built:
    """Make the files of these releases, of all in the database when none is named; with `force` also those that exist.

    Raises:
        Refused: another run is at work, or the database holds no release of such a version.
        Failed: anything else; the files of the release named in the message are as they were.
        NotReady: there is no database.
        ValueError: not the address of a database.
    """
    steps = Steps(observer)
    with (
        giving_back(),
        steps.failing(str(folder), Unsound, Dangling, NotReady, pa.ArrowInvalid, sqlite3.Error, ValueError),
        closing(Database(address)) as database,
        database.read() as connection,
    ):
        unmap(connection)
        releases = chosen(stored_releases(connection), versions)
        lacking, kept = lacking_files(folder, releases, force=force)
        if not lacking:  # no lock is taken, so a disk that is read-only does no harm
            return Built(folder, (), kept)
        folder.mkdir(parents=True, exist_ok=True)
        with lock(folder, steps):
            with steps.step(SWEEP):
                sweep(folder)
            lacking, kept = lacking_files(folder, releases, force=force)  # others may have made some
            for release in lacking:
                _Build(folder, Snapshot.of(connection, release), steps).run()
        return Built(folder, tuple(release.version for release in lacking), kept)


@contextmanager
def giving_back() -> Iterator[None]:
    """Have Arrow take memory from the system and give it back: its own pool keeps a sixth of what a build needs."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


@dataclass(slots=True)
class _Build:
    """The files of one release in the making."""

    folder: Path
    snapshot: Snapshot
    steps: Steps
    files: dict[str, File] = field(default_factory=dict)

    @property
    def release(self) -> StoredRelease:
        return self.snapshot.release

    @property
    def beside(self) -> Path:
        return self.folder / f".building-{self.release.version}"

    def run(self) -> None:
        self.beside.mkdir()
        try:
            listed = artefacts(self.release.version, self.release.parent)
            about = self._about()
            self._records(about)
            self._delta()
            plain = [one for one in listed if (self.beside / one.name).exists()]
            self._digest(DIGEST, plain)
            self._check()
            self._describe(early(listed), about)
            self._pack(listed)
            with self.steps.step(DESCRIBE):
                self._describe(late(listed), about)
                self._index(listed)
            with self.steps.step(SYNC):
                sync(*self.beside.iterdir(), self.beside)
            with self.steps.step(RENAME):
                place(self.beside, self.folder / self.release.version)
        finally:
            shutil.rmtree(self.beside, ignore_errors=True)

    def _about(self) -> About:
        release = self.release
        return About(
            dataset=self.snapshot.dataset(),
            version=release.version,
            parent=release.parent,
            date=release.date,
            notes=release.notes,
            counts=self.snapshot.counts,
            sha256=release.sha256,
            files=self.files,
            redactions=sorted(redactions_of(release.manifest).values()),
        )

    def _records(self, about: About) -> None:
        counts = self.snapshot.counts
        metadata = {"dataset": about.name, "release": about.version, "licence": about.licence or ""}
        done = 0
        with closing(SQLiteFile(self.beside / ".scratch", {one.type for one in about.redactions})) as database:
            with self.steps.step(RECORDS, sum(counts.values())) as progress:

                def advance(number: int) -> None:
                    nonlocal done
                    done += number
                    progress(done)

                for type in FILE_ORDER:
                    batches = self.snapshot.bodies(type)
                    write_type(self.beside, type, batches, metadata=metadata, take=database.take, progress=advance)
            with self.steps.step(DATABASE):
                database.finish(self.beside / database_name(self.release.version), facts(about))

    def _delta(self) -> None:
        if self.release.parent is None:
            return
        with (
            self.steps.step(DELTA),
            (self.beside / delta_name(self.release.version, self.release.parent)).open("wb") as file,
        ):
            file.writelines(self.snapshot.changes())

    def _check(self) -> None:
        """That the files hold what the manifest says, by the digests that it gives."""
        left = remaining(self.release.manifest)
        expected = {f"{type}.jsonl": sha256 for type, sha256 in left["types"].items()}
        if self.release.parent and left["changes_sha256"]:
            expected[delta_name(self.release.version, self.release.parent)] = left["changes_sha256"]
        for name, sha256 in expected.items():
            if self.files[name].sha256 != sha256:
                raise Unsound(f"{name} of release {self.release.version} has not the digest that its manifest gives")

    def _pack(self, listed: Sequence[Artefact]) -> None:
        """Compress and archive, on all cores: zlib lets go of the interpreter while it works."""
        zipped: dict[str, Path | bytes] = {
            one.name: self.beside / one.name for one in listed if one.zipped and one.name in self.files
        }
        inside = {name: self.files[name].sha256 for name in zipped}
        members = {**zipped, CHECKSUMS: checksums(inside).encode()}
        target = self.beside / archive_name(self.release.version)
        plain = [one for one in listed if one.compressed and one.name in self.files]
        with self.steps.step(PACK, len(plain)) as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
            archive = pool.submit(pack, target, members, self.release.date)
            sources = [self.beside / one.name for one in plain]
            for done, _ in enumerate(pool.map(compress, sources, [self.beside / str(one.compressed) for one in plain])):
                progress(done)
            archive.result()
        self._digest(
            DIGEST, [one for one in listed if (self.beside / one.name).exists() and one.name not in self.files]
        )

    def _digest(self, step: str, listed: Sequence[Artefact]) -> None:
        with self.steps.step(step, len(listed)) as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
            paths = [self.beside / one.name for one in listed]
            for done, (one, path, sha256) in enumerate(
                zip(listed, paths, pool.map(file_digest, paths), strict=True), 1
            ):
                self.files[one.name] = File(one.name, one.media_type, path.stat().st_size, sha256)
                progress(done)

    def _describe(self, listed: Sequence[Artefact], about: About) -> None:
        for one in listed:
            (self.beside / one.name).write_bytes(describe(one.name, about))
            path = self.beside / one.name
            self.files[one.name] = File(one.name, one.media_type, path.stat().st_size, file_digest(path))

    def _index(self, listed: Sequence[Artefact]) -> None:
        files = tuple(self.files[one.name] for one in listed)
        release = self.release
        index = Index(release.dataset, release.version, release.date, release.sha256, files)
        (self.beside / INDEX).write_bytes(index.text().encode())
