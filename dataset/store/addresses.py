"""Addresses of databases: which Onrecord can use, and what messages may show of them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

PUBLISH = "run `onrecord publish`"
MIGRATE = "run `onrecord migrate`"


class NotReady(Exception):  # noqa: N818 - a state that a command mends
    """The database cannot be served as it is; the message ends with the command that mends it."""


def parse_url(address: str | URL) -> URL:
    """The URL of a database that Onrecord can use.

    Raises:
        ValueError: it is none; the message shows no part of it that could be secret.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError("the database address is not a URL; allowed: sqlite:///PATH or postgresql://…") from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"the database address names {backend!r}; allowed: sqlite:///PATH or postgresql://…")
    if "@" in (url.host or ""):
        raise ValueError("the database address holds '@' in user name or password; write it as %40")
    if backend == "sqlite" and (url.database in (None, "", ":memory:") or url.query):
        raise ValueError("the database address names no file, or has a query; allowed: sqlite:///PATH")
    return url


def shown(url: URL) -> str:
    """The address as messages show it: without user, password and query."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def sqlite_path(url: URL) -> Path:
    """The file of a SQLite URL; a relative one is taken from the working directory of this moment."""
    return Path(str(url.database)).absolute()
