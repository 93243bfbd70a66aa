"""Indexes for releases before the newest: made when a second release comes in, so that history costs nothing before.

Two families, each with the default order of a list and with every filter of one value in front of it: `first` (where
since = 1) serves the first release, in which nothing older is valid; `past` (with since and until) those between it and
the newest, at the price of passing over the other versions of the records on a page.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, TextClause, func, inspect, select, text

from dataset.store.tables import RECORDS, releases


def wanting(connection: Connection) -> list[TextClause]:
    """The statements that make those of the indexes which a database should have by its releases, and has not."""
    if connection.execute(select(func.count()).select_from(releases)).scalar_one() < 2:
        return []
    inspector = inspect(connection)
    held = {index["name"] for name in RECORDS for index in inspector.get_indexes(name)}
    return [text(statement) for table in RECORDS.values() for name, statement in _indexes(table) if name not in held]


def _indexes(table: Table) -> Iterator[tuple[str, str]]:
    """Each index by its name, and how it is made, on both engines alike."""
    order = table.info["order"]
    filters = [column.name for column in table.columns if column.info.get("use", "plain") != "plain"]
    for name in (order, *filters):
        columns = name if name == order else f"{name}, {order}"
        there = [f"{name} IS NOT NULL"] if table.c[name].nullable else []
        yield _index(table, f"{name}_first", columns, ["since = 1", *there])
        if name != "id":  # versions are unique by id and since, which makes an index of its own
            yield _index(table, f"{name}_past", f"{columns}, since, until", there)


def _index(table: Table, name: str, columns: str, conditions: list[str]) -> tuple[str, str]:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"ix_{table.name}_{name}", f"CREATE INDEX ix_{table.name}_{name} ON {table.name} ({columns}){where}"
