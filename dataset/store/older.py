"""Indexes for releases before the newest: made when there are such releases, so that history costs nothing before.

Two families, each with the default order of a list and with every filter of one value in front of it: `first` (where
since = 1) serves the first release, in which nothing older is valid, once there is a second; `past` (with since and
until) those between it and the newest, once there is a third, at the price of passing over the other versions of the
records on a page.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, TextClause, func, inspect, select, text

from dataset.store.tables import RECORDS, releases


def wanting(connection: Connection) -> list[TextClause]:
    """The statements that make those of the indexes which a database should have by its releases, and has not."""
    count = connection.execute(select(func.count()).select_from(releases)).scalar_one()
    families = [family for family, least in ((_first, 2), (_past, 3)) if count >= least]
    if not families:
        return []
    inspector = inspect(connection)
    held = {index["name"] for name in RECORDS for index in inspector.get_indexes(name)}
    indexes = (index for table in RECORDS.values() for family in families for index in family(table))
    return [text(statement) for name, statement in indexes if name not in held]


def _first(table: Table) -> Iterator[tuple[str, str]]:
    """Each index by its name, and how it is made, on both engines alike."""
    for name, columns, there in _walked(table):
        yield _index(table, f"{name}_first", columns, ["since = 1", *there])


def _past(table: Table) -> Iterator[tuple[str, str]]:
    """The same; versions are unique by id and since, which makes an index of its own."""
    for name, columns, there in _walked(table):
        if name != "id":
            yield _index(table, f"{name}_past", f"{columns}, since, until", there)


def _walked(table: Table) -> Iterator[tuple[str, str, list[str]]]:
    """By what a list is walked: the name, the columns, and the condition where the filtered member may be absent."""
    order = table.info["order"]
    yield order, order, []
    for column in table.columns:
        if column.info.get("use", "plain") != "plain":
            yield column.name, f"{column.name}, {order}", [f"{column.name} IS NOT NULL"] if column.nullable else []


def _index(table: Table, name: str, columns: str, conditions: list[str]) -> tuple[str, str]:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"ix_{table.name}_{name}", f"CREATE INDEX ix_{table.name}_{name} ON {table.name} ({columns}){where}"
