"""The figures by which the result of a query is known again: how many records, and the SHA-256 of their JSON Lines.

Anybody can recompute both from the list itself: its records as canonical JSON, one a line, in the default order of the
type, `sha256sum` over them. Sorting a list makes no other result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table

from dataset.queries.paging import Records, order

#: Records of a filtered list that are digested at most for one request.
MOST: Final = 100_000
#: Records that are read at once.
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Figures:
    """How many records a query found, and the SHA-256 of their JSON Lines, 64 hexadecimal digits."""

    count: int
    sha256: str


def whole(manifest: Mapping[str, Any], type: str) -> Figures:
    """The figures of all records of a type, from the manifest of a release; of those that are left, where some went."""
    left = manifest.get("redacted", {})
    counts, digests = ({**manifest[name], **left.get(name, {})} for name in ("counts", "types"))
    return Figures(int(counts[type]), str(digests[type]))


class TooMany(Exception):  # noqa: N818 - a limit, told to the client
    """The list holds more records than one request may digest."""


def figures(connection: Connection, statement: Records, table: Table, *, most: int = MOST) -> Figures:
    """The figures of a list that a query function made, read some at a time.

    Raises:
        TooMany: it holds more than `most` records.
    """
    digest, count = hashlib.sha256(), 0
    asked = statement.with_only_columns(table.c.body).order_by(order(table)).limit(most + 1)
    with connection.execution_options(yield_per=BATCH).execute(asked) as rows:
        for bodies in rows.scalars().partitions(BATCH):
            count += len(bodies)
            if count > most:
                raise TooMany
            digest.update("".join(f"{body}\n" for body in bodies).encode())
    return Figures(count, digest.hexdigest())
