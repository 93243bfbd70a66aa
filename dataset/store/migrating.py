"""Migrations, run by the program on a connection that it owns, and the refilling of columns after them.

Alembic changes structure; then every column and link row is read from the bodies anew, by the same function as in
loading. Importing this module imports Alembic: those who may not need it import it late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from dataset.canonical import parse
from dataset.derived import keeping as positions
from dataset.search import filling as search
from dataset.store.columns import Value, link_reader, link_tables, member_columns, record_reader
from dataset.store.database import revision_of
from dataset.store.tables import HEAD, RECORDS

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
BATCH = 2000


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, from an installed package as from a checkout."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revisions() -> list[str]:
    """The revisions there are, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]


def move(connection: Connection, revision: str = HEAD) -> bool:
    """Upgrade or downgrade to `revision` within the transaction of `connection`; whether anything was to be done.

    At the head, columns, link tables, the search and positions are filled from the bodies; below it they stay as the
    migrations left them, for this program cannot serve such a database anyway.

    Raises:
        ValueError: no such revision, or the database is at one that this program does not know.
    """
    order = ["base", *revisions()]
    before = revision_of(connection) or "base"
    if order.index(revision) > order.index(before):
        command.upgrade(configuration(connection), revision)
    elif order.index(revision) < order.index(before):
        command.downgrade(configuration(connection), revision)
    else:
        return False
    if revision == HEAD:
        refill(connection)
    return True


def refill(connection: Connection) -> None:
    """Read every column and every link row from the bodies again, and make anew what is kept beside them."""
    for record_type, table in RECORDS.items():
        for links in link_tables(record_type):
            connection.execute(delete(links))
        names = [column.name for column in member_columns(table)]
        statement = update(table).where(table.c.row == bindparam("at_row"))
        for rows in _batches(connection, record_type):
            bodies = [(number, parse(body)) for number, body in rows]
            read = record_reader(record_type)
            if names:
                connection.execute(
                    statement.values({name: bindparam(f"to_{name}") for name in names}),
                    [_parameters(number, names, read(body)) for number, body in bodies],
                )
            for links in link_tables(record_type):
                columns = ["row", "position", *(column.name for column in member_columns(links))]
                items = link_reader(links)
                found = [dict(zip(columns, row, strict=True)) for number, body in bodies for row in items(body, number)]
                if found:
                    connection.execute(insert(links), found)
    search.rebuild(connection)
    positions.rebuild(connection)


def _parameters(number: int, names: Sequence[str], values: Sequence[Value]) -> dict[str, Value]:
    named: dict[str, Value] = {f"to_{name}": value for name, value in zip(names, values, strict=True)}
    named["at_row"] = number
    return named


def _batches(connection: Connection, record_type: str) -> Iterator[Sequence[Row[int, str]]]:
    """Row number and body of all versions of a type, some thousand at a time."""
    table = RECORDS[record_type]
    last = -1
    while True:
        statement = select(table.c.row, table.c.body).where(table.c.row > last).order_by(table.c.row).limit(BATCH)
        rows = connection.execute(statement).all()
        if not rows:
            return
        yield rows
        last = rows[-1][0]
