"""A sample of a list: the records that a digest of seed and id happens to put first.

The same seed gives the same records on every engine and machine, and again when the list is asked with fewer filters
and cut down: which of two records comes first depends on nothing but their ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from heapq import nsmallest

from sqlalchemy import Select, Table

from dataset.queries.paging import Records, whole

#: Ids that are read at once, so that the memory needed does not depend on the length of the list.
BATCH = 8192


def find_ids(statement: Records, table: Table) -> Select[str]:
    """The ids of all records of a list, in no order."""
    return statement.with_only_columns(table.c.id).execution_options(yield_per=BATCH)


def sample_of(ids: Iterable[str], number: int, seed: int) -> list[str]:
    """`number` of the ids, or all where there are fewer: those with the least SHA-256 of seed, space and id."""

    def rank(record_id: str) -> bytes:
        return hashlib.sha256(f"{seed} {record_id}".encode()).digest()

    return nsmallest(number, ids, key=rank)


def find_chosen(statement: Records, table: Table, ids: Iterable[str]) -> Records:
    """The records of a list that have one of these ids, in the default order."""
    return whole(statement.where(table.c.id.in_(list(ids))), table)
