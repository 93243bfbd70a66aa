"""Reading the database for one request: a connection that sees one state, and the release that is asked for.

Where there are replicas a request is read from the first that can answer it: one that is there, knows the releases
which the request names, and is not behind the newest that this process has seen; at last from the primary. When one
fails in the middle of a request, the request begins anew elsewhere (`Elsewhere`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, request
from flask.globals import app_ctx
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from api.caching import Basis, expect
from api.catalogue import Catalogue, Catalogues, Known
from api.files import Files
from api.parameters import bad_cursor
from api.problems import Mistake, RequestProblem, Where, mistaken
from api.queries import ListRequest, RecordRequest
from dataset.queries.releases import Release
from dataset.store.addresses import NotReady
from dataset.store.budget import steps_of
from dataset.store.database import Database
from dataset.store.replicas import Replicated, is_in_the_way

EXTENSION = "onrecord"
CATALOGUES = "onrecord.catalogues"
FILES = "onrecord.files"

_Choice = Callable[[Catalogue], Basis]


class Elsewhere(NotReady):
    """A replica failed in the middle of a request, which can be read elsewhere from its beginning."""


def attach(app: Flask, databases: Replicated, files: Files) -> None:
    """Let the views of `app` read a database, with its replicas, and the files of its releases."""
    app.extensions[EXTENSION] = databases
    app.extensions[CATALOGUES] = Catalogues()
    app.extensions[FILES] = files


def databases() -> Replicated:
    """The database of the running application, and its replicas."""
    return cast(Replicated, current_app.extensions[EXTENSION])


def files() -> Files:
    """The files of the running application."""
    return cast(Files, current_app.extensions[FILES])


def catalogue_now(version: str | None) -> Catalogue:
    """The releases there are; read anew when this version is not among those that are known.

    Raises:
        NotReady: there is no database, or no release in it.
    """
    with _opened((version,) if version else ()) as (_, _, catalogue, _):
        pass
    _newest(catalogue)
    files().begin(catalogue.releases)
    return catalogue


@dataclass(frozen=True, slots=True)
class View:
    """One release, open for reading, among all there are."""

    connection: Connection
    catalogue: Catalogue
    release: Release

    def known(self, version: str, where: Where, name: str) -> Known:
        """The release of another version.

        Raises:
            RequestProblem: there is none.
        """
        found = self.catalogue.by_version.get(version)
        if found is None:
            raise unknown_release(where, name, version)
        return found


def reading(query: RecordRequest | ListRequest, *needs: str) -> AbstractContextManager[View]:
    """The release of the cursor, of that version or of that day, or the newest; of it every answer is one for ever.

    `needs`: versions that the answer looks at beside it.

    Raises:
        NotModified: the client has the answer.
        NotReady: there is no database, or no release in it.
        RequestProblem: there is no such release.
    """
    pinned = query.release is not None or query.cursor is not None
    version = query.cursor.release if query.cursor else query.release
    named = [version, *needs] if version else needs
    return _looking(lambda catalogue: Basis(wanted(catalogue, query), pinned=pinned, shared=True), named)


def reading_log(*versions: str, with_files: bool = False, pinned: bool = False) -> AbstractContextManager[View]:
    """The newest release, for answers about all releases; with `versions`, for answers about nothing but these.

    `with_files`: the answer lists the files too, which may come later than the release.

    Raises: as `reading`; versions that are none are left to the view.
    """

    def basis(catalogue: Catalogue) -> Basis:
        named = [catalogue.by_version[version] for version in versions if version in catalogue.by_version]
        release = max(named, default=_newest(catalogue))
        shelf = files().shelf(release) if with_files else None
        return Basis(release, pinned=pinned, state=shelf.state if shelf else "")

    return _looking(basis, versions)


@contextmanager
def _looking(basis: _Choice, needs: Collection[str]) -> Iterator[View]:
    held, catalogues = app_ctx.g, _catalogues()
    with _opened(needs) as (database, connection, known, sure):
        catalogue = known
        if not sure:
            with suppress(RequestProblem, NotReady):  # what is not known yet may be there by now
                expect(basis(known))
            catalogue = catalogues.read(connection)
        catalogues.remember(catalogue, certainly=database is databases().primary)
        chosen = basis(catalogue)
        expect(chosen)
        newest = _newest(catalogue)
        read = chosen.release or newest
        held.release = read.version
        files().begin(catalogue.releases)
        try:
            yield View(connection, catalogue, Release(read.ordinal, read.version, newest.ordinal))
        finally:
            held.steps = steps_of(connection)


@contextmanager
def _opened(needs: Collection[str]) -> Iterator[tuple[Database, Connection, Catalogue, bool]]:
    """The first database that knows these releases, a connection to it, its releases and whether they are surely all.

    Raises:
        Elsewhere: it is a replica, and failed.
        NotReady: not even the primary can be read.
    """
    failed: set[Database] = g.setdefault("failed", set())
    known, catalogues = databases(), _catalogues()
    primary = known.primary
    for database in known.in_turn(failed):
        begun = False
        try:
            with database.read() as connection:
                catalogue, sure = catalogues.glance(connection)
                if not sure and catalogues.behind(catalogue, needs):
                    catalogue, sure = catalogues.read(connection), True
                if database is primary or not catalogues.behind(catalogue, needs):
                    begun = True
                    yield database, connection, catalogue, sure
                    return
        except (NotReady, DBAPIError) as error:
            if database is primary or not _is_its_own(error):
                raise
            if not is_in_the_way(error):
                known.lose(database, error)
            failed.add(database)
            if begun:
                raise Elsewhere(f"the replica {database.name} failed") from error


def _is_its_own(error: NotReady | DBAPIError) -> bool:
    """Whether what failed is the replica and not the question."""
    return isinstance(error, NotReady) or error.connection_invalidated or is_in_the_way(error)


def _catalogues() -> Catalogues:
    return cast(Catalogues, current_app.extensions[CATALOGUES])


def _newest(catalogue: Catalogue) -> Known:
    if catalogue.newest is None:
        raise NotReady("the database holds no release: run `onrecord publish`")
    return catalogue.newest


def wanted(catalogue: Catalogue, query: RecordRequest | ListRequest) -> Known:
    """The release that a request asks for.

    Raises:
        NotReady: there is no release at all.
        RequestProblem: not that one.
    """
    newest = _newest(catalogue)
    if query.cursor:
        found = catalogue.by_version.get(query.cursor.release)
        if found is None:
            reason = f"there is no release {query.cursor.release} any more"
            raise mistaken([bad_cursor(query.cursor.encode(), reason)])
        return found
    if query.release is not None:
        found = catalogue.by_version.get(query.release)
        if found is None:
            raise unknown_release("query", "release", query.release)
        return found
    if query.as_of is None:
        return newest
    found = catalogue.as_of(query.as_of)
    if found is None:
        first = catalogue.releases[0]
        detail = f"there was no release on {query.as_of}; the first, {first.version}, is of {first.date}"
        given, allowed = request.args.get("as_of"), f"{first.date} or later"
        raise mistaken([Mistake("unknown-release", "query", "as_of", detail, given, allowed)])
    return found


def unknown_release(where: Where, name: str, version: str) -> RequestProblem:
    """The problem of a version that is none."""
    detail = f"there is no release {version}"
    return mistaken([Mistake("unknown-release", where, name, detail, version, "a version that /v1/releases lists")])
