"""A release as it stands in the database: its records in default order and its change-set, as stored bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, LargeBinary, Row, and_, cast, select

from dataset.canonical import Body, parse
from dataset.redactions import remaining
from dataset.schemas import TYPES
from dataset.store.reading import StoredRelease, newest_release, plain_rows, valid_in
from dataset.store.tables import RECORDS, changes

#: Records that are read, turned into columns and written together.
BATCH: Final = 8192


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One release, read through a connection that sees one state of the database."""

    connection: Connection
    release: StoredRelease
    newest: int

    @classmethod
    def of(cls, connection: Connection, release: StoredRelease) -> Snapshot:
        """The release in the state that the connection sees."""
        newest = newest_release(connection)
        return cls(connection, release, newest.ordinal if newest else release.ordinal)

    @property
    def counts(self) -> dict[str, int]:
        """Number of records by type, as the manifest has it, without those that were redacted."""
        counts = remaining(self.release.manifest)["counts"]
        return {type: int(counts.get(type, 0)) for type in TYPES}

    def bodies(self, type: str) -> Iterator[Sequence[bytes]]:
        """The canonical bytes of every record of a type in default order, some thousand at a time."""
        table = RECORDS[type]
        order = table.c[table.info["order"]]
        as_bytes = self.connection.dialect.name == "sqlite"  # there a text is bytes, which need not become one first
        body = cast(table.c.body, LargeBinary) if as_bytes else table.c.body
        statement = select(body).where(valid_in(table, self.release.ordinal, self.newest)).order_by(order)
        for rows in plain_rows(self.connection, statement, BATCH):
            yield [held for (held,) in rows] if as_bytes else [text.encode() for (text,) in rows]

    def dataset(self) -> Body:
        """The record of the dataset itself."""
        ((data,),) = self.bodies("dataset")
        return parse(data)

    def changes(self) -> Iterator[bytes]:
        """The lines of the change-set, line ends included, in the order of the log: by type and id."""
        for type in TYPES:
            table = RECORDS[type]
            here = and_(table.c.id == changes.c.id, table.c.since == changes.c.release)
            columns = (changes.c.id, changes.c.operation, changes.c.reason, changes.c.replaced_by, changes.c.digest)
            statement = (
                select(*columns, table.c.body)
                .join_from(changes, table, here, isouter=True)
                .where(changes.c.release == self.release.ordinal, changes.c.type == type)
                .order_by(changes.c.id)
            )
            rows = self.connection.execute(statement, execution_options={"yield_per": BATCH})
            for row in rows:
                yield _line(type, row)


def _line(type: str, row: Row[str, str, str | None, str | None, str | None, str | None]) -> bytes:
    """A change as it stands in the log: canonical JSON, in which the stored body is put as it is."""
    id, operation, reason, replaced_by, digest, body = row
    members = {
        "body": body,
        "digest": _json(digest),
        "id": _json(id),
        "operation": _json(operation),
        "reason": _json(reason),
        "replaced_by": _json(replaced_by),
        "type": _json(type),
    }
    held = ",".join(f'"{name}":{value}' for name, value in members.items() if value is not None)
    return b"{%s}\n" % held.encode()


def _json(text: str | None) -> str | None:
    return None if text is None else json.dumps(text, ensure_ascii=False)
