"""What a database holds, as far as one must know before bringing something into it, and what the log has that it lacks.

Nothing here writes, and nothing here is slow to import: `onrecord publish --if-empty` asks it at every start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, inspect
from sqlalchemy.exc import DBAPIError

from dataset.redactions import Redaction, redacted_in
from dataset.store.addresses import NotReady, parse_url, shown, sqlite_path
from dataset.store.database import Database, revision_of
from dataset.store.reading import StoredRelease, stored_releases
from dataset.store.steps import Failed, Refused
from dataset.store.tables import HEAD, metadata, releases
from dataset.versions import Version

if TYPE_CHECKING:
    from dataset.log import Release


@dataclass(frozen=True, slots=True)
class Held:
    """The revision of the tables (None in an empty database) and the releases in them, oldest first."""

    revision: str | None = None
    releases: tuple[StoredRelease, ...] = ()

    @property
    def newest(self) -> StoredRelease | None:
        """The newest release, None when there is none."""
        return self.releases[-1] if self.releases else None

    @property
    def version(self) -> str | None:
        """The newest version, None when there is no release."""
        return self.newest.version if self.newest else None

    @property
    def name(self) -> str | None:
        """The name of the dataset, None when there is no release."""
        return self.newest.dataset if self.newest else None


def held_by(address: str | URL) -> Held:
    """What a database holds; one that does not exist holds nothing.

    Raises:
        Refused: it is not a database of ours, or one of a newer Onrecord.
        Failed: it cannot be reached.
        ValueError: not the address of a database.
    """
    url = parse_url(address)
    if url.get_backend_name() == "sqlite":
        path = sqlite_path(url)
        if not path.exists() or (path.is_file() and path.stat().st_size == 0):
            return Held()
    database = Database(url)
    try:
        with database.read() as connection:
            return held_in(connection, shown(url))
    except NotReady as error:
        raise Failed(str(error)) from None
    except DBAPIError as error:
        raise Refused(f"{shown(url)} is no database of Onrecord and is left alone: {error.orig}") from None
    finally:
        database.close()


def held_in(connection: Connection, name: str) -> Held:
    """What the database of a connection holds; `name` is for messages.

    Raises:
        Refused: it is not a database of ours, or one of a newer Onrecord.
    """
    revision = revision_of(connection)
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    ours = tables & set(metadata.tables)
    if revision is None:
        # a file that holds any table is somebody's; a PostgreSQL database may be shared as long as no name is taken
        if ours or (tables and connection.dialect.name == "sqlite"):
            found = ", ".join(sorted(ours or tables)[:5])
            raise Refused(f"{name} holds tables that Onrecord did not make ({found}) and is left alone")
        return Held()
    if releases.name not in tables:
        raise Refused(f"{name} holds the tables of another program and is left alone")
    if revision > HEAD:
        raise Refused(f"{name} is at schema {revision}, this program at {HEAD}: install a newer Onrecord")
    return Held(revision, tuple(stored_releases(connection)))


def missing(held: Held, log: Sequence[Release], *, replace: bool = False) -> Sequence[Release]:
    """The releases of the log that the database lacks; with `replace` all of them.

    Raises:
        Refused: the log is empty or of another dataset; it is not a continuation of what the database holds, which
            `replace` allows for releases below 1.0.0 alone.
    """
    if not log:
        raise Refused("the log holds no release: cut one with `onrecord release`")
    if held.name not in (None, log[-1].name):
        raise Refused(
            f"the database holds the dataset {held.name!r}, the log is of {log[-1].name!r}: one database, one dataset"
        )
    for index, stored in enumerate(held.releases):
        same = index < len(log) and stored.is_of(log[index].manifest)
        provisional = Version.parse(stored.version).major == 0
        if same or (replace and provisional):
            continue
        if index < len(log):
            difference = f"release {stored.version} of the database is not release {log[index].version} of the log"
        else:
            difference = f"the database holds release {stored.version}, the log ends at {log[-1].version}"
        mend = "; `onrecord publish --replace` rebuilds the database from the log" if provisional else ""
        raise Refused(f"{difference}{mend}")
    return log if replace else log[len(held.releases) :]


def unredacted(held: Held, log: Sequence[Release]) -> list[Redaction]:
    """The redactions of the log that concern releases which the database holds, and that it lacks."""
    known = redacted_in(stored.manifest for stored in held.releases)
    wanted = redacted_in(release.manifest for release in log[: len(held.releases)])
    return [one for key, one in sorted(wanted.items()) if key not in known]
