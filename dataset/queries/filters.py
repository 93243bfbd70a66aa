"""The conditions that filters are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, select

from dataset.store.tables import RECORDS

#: The values of one filter, any of which may match; none: the filter is not set.
Values = Sequence[str]
Conditions = list[ColumnElement[bool]]


def among(column: Column[Any], values: Values) -> Conditions:
    """That the column holds one of the values."""
    if not values:
        return []
    return [column == values[0] if len(values) == 1 else column.in_(values)]


def linked(table: Table, **filters: Values) -> Conditions:
    """That one item of the list in a link table has, in each column named, one of the values given for it."""
    conditions = [condition for name, values in filters.items() for condition in among(table.c[name], values)]
    if not conditions:
        return []
    return [RECORDS[table.info["owner"]].c.row.in_(select(table.c.row).where(*conditions))]
