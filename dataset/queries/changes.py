"""Changes: the log of change-sets as readers follow it, and what lies between two releases.

A place in the log is a release, a type and an id, in this order; a place in a difference is a type and an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select, tuple_

from dataset.store.tables import changes

#: Columns of a change as its readers get it.
CHANGE = (
    changes.c.release,
    changes.c.type,
    changes.c.id,
    changes.c.operation,
    changes.c.reason,
    changes.c.replaced_by,
    changes.c.digest,
)


def find_changes(
    *, after: int, until: int, type: Sequence[str] = (), place: tuple[int, str, str] | None, limit: int
) -> Select[Any]:
    """Changes of the releases behind `after` up to `until`, oldest first; one more than `limit` if there is one."""
    statement = select(*CHANGE).where(changes.c.release > after, changes.c.release <= until)
    statement = statement.where(*_of(type))
    if place is not None:
        statement = statement.where(tuple_(changes.c.release, changes.c.type, changes.c.id) > tuple_(*place))
    return statement.order_by(changes.c.release, changes.c.type, changes.c.id).limit(limit + 1)


def find_touched(
    *, after: int, until: int, type: Sequence[str] = (), place: tuple[str, str] | None, limit: int
) -> Select[str, str]:
    """Type and id of every record that the releases behind `after` up to `until` touch; at most `limit`."""
    statement = select(changes.c.type, changes.c.id).distinct()
    statement = statement.where(changes.c.release > after, changes.c.release <= until, *_of(type))
    if place is not None:
        statement = statement.where(tuple_(changes.c.type, changes.c.id) > tuple_(*place))
    return statement.order_by(changes.c.type, changes.c.id).limit(limit)


def find_changes_of(*, type: str, ids: Sequence[str], after: int, until: int) -> Select[Any]:
    """What the releases behind `after` up to `until` did to records of a type, oldest first."""
    return (
        select(*CHANGE)
        .where(changes.c.type == type, changes.c.id.in_(ids))
        .where(changes.c.release > after, changes.c.release <= until)
        .order_by(changes.c.release)
    )


def find_versions(table: Table, *, ids: Sequence[str], earliest: int, latest: int) -> Select[Any]:
    """Every version of these records that is valid in one of the releases from `earliest` to `latest`, oldest first."""
    return (
        select(table.c.id, table.c.since, table.c.until, table.c.digest, table.c.body)
        .where(table.c.id.in_(ids), table.c.since <= latest)
        .where(or_(table.c.until.is_(None), table.c.until > earliest))
        .order_by(table.c.since)
    )


def _of(types: Sequence[str]) -> list[ColumnElement[bool]]:
    return [changes.c.type.in_(types)] if types else []
