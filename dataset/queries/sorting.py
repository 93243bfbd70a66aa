"""Lists in another order than the default one: by keys, absent values last, ties in the default order.

Texts are compared by code point on both engines, dates by their earliest day, quantities by the least figure that they
admit (the greatest where they are open below). A page goes on behind a record: `find_values` reads what it has under
each key, `sorted_page` selects what stands behind these values, so a cursor needs to carry no more than a place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from dataset.queries.paging import Records, order
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import KEY, sources

#: Keys that one list may be sorted by.
KEYS_MOST: Final = 3

Expression = Callable[[Table, Release], ColumnElement[Any]]


class Key(NamedTuple):
    """A key of an order, and its direction."""

    name: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


class _Member(FunctionElement[str]):
    """A text at the top level of a body."""

    type: TypeEngine[str] = KEY
    inherit_cache: bool | None = True
    name = "member"


@compiles(_Member, "sqlite")
def _in_sqlite(element: _Member, compiler: Any, **options: Any) -> str:
    body, name = element.clauses
    return f"json_extract({compiler.process(body, **options)}, '$.{name.name}')"


@compiles(_Member, "postgresql")
def _in_postgresql(element: _Member, compiler: Any, **options: Any) -> str:
    body, name = element.clauses
    return f"(CAST({compiler.process(body, **options)} AS json) ->> '{name.name}') COLLATE \"C\""


def _column(name: str) -> Expression:
    return lambda table, _: table.c[name]


def _text(name: str) -> Expression:
    """A member that has no column: nothing but this order asks for it."""
    return lambda table, _: _Member(table.c.body, ColumnClause(name))


def _published(table: Table, release: Release) -> ColumnElement[Any]:
    found = select(sources.c.published_earliest).where(sources.c.id == table.c.source)
    return found.where(valid_in(sources, release.ordinal, release.newest)).correlate(table).scalar_subquery()


def _quantity(table: Table, _: Release) -> ColumnElement[Any]:
    return func.coalesce(table.c.quantity_low, table.c.quantity_high)


#: Type → the keys that its lists can be sorted by.
SORTS: Final[dict[str, dict[str, Expression]]] = {
    "sources": {"id": _column("id"), "published": _column("published_earliest"), "title": _text("title")},
    "quotes": {"id": _column("id"), "published": _published, "said": _column("said_earliest")},
    "claims": {
        "id": _column("id"),
        "published": _published,
        "said": _column("said_earliest"),
        "time": _column("time_earliest"),
        "quantity": _quantity,
    },
    "events": {"id": _column("id"), "date": _column("date_earliest"), "title": _text("title")},
    "actors": {"id": _column("id"), "name": _text("name")},
    "places": {"id": _column("id"), "name": _text("name")},
    "topics": {"id": _column("id"), "label": _text("label")},
    "questions": {"id": _column("id"), "question": _text("question")},
}


def find_values(table: Table, keys: Sequence[Key], *, release: Release, place: str) -> Select[Any]:
    """What the record at a place of the default order has under each key; no row when the release has none there."""
    columns = [expression.label(f"key_{number}") for number, expression in enumerate(_keys(table, keys, release))]
    valid = valid_in(table, release.ordinal, release.newest)
    return select(*columns).where(order(table) == place, valid)


def in_order(statement: Records, table: Table, keys: Sequence[Key], *, release: Release) -> Records:
    """All of a list in the order of the keys."""
    for key, column in zip(keys, _keys(table, keys, release), strict=True):
        statement = statement.order_by(column.is_(None), column.desc() if key.descending else column)
    return statement.order_by(order(table))


def sorted_page(
    statement: Records,
    table: Table,
    keys: Sequence[Key],
    *,
    release: Release,
    after: tuple[Sequence[Any], str] | None,
    limit: int,
) -> Records:
    """A page in the order of the keys, behind a record's values and place; one more than `limit` if there is one."""
    if after is not None:
        statement = statement.where(_behind(_keys(table, keys, release), keys, *after, place=order(table)))
    return in_order(statement, table, keys, release=release).limit(limit + 1)


def _keys(table: Table, keys: Sequence[Key], release: Release) -> list[ColumnElement[Any]]:
    return [SORTS[table.name][key.name](table, release) for key in keys]


def _behind(
    columns: Sequence[ColumnElement[Any]],
    keys: Sequence[Key],
    values: Sequence[Any],
    last: str,
    *,
    place: ColumnElement[Any],
) -> ColumnElement[bool]:
    """The condition to stand behind a record: later in one key and equal in those before, or equal in all."""
    found: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for column, key, value in zip(columns, keys, values, strict=True):
        if value is None:  # nothing but a tie can follow
            equal.append(column.is_(None))
            continue
        later = column < value if key.descending else column > value
        found.append(and_(*equal, or_(later, column.is_(None))))
        equal.append(column == value)
    return or_(*found, and_(*equal, place > last))
