"""Reading the database for one request: a connection that sees one state, and the release that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Connection

from api.cursors import Cursor
from api.parameters import bad_cursor
from api.problems import Mistake, RequestProblem, Where, mistaken
from dataset.queries.releases import Release, find_release
from dataset.store.database import Database, NotReady

EXTENSION = "onrecord"


def attach(app: Flask, database: Database) -> None:
    """Let the views of `app` read `database`."""
    app.extensions[EXTENSION] = database


def database() -> Database:
    """The database of the running application."""
    return cast(Database, current_app.extensions[EXTENSION])


@dataclass(frozen=True, slots=True)
class View:
    """One release, open for reading."""

    connection: Connection
    release: Release


@contextmanager
def reading(version: str | None, cursor: Cursor | None = None) -> Iterator[View]:
    """The release of that version, that of the cursor, or the newest.

    Raises:
        NotReady: there is no database, or no release in it.
        RequestProblem: there is no such release.
    """
    wanted = cursor.release if cursor else version
    with database().read() as connection:
        row = connection.execute(find_release(version=wanted)).first()
        if row is None and wanted is None:
            raise NotReady("the database holds no release: run `onrecord publish`")
        if row is None and cursor:
            raise mistaken([bad_cursor(cursor.encode(), f"there is no release {wanted} any more")])
        if row is None:
            raise unknown_release("query", "release", str(wanted))
        release = Release(*row)
        g.release = release.version
        yield View(connection, release)


def unknown_release(where: Where, name: str, version: str) -> RequestProblem:
    """The problem of a version that is none."""
    detail = f"there is no release {version}"
    return mistaken([Mistake("unknown-release", where, name, detail, version, "a version that /v1/releases lists")])
