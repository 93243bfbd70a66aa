"""What is killed: cutting a release and publishing it, loading a package, building files; each over one dataset.

A trial can be put back to how it was before, run to its end, judged when nothing runs (`found`: before or after, or
else `Torn`), and looked at while it runs, as a reader does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from typing import Protocol

from dataset.canonical import digest
from dataset.exports.building import build
from dataset.exports.index import INDEX, file_digest, read_index
from dataset.importing.run import Options, load
from dataset.log import Release, read_log
from dataset.releasing import Cut, write, write_changelog
from dataset.store.publishing import publish
from dataset.store.steps import Observer, ignore
from tests.store.victim import write_log
from tests.torture.stores import Store, Torn, claims_seen

BEFORE, AFTER = "before", "after"


class Trial(Protocol):
    """A command over a dataset, that can be killed."""

    name: str

    def reset(self) -> None:
        """Put everything back to how it was before."""

    def run(self, observer: Observer) -> None:
        """The command, from wherever things are, to its end."""

    def found(self) -> str:
        """Where things are, when nothing runs: `BEFORE`, `AFTER`, or between two whole ones as `log`."""

    def look(self) -> str:
        """What a reader sees, whole; the version."""

    def leftovers(self) -> set[str]:
        """What a finished run should have swept away."""


def claims_of(releases: Sequence[Release]) -> dict[str, int]:
    """How many claims each release holds."""
    return {release.version: release.manifest["counts"]["claims"] for release in releases}


class Releasing:
    """A release is written into the log and brought into the database: `onrecord release`, once the cut is made."""

    def __init__(self, store: Store, folder: Path, releases: Sequence[Release], cut: Cut) -> None:
        """A log of the first release in a folder, the database that holds it, and the cut of the second."""
        self.name = f"release, {store.engine}"
        self.store, self.folder, self.cut = store, folder, cut
        self._claims = claims_of(releases)
        self._digest: dict[str, str] = {}
        write_log(folder, [releases[0]])
        publish(store.url, read_log(folder))
        self._digest[releases[0].version] = file_digest(folder / releases[0].version / "changes.jsonl")
        self._digest[cut.release.version] = digest(b"".join(change.line() for change in cut.release.changes))
        store.keep()

    def reset(self) -> None:
        """The log ends with the first release, and so does the database."""
        rmtree(self.folder / self.cut.release.version, ignore_errors=True)
        (self.folder / "CHANGELOG.md").unlink(missing_ok=True)
        self.store.reset()

    def run(self, observer: Observer = ignore) -> None:
        """Write the release, unless it is in the log already, and publish it, as the command does."""
        write_changelog(self.folder)
        if len(read_log(self.folder)) == 1:
            write(self.folder, self.cut, observer)
        publish(self.store.url, read_log(self.folder), observer)

    def _logged(self) -> list[str]:
        versions = [release.version for release in read_log(self.folder)]
        for version in versions:
            if file_digest(self.folder / version / "changes.jsonl") != self._digest[version]:
                raise Torn(f"the log holds half of {version}")
        return versions

    def found(self) -> str:
        """The log may be ahead of the database, never behind it."""
        logged, held = self._logged(), self.store.version()
        new = self.cut.release.version
        if held == new and new in logged:
            return AFTER
        return "log" if new in logged else BEFORE

    def look(self) -> str:
        """As a reader of the database and of the log."""
        self._logged()
        return claims_seen(self.store.url, self._claims)

    def leftovers(self) -> set[str]:
        """Beside the log, and beside the database."""
        kept = {"CHANGELOG.md", *self._claims}
        return ({file.name for file in self.folder.iterdir()} - kept) | self.store.leftovers()


class Loading:
    """A package of the second release is loaded into a database that holds the first."""

    def __init__(
        self, store: Store, folder: Path, releases: Sequence[Release], package: dict[str, list[bytes]]
    ) -> None:
        """The lines of each type of the package, to be written into a folder."""
        self.name = f"load, {store.engine}"
        self.store, self.folder = store, folder
        self._claims = claims_of(releases)
        self._versions = [release.version for release in releases]
        folder.mkdir()
        for type, lines in package.items():
            (folder / f"{type}.jsonl").write_bytes(b"".join(lines))
        described = {"name": releases[0].name, "version": releases[1].version, "created": releases[1].date}
        (folder / "datapackage.json").write_text(json.dumps(described))
        self._names = {file.name for file in folder.iterdir()}
        publish(store.url, releases[:1])
        store.keep()

    def reset(self) -> None:
        """The database holds the first release."""
        self.store.reset()

    def run(self, observer: Observer = ignore) -> None:
        """Load the package; a second time it is there already."""
        outcome = load(self.folder, self.store.url, Options(withdraw=True), observer)
        if outcome.result not in ("loaded", "unchanged"):
            raise RuntimeError(outcome)

    def found(self) -> str:
        """By the newest release."""
        return AFTER if self.store.version() == self._versions[1] else BEFORE

    def look(self) -> str:
        """As a reader of the database."""
        return claims_seen(self.store.url, self._claims)

    def leftovers(self) -> set[str]:
        """Beside the package, and beside the database."""
        return ({file.name for file in self.folder.iterdir()} - self._names) | self.store.leftovers()


class Building:
    """The files of a release are made, where there are none, or in the place of those that are there."""

    def __init__(self, url: str, folder: Path, version: str, *, again: bool) -> None:
        """A database that holds the release, and the folder of its files."""
        self.name = "build again" if again else "build"
        self.url, self.folder, self.version, self.again = url, folder, version, again
        self._expected: dict[str, str] | None = None
        self._runs = 0
        if again:
            build(url, folder, [version])
            self._expected = self._digests()

    def reset(self) -> None:
        """No files, or those that are whole."""
        if not self.again:
            rmtree(self.folder / self.version, ignore_errors=True)

    def run(self, observer: Observer = ignore) -> None:
        """Build them."""
        build(self.url, self.folder, [self.version], observer, force=self.again)

    def _digests(self) -> dict[str, str] | None:
        index = read_index(self.folder, self.version)
        if index is None:
            return None
        place = self.folder / self.version
        found = {file.name: file_digest(place / file.name) for file in index.files}
        if found != {file.name: file.sha256 for file in index.files} or {*found, INDEX} != {
            file.name for file in place.iterdir()
        }:
            raise Torn(f"the files of {self.version} are not those of their index")
        return found

    def found(self) -> str:
        """Each build gives the same bytes, so that only their absence tells before from after."""
        found = self._digests()
        if found is None:
            return BEFORE
        if self._expected is None:
            self._expected = found
        if found != self._expected:
            raise Torn(f"the files of {self.version} are others than those of the first build")
        return AFTER

    def look(self) -> str:
        """As the service does: by the index, then some of the files."""
        index = read_index(self.folder, self.version)
        if index is None:
            return "no files"
        for file in index.files:
            path = self.folder / self.version / file.name
            try:
                size = path.stat().st_size
                wrong = file.bytes < 1 << 20 and hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256
            except FileNotFoundError:
                return "no files"  # they are being replaced: for a moment there are none
            if size != file.bytes or wrong:
                raise Torn(f"a reader saw half of {file.name}")
        return self.version

    def leftovers(self) -> set[str]:
        """Beside the files."""
        return {file.name for file in self.folder.iterdir()} - {self.version, ".lock"}
