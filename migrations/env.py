"""How Alembic reaches the database: always through a connection that the program hands over, never by itself.

`onrecord publish` and `onrecord migrate` (dataset/store/migrating.py) put the connection into the configuration's
attributes: on SQLite it leads to a copy that is renamed into place afterwards, on PostgreSQL into a transaction under a
lock. From the shell only what reads is possible, against ONRECORD_DATABASE_URL: `alembic check`, `alembic current`,
`alembic revision --autogenerate`.
"""

from __future__ import annotations

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine

from dataset.settings import read_settings
from dataset.store.tables import is_shared, metadata

_READING = frozenset({"check", "current", "revision"})


def _run(connection: Connection) -> None:
    """Run the migrations on `connection`; who called decides when it commits."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=is_shared,
        render_as_batch=True,  # SQLite changes a table by making it anew
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    _run(given)
elif context.is_offline_mode() or context.config.cmd_opts is None:
    raise CommandError("a migration needs a database to refill from the records in it: run `onrecord migrate`")
elif context.config.cmd_opts.cmd[0].__name__ not in _READING:
    raise CommandError("databases are changed in a copy or under a lock: run `onrecord migrate`")
else:
    with create_engine(read_settings().database_url).connect() as opened:
        _run(opened)
