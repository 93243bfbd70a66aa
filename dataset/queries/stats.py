"""Figures of a release as a whole: what `find_groups` counts of all records of a type, and the spans of their dates."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select, func

from dataset.queries.paging import records
from dataset.queries.releases import Release
from dataset.store.tables import RECORDS

#: Type → its dates.
DATES: Final = {"sources": ("published",), "quotes": ("said",), "claims": ("time", "said"), "events": ("date",)}
#: Types that may be anchored.
ANCHORED: Final = ("quotes", "claims")


def find_anchored(record_type: str, *, release: Release) -> Select[int, int]:
    """How many records of a type there are, and how many of them are anchored."""
    table = RECORDS[record_type]
    return records(table, release).with_only_columns(func.count(), func.count(table.c.anchor_start))


def find_span(record_type: str, name: str, *, release: Release) -> Select[int, str | None, str | None]:
    """How many records of a type have a date, its first and its last day.

    A date without a first day counts by its last one, and the other way round.
    """
    table = RECORDS[record_type]
    earliest, latest = table.c[f"{name}_earliest"], table.c[f"{name}_latest"]
    return records(table, release, table.c[name].is_not(None)).with_only_columns(
        func.count(), func.min(func.coalesce(earliest, latest)), func.max(func.coalesce(latest, earliest))
    )
