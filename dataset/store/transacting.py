"""PostgreSQL: a run is one transaction under an advisory lock; readers see it when it is committed, or never."""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, delete, inspect, text

from dataset.store.addresses import shown
from dataset.store.holding import Held, held_in
from dataset.store.postgresql import postgresql_engine
from dataset.store.preparing import Inconsistent
from dataset.store.steps import COMMIT, LOCK, Refused, Steps
from dataset.store.tables import metadata
from dataset.store.verifying import Unsound
from dataset.store.work import Work, carry_out

#: First half of the key of our advisory lock ("onre"); the second half is the schema, so that each has its own.
LOCK_KEY = 0x6F6E7265


def run(url: URL, work: Work) -> tuple[Held, Held]:
    """Do the work; what the database held before and holds now.

    Raises:
        Refused: another run is at work, or the database holds what must not be touched.
        Failed: the database is as it was.
    """
    steps = Steps(work.observer)
    engine = postgresql_engine(url, pool_size=1)
    try:
        with steps.failing(shown(url), Inconsistent, Unsound, psycopg.Error), engine.connect() as connection:
            with steps.step(LOCK):
                _lock(connection, shown(url))
            before = held_in(connection, shown(url))
            if work.done(before):  # another run did it in the meantime
                return before, before
            releases, gone = work.plan(before), work.redactions(before)
            if work.fresh and before.revision is not None:
                _empty(connection)
            after = carry_out(connection, releases, gone, work, steps, name=shown(url), empty=not before.releases)
            with steps.step(COMMIT):
                connection.commit()
            if gone:
                _vacuum(connection)
            return before, after
    finally:
        engine.dispose()


def _lock(connection: Connection, name: str) -> None:
    """Hold the lock until the transaction ends, however it ends."""
    statement = text("SELECT pg_try_advisory_xact_lock(:key, hashtext(current_schema()))")
    if not connection.execute(statement, {"key": LOCK_KEY}).scalar_one():
        raise Refused(f"another run is at work on {name}: nothing was changed; try again when it is done")


def _vacuum(connection: Connection) -> None:
    """Let the server forget the rows that were taken out, as soon as no older transaction can see them."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    driver.autocommit = True
    for table in metadata.sorted_tables:
        driver.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table.name)))


def _empty(connection: Connection) -> None:
    """Take out all that the log brought in; readers see it until the transaction is committed."""
    there = set(inspect(connection).get_table_names())
    for table in reversed(metadata.sorted_tables):
        if table.name in there:
            connection.execute(delete(table))
