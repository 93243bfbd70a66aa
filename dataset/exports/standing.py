"""Which releases have their files already: a look that imports nothing of what makes them.

So that a start of the service at which nothing is lacking, which is every one but the first, costs little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from dataset.exports.index import is_current, read_index
from dataset.store.database import Database
from dataset.store.reading import StoredRelease, stored_releases
from dataset.store.steps import Refused


@dataclass(frozen=True, slots=True)
class Built:
    """What a run did: the versions whose files it made, those whose files were there already, by folder."""

    folder: Path
    built: tuple[str, ...]
    kept: tuple[str, ...]


def standing(address: str | URL, folder: Path, versions: Sequence[str] = ()) -> Built | None:
    """What `build` would answer where it has nothing to make; None where it has.

    Raises:
        NotReady: there is no database.
        Refused: the database holds no release of such a version.
        ValueError: not the address of a database.
    """
    with closing(Database(address)) as database, database.read() as connection:
        lacking, kept = lacking_files(folder, chosen(stored_releases(connection), versions))
    return None if lacking else Built(folder, (), kept)


def chosen(releases: Sequence[StoredRelease], versions: Sequence[str]) -> list[StoredRelease]:
    """The releases of these versions, all where none is named.

    Raises:
        Refused: one of them is of no release.
    """
    known = {release.version: release for release in releases}
    if unknown := [version for version in versions if version not in known]:
        allowed = ", ".join(known) or "none, the database is empty"
        raise Refused(f"the database holds no release {unknown[0]!r}; allowed: {allowed}")
    return [known[version] for version in versions] if versions else list(releases)


def lacking_files(
    folder: Path, releases: Iterable[StoredRelease], *, force: bool = False
) -> tuple[list[StoredRelease], tuple[str, ...]]:
    """The releases whose files are to be made, all of them with `force`, and the versions of the others."""
    lacking: list[StoredRelease] = []
    kept: list[str] = []
    for release in releases:
        try:
            found = read_index(folder, release.version)
        except ValueError:
            found = None
        if not force and is_current(found, release.version, release.sha256):
            kept.append(release.version)
        else:
            lacking.append(release)
    return lacking, tuple(kept)
