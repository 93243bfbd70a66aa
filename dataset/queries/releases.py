"""Releases: which one is read, and the list of them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Select, case, func, select

from dataset.store.tables import releases


class Release(NamedTuple):
    """The release that a request reads, and the newest one there is, as ordinals of the log."""

    ordinal: int
    version: str
    newest: int


def find_release(*, version: str | None = None) -> Select[int, str, int]:
    """The columns of a `Release`: of the version asked for, of the newest one when none is; no row, no release."""
    newest = select(func.max(releases.c.ordinal)).scalar_subquery()
    wanted = releases.c.ordinal == newest if version is None else releases.c.version == version
    return select(releases.c.ordinal, releases.c.version, newest).where(wanted)


def find_all_releases() -> Select[int, str, str, str, str | None]:
    """Ordinal, version, day, state digest and, where records were redacted, manifest of all releases, oldest first."""
    told = case((releases.c.manifest.contains('"redacted":'), releases.c.manifest))
    columns = releases.c.ordinal, releases.c.version, releases.c.date, releases.c.sha256, told
    return select(*columns).order_by(releases.c.ordinal)


def find_states() -> Select[int, str]:
    """Ordinal and state digest of all releases, oldest first: while these are the same, nothing has changed."""
    return select(releases.c.ordinal, releases.c.sha256).order_by(releases.c.ordinal)


def find_releases(*, before: int | None, limit: int) -> Select[int, str]:
    """Ordinal and manifest of releases older than `before`, the newest first; one more than `limit` if there is one."""
    statement = select(releases.c.ordinal, releases.c.manifest)
    if before is not None:
        statement = statement.where(releases.c.ordinal < before)
    return statement.order_by(releases.c.ordinal.desc()).limit(limit + 1)


def find_manifest(*, version: str) -> Select[str]:
    """The manifest of a release."""
    return select(releases.c.manifest).where(releases.c.version == version)
