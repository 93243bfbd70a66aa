"""A body as rows, and rows as a body: `unflatten(flatten(body)) == body`, for every type and through the text of a CSV.

`flatten` is what an export of a filtered list writes; `onrecord load` reads tables back by `unflatten`, whose result
it hands to the schema. Both follow `layout`, so neither knows a field by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dataset.canonical import Body
from dataset.exports.cells import Value
from dataset.exports.layout import POSITION, LinkTable, layout

Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Flat:
    """A record as rows: one of its type's table, and those of each link table by name, where there are any."""

    row: Row
    links: dict[str, list[Row]] = field(default_factory=dict)


def flatten(type: str, body: Body) -> Flat:
    """The rows of a body; every column is there, None where the body lacks the member."""
    tables = layout(type)
    links: dict[str, list[Row]] = {}
    for table in tables.links:
        items = _get(body, table.path)
        if items:
            links[table.name] = [_link_row(table, body["id"], number, item) for number, item in enumerate(items, 1)]
    return Flat({column.name: _get(body, column.path) for column in tables.columns}, links)


def unflatten(type: str, row: Mapping[str, Value], links: Mapping[str, Iterable[Mapping[str, Value]]]) -> Body:
    """The body that these rows stand for: values as `cells.read_cell` gives them, None and absent columns left out.

    The rows of a link table come in the order of their `position`; numbers may be left out between them.

    Raises:
        ValueError: a row of a link table has no whole number as its position, or two of one record have the same.
    """
    tables = layout(type)
    body: Body = {}
    for column in tables.columns:
        _put(body, column.path, row.get(column.name))
    for table in tables.links:
        _put(body, table.path, _items(table, links.get(table.name, ())) or None)
    return body


def _link_row(table: LinkTable, id: str, number: int, item: Any) -> Row:
    row: Row = {table.key: id, POSITION: number}
    for column in table.columns:
        row[column.name] = _get(item, column.path)
    return row


def _items(table: LinkTable, rows: Iterable[Mapping[str, Value]]) -> list[Any]:
    placed: dict[int, Any] = {}
    for row in rows:
        position = row.get(POSITION)
        if not isinstance(position, int) or isinstance(position, bool) or position in placed:
            found = "none" if position is None else repr(position)
            raise ValueError(f"{table.name}: found {POSITION} {found}; allowed: whole numbers, each once a record")
        if table.plain:
            placed[position] = row.get(table.columns[0].name)
            continue
        item: Body = {}
        for column in table.columns:
            _put(item, column.path, row.get(column.name))
        placed[position] = item
    return [placed[position] for position in sorted(placed)]


def _get(body: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if body is None:
            return None
        body = body.get(name)
    return body


def _put(body: Body, path: tuple[str, ...], value: Any) -> None:
    if value is None:
        return
    *parts, name = path
    for part in parts:
        body = body.setdefault(part, {})
    body[name] = value
