"""Figures of a release as a whole: what `find_groups` counts of all records of a type, and the spans of their dates."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, func

from dataset.queries.paging import records
from dataset.queries.releases import Release
from dataset.store.tables import RECORDS

#: Type → its dates.
DATES: Final = {"sources": ("published",), "quotes": ("said",), "claims": ("time", "said"), "events": ("date",)}
#: Types that may be anchored.
ANCHORED: Final = ("quotes", "claims")


def find_spans(record_type: str, *, release: Release) -> Select[Any]:
    """One row: how many records there are, how many anchored; of each date how many have it, its first and last day.

    A date without a first day counts by its last one, and the other way round.
    """
    table = RECORDS[record_type]
    columns: list[Any] = [func.count().label("records")]
    if record_type in ANCHORED:
        columns.append(func.count(table.c.anchor_start).label("anchored"))
    for name in DATES.get(record_type, ()):
        earliest, latest = table.c[f"{name}_earliest"], table.c[f"{name}_latest"]
        columns += [
            func.count(table.c[name]).label(f"{name}_records"),
            func.min(func.coalesce(earliest, latest)).label(f"{name}_first"),
            func.max(func.coalesce(latest, earliest)).label(f"{name}_last"),
        ]
    return records(table, release).with_only_columns(*columns)
