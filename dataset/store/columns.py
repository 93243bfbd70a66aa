"""From a body to the rows that stand for it: the columns of its record table and the rows of its link tables.

Everything is read by the paths that the columns of `dataset.store.tables` declare, so loading, migrations and the test
that compares tables with schemas share one account of where a column comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Column, Table

from dataset.canonical import Body
from dataset.store.tables import LINKS, RECORDS

#: What a column may hold.
Value = str | int | float | bool | None

#: Columns of every record table that are not read from the body.
FRAME = ("row", "id", "since", "until", "digest", "body")


def member_columns(table: Table) -> list[Column[Any]]:
    """The columns of a record or link table that are read from a body."""
    return [column for column in table.columns if "paths" in column.info]


@cache
def record_reader(record_type: str, known: str = "") -> Callable[[Body], tuple[Value, ...]]:
    """A function from a body of that type to the values of the member columns of its table, in their order.

    The column that is `known` is left out.
    """
    columns = [column for column in member_columns(RECORDS[record_type]) if column.name != known]
    # most are members of the body itself, and all of these are read at once; no member has an empty name
    plain = ["" if _is_inner(column) else column.info["paths"][0] for column in columns]
    inner = [(index, _getter(column)) for index, column in enumerate(columns) if _is_inner(column)]

    def read(body: Body) -> tuple[Value, ...]:
        values = list(map(body.get, plain))
        for index, get in inner:
            values[index] = get(body)
        return tuple(values)

    return read


@cache
def link_reader(table: Table) -> Callable[[Body, int], list[tuple[Value, ...]]]:
    """A function from a body and the number of its row to the rows of one of its link tables.

    These are that number, the position, and the values of each item. An item without the member that the table is found
    by (a role without organisation) has no row.
    """
    items = _path(table.info["path"])
    columns = member_columns(table)
    if [column.info["paths"] for column in columns] == [("",)]:
        return lambda body, row: [(row, position, item) for position, item in enumerate(items(body) or ())]
    getters = [_getter(column) for column in columns]
    key = next(index for index, column in enumerate(columns) if not column.nullable)

    def read(body: Body, row: int) -> list[tuple[Value, ...]]:
        found = ((position, [get(item) for get in getters]) for position, item in enumerate(items(body) or ()))
        return [(row, position, *values) for position, values in found if values[key] is not None]

    return read


@cache
def link_tables(record_type: str) -> tuple[Table, ...]:
    """The link tables of a record type."""
    return LINKS[record_type]


def _is_inner(column: Column[Any]) -> bool:
    """Whether a column is more than a member of the body."""
    return "derive" in column.info or "." in column.info["paths"][0]


def _getter(column: Column[Any]) -> Callable[[Any], Any]:
    derive: Callable[[Body], object] | None = column.info.get("derive")
    return derive or _path(column.info["paths"][0])


def _path(path: str) -> Callable[[Any], Any]:
    """A function that reads the member at a dotted path, None where any part of the path is absent."""
    if not path:
        return lambda item: item
    first, _, rest = path.partition(".")
    if not rest:
        return lambda item: item.get(first)
    inner = _path(rest)

    def read(item: Body) -> object:
        held = item.get(first)
        return None if held is None else inner(held)

    return read
