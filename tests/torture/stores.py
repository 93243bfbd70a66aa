"""Where a trial keeps its database: put back as it was before each kill, looked at while it is written, judged after.

Both engines keep the state from before as a whole: SQLite as another name of the same file, which nobody ever writes
into, PostgreSQL as a template.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import make_url, text

from dataset.log import from_manifest
from dataset.store.database import Database
from dataset.store.reading import newest_release
from dataset.store.replacing import copy_file, lock_file
from dataset.store.verifying import check_file, verify


class Torn(Exception):  # noqa: N818 - what must never be
    """Something is neither as it was before nor as it shall be."""


class SQLiteStore:
    """A database in a file."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        """A database to be made in a folder of its own."""
        folder.mkdir(parents=True)
        self.path = folder / "onrecord.sqlite"
        self.url = f"sqlite:///{self.path}"
        self._before = folder.with_name(folder.name + ".before")
        self._digest = ""

    def keep(self) -> None:
        """What is there now is how it was before."""
        if self.path.exists():
            os.link(self.path, self._before)
            self._digest = _digest(self.path)

    def reset(self) -> None:
        """Put back what was there before; a stale copy of a killed run stays, for the next run to sweep."""
        self.path.unlink(missing_ok=True)
        if self._before.exists():
            os.link(self._before, self.path)

    def version(self) -> str | None:
        """The newest release, when every record of it is whole; None where there is no database yet.

        Raises:
            Torn: the file is neither the one from before nor a sound one.
        """
        if not self.path.exists():
            return None
        if _digest(self.path) != self._digest:
            _sound(self.url)
        return _newest(self.url)

    def leftovers(self) -> set[str]:
        """Files beside the database that no finished run leaves."""
        kept = {self.path.name, lock_file(self.path).name}
        return {file.name for file in self.path.parent.iterdir()} - kept

    def half(self) -> bool:
        """Whether a half-made copy lies beside the database."""
        return copy_file(self.path).exists()


class PostgreSQLStore:
    """A database of a server; each time it is put back it is another one."""

    engine = "postgresql"

    def __init__(self, server: str, name: str) -> None:
        """A database `name` to be made on a server, which its address names."""
        self._server, self._name, self._number = server, name, 0
        self._create(f"{name}_0", None)

    @property
    def url(self) -> str:
        """The address of the database as it is now."""
        return self._address(f"{self._name}_{self._number}")

    def _address(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _create(self, name: str, template: str | None) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            like = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{like}')

    def keep(self) -> None:
        """What is there now is how it was before."""
        self._create(f"{self._name}_before", f"{self._name}_{self._number}")

    def reset(self) -> None:
        """Put back what was there before."""
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{self._name}_{self._number}" WITH (FORCE)')
        self._number += 1
        self._create(f"{self._name}_{self._number}", f"{self._name}_before")

    def version(self) -> str | None:
        """The newest release, when every record of it is whole; None where nothing was published yet.

        Raises:
            Torn: it is not whole.
        """
        with closing(Database(self.url)) as database:
            if database.revision() is None:
                return None
        _sound(self.url)
        return _newest(self.url)

    def leftovers(self) -> set[str]:
        """A transaction leaves nothing."""
        return set()

    def half(self) -> bool:
        """As above."""
        return False


Store = SQLiteStore | PostgreSQLStore


def _newest(url: str) -> str | None:
    with closing(Database(url)) as database, database.read() as connection:
        newest = newest_release(connection)
        return newest.version if newest else None


def _sound(url: str) -> None:
    """Compare every record, every count and every digest of the newest release with its manifest."""
    try:
        with closing(Database(url)) as database, database.read() as connection:
            newest = newest_release(connection)
            if newest:
                verify(connection, from_manifest(newest.manifest), lambda _done: None)
            if connection.dialect.name == "sqlite":
                check_file(connection.connection.driver_connection)  # type: ignore[arg-type]
    except Exception as error:
        raise Torn(f"{url}: {error}") from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def claims_seen(url: str, versions: dict[str, int]) -> str:
    """What a reader sees of the claims: as many as its release has, each with its digest, in two looks the same.

    Raises:
        Torn: it saw something else.
    """
    count = text("SELECT count(*), max(id), min(digest), max(digest) FROM claims WHERE until IS NULL")
    some = text("SELECT digest, body FROM claims WHERE until IS NULL ORDER BY digest LIMIT 500")
    with closing(Database(url)) as database, database.read() as connection:
        newest = newest_release(connection)
        if newest is None:
            raise Torn("a reader saw a database without a release")
        found = connection.execute(count).one()
        if found[0] != versions.get(newest.version):
            raise Torn(f"a reader saw {found[0]} claims in {newest.version}")
        for digest, body in connection.execute(some):
            if hashlib.sha256(body.encode()).hexdigest() != digest:
                raise Torn(f"a reader saw a claim that has not its digest in {newest.version}")
        again = newest_release(connection)
        if again != newest or connection.execute(count).one() != found:
            raise Torn("a reader saw two states within one read")
        return newest.version
