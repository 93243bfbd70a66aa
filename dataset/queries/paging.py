"""What all lists share: the records of one release in their default order, page by page; and one record by its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Select, Table, select

from dataset.queries.releases import Release
from dataset.store.reading import valid_in

#: Place in the default order, and canonical body.
Records = Select[str, str]


def order(table: Table) -> Column[Any]:
    """The column by which a list is ordered and paged; no two records of one release share a value."""
    return table.c[table.info["order"]]


def records(table: Table, release: Release, *conditions: Any) -> Records:
    """The records of a type that a release holds and that satisfy the conditions."""
    return select(order(table), table.c.body).where(valid_in(table, release.ordinal, release.newest), *conditions)


def with_ids(statement: Records, table: Table, ids: Sequence[str] | None) -> Records:
    """The records of a list that have one of the ids; all of them where there is nothing to choose by."""
    return statement if ids is None else statement.where(table.c.id.in_(ids))


def is_filtered(statement: Records, table: Table, release: Release) -> bool:
    """Whether a statement that `records` made has conditions beside the release."""
    where = statement.whereclause
    return where is None or not where.compare(valid_in(table, release.ordinal, release.newest))


def page(statement: Records, table: Table, *, after: str | None, limit: int) -> Records:
    """A page of a list: what stands behind the place `after`, with one record more than `limit` if there is one."""
    place = order(table)
    if after is not None:
        statement = statement.where(place > after)
    return statement.order_by(place).limit(limit + 1)


class Plain(NamedTuple):
    """What is asked of a page in the default order."""

    filters: Mapping[str, Any]
    ids: Sequence[str] | None
    after: str | None
    limit: int


def plain_page(find: Callable[..., Records], table: Table, release: Release, asked: Plain) -> Records:
    """The statement of a page in the default order."""
    selected = with_ids(find(release=release, **asked.filters), table, asked.ids)
    return page(selected, table, after=asked.after, limit=asked.limit)


def whole(statement: Records, table: Table) -> Records:
    """All of a list, where it is known to be short."""
    return statement.order_by(order(table))


def one(table: Table, record_id: str, release: Release) -> Select[str]:
    """The body of a record as a release holds it."""
    return select(table.c.body).where(table.c.id == record_id, valid_in(table, release.ordinal, release.newest))
