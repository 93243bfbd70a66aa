"""From the lines of a change-set to the rows that they become: all of it that needs no database.

It is done in other processes where there is much of it (`dataset.pool`), so it takes and gives plain data. A row begins
with its place among those of its type in the batch; what number that is in the table is for `loading` to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from dataset.canonical import Body, canonical, digest, encode, parse
from dataset.log import Change
from dataset.store.columns import Value, link_reader, link_tables, record_reader
from dataset.store.tables import RECORDS

if TYPE_CHECKING:
    from sqlalchemy import Table

RowValues = tuple[Value, ...]


class Inconsistent(Exception):  # noqa: N818 - the state of a log
    """A change-set does not fit the records before it, or not its own digests."""


class Unreadable(Inconsistent):
    """A line is not a change; whoever reads the log says where."""


@dataclass(slots=True)
class Batch:
    """Rows for the log of changes, ids of records that end by type, new rows by type and by name of the link table."""

    changes: list[RowValues] = field(default_factory=list)
    ended: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, list[RowValues]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[RowValues]] = field(default_factory=lambda: defaultdict(list))


def prepare(lines: Sequence[bytes]) -> Batch:
    """The rows of some changes.

    Raises:
        Inconsistent: a body that has not its digest, an unknown type or operation.
        Unreadable: a line that is not a change.
    """
    batch = Batch()
    for line in lines:
        try:
            change = Change(**parse(line))
        except (ValueError, TypeError) as error:
            raise Unreadable(str(error)) from None
        _add(batch, change)
    return batch


def _add(batch: Batch, change: Change) -> None:
    record_type = change.type
    if record_type not in RECORDS or change.operation not in ("added", "changed", "merged", "withdrawn"):
        raise Inconsistent(f"{record_type} {change.id}: unknown type or operation {change.operation!r}")
    batch.changes.append((record_type, change.id, change.operation, change.reason, change.replaced_by, change.digest))
    if change.operation != "added":
        batch.ended[record_type].append(change.id)
    if change.operation not in ("added", "changed"):
        return
    body = change.body
    if body is None:
        raise Inconsistent(f"{record_type} {change.id}: {change.operation} without a body")
    text, checksum = stored(body, change.digest)
    if checksum != change.digest:
        raise Inconsistent(f"{record_type} {change.id}: the body has not the digest that the change-set gives")
    records = batch.records[record_type]
    place = len(records)
    records.append((place, change.id, checksum, *record_reader(record_type)(body), text))
    for name, read in _link_readers(record_type):
        if rows := read(body, place):
            batch.links[name] += rows


@cache
def _link_readers(record_type: str) -> list[tuple[str, Callable[[Body, int], list[RowValues]]]]:
    return [(table.name, link_reader(table)) for table in link_tables(record_type)]


def columns(table: Table) -> list[str]:
    """The columns of the rows of a record or link table, in their order; the others have one value in all rows."""
    return [column.name for column in table.columns if column.name not in ("since", "until")]


def stored(body: Body, expected: str | None) -> tuple[str, str]:
    """The canonical text of a body and its digest.

    `encode` writes the very bytes of RFC 8785 for all bodies that a schema gave; for any other the digest that is
    `expected` tells.
    """
    data = encode(body)
    found = digest(data)
    if found != expected:
        data = canonical(body)
        found = digest(data)
    return data.decode(), found
