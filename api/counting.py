"""Counts of a list: how many records the filters leave, and how many under each value of one or two dimensions."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Table

from api.answers import compact, send
from api.lists import Find, narrowed, total_of, worded
from api.negotiation import JSON, chosen
from api.queries import ListRequest
from api.reading import reading
from dataset.queries.grouping import find_groups


def count(table: Table, find: Find, query: ListRequest) -> Response:
    """The number of the records that `find` selects by the filters, and their groups; the greatest groups first."""
    chosen([JSON])
    with reading(query) as view:
        total = total_of(view, find, table, query)
        rows: list[Any] = []
        if query.groups:
            selected = worded(view, narrowed(find(release=view.release, **query.filters), table, query), table, query)
            asked = find_groups(selected, table.name, query.groups, limit=query.limit)
            rows = list(view.connection.execute(asked))
    groups = [{"key": dict(zip(query.groups, row, strict=False)), "count": row.counted} for row in rows]
    told: dict[str, Any] = {"total": total, "groups": groups}
    if rows:
        *_, all_groups, all_counted = rows[0]
        left = int(all_counted) - sum(row.counted for row in rows)
        told["remainder"] = {"groups": all_groups - len(rows), "count": left}
    return send(compact({**told, "release": view.release.version}))
