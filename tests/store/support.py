"""What the tests of the database share: all that a database holds as plain values, and who stops a run where."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from _pytest.mark.structures import ParameterSet
from sqlalchemy import inspect, select, text

from dataset.store.database import Database
from dataset.store.steps import Observer
from dataset.store.tables import metadata, search

#: Table → its rows, in the order of the primary key.
Contents = dict[str, list[tuple[object, ...]]]


def contents(url: str) -> Contents:
    """Every row of every table of ours; tables and columns that are not there are left out."""
    database = Database(url)
    try:
        with database.read() as connection:
            found = {}
            tables = set(inspect(connection).get_table_names())
            for table in metadata.sorted_tables:
                if table.name in tables:
                    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
                    columns = [column for column in table.columns if column.name in there]
                    if table is search:  # places tell but an order, and each engine keeps words in its own way
                        columns = [column for column in columns if column.name not in ("place", "words")]
                    rows = connection.execute(select(*columns).order_by(*table.primary_key))
                    found[table.name] = [tuple(row) for row in rows]
            return found
    finally:
        database.close()


def indexes(url: str) -> set[str]:
    """Every index as the database itself writes it down."""
    database = Database(url)
    try:
        with database.read() as connection:
            source = {
                "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
                "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()",
            }[connection.dialect.name]
            return {" ".join(str(row[0]).split()) for row in connection.execute(text(source))}
    finally:
        database.close()


def each(sqlite: Sequence[str], postgresql: Sequence[str]) -> list[ParameterSet]:
    """Engine and step, for the steps that the engine has."""
    return [
        *(pytest.param("sqlite", step, marks=pytest.mark.sqlite) for step in sqlite),
        *(pytest.param("postgresql", step, marks=pytest.mark.postgresql) for step in postgresql),
    ]


class Stop(Exception):  # noqa: N818 - not a failure
    """Raised by an observer that ends a run."""


def stopping_at(step: str) -> Observer:
    """An observer that ends the run when a step begins."""

    def observe(name: str, done: int, total: int) -> None:
        if name == step:
            raise Stop(step)

    return observe
