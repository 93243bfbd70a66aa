"""A page of hits: the tiers of a query asked one after another until the page is full.

Where a page ends is told as text, `after`: the tier, for all types at once the type, and the place in the default order
(`1 pier-news B12 C140 pier-news.c2`), which any engine and any later database understands alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table, text

from dataset.queries.paging import Records
from dataset.queries.releases import Release
from dataset.queries.search import find_anything, find_words
from dataset.search.query import Query
from dataset.store.tables import RECORDS

_AFTER: Final = re.compile("([0-2]) (.+)", re.DOTALL)

_PLAIN_PLANS: Final = text(
    "SELECT set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found: where it stands in the answer (the `after` of what follows), its type and its body."""

    after: str
    type: str
    body: str


def page_of(
    connection: Connection,
    statement: Records,
    table: Table,
    *,
    query: Query,
    release: Release,
    after: str | None,
    limit: int,
    source: str | None = None,
) -> list[Hit]:
    """The records of `statement` (all filters of a list) that the query finds; one more than `limit` if there is one.

    `source` is the source of quotes or claims when the statement asks for a single one: the search is faster then.

    Raises:
        ValueError: `after` is no place that a hit of such a query has.
    """
    reached, place = split(after, query)
    _prepare(connection)
    hits: list[Hit] = []
    for number in query.tiers:
        if number < reached or len(hits) > limit:
            continue
        asked = find_words(
            statement,
            table,
            query=query,
            number=number,
            release=release,
            after=place if number == reached else None,
            limit=limit - len(hits),
            engine=connection.dialect.name,
            source=source,
        )
        hits += [Hit(f"{number} {order}", table.name, body) for order, body in connection.execute(asked)]
    return hits


def page_of_all(
    connection: Connection,
    *,
    query: Query,
    types: Sequence[str] = (),
    release: Release,
    after: str | None,
    limit: int,
) -> list[Hit]:
    """The records of all types, or of those given, that the query finds; one more than `limit` if there is one.

    Raises:
        ValueError: `after` is no place that a hit of such a query has.
    """
    reached, rest = split(after, query)
    record_type, _, place = (rest or "").partition(" ")
    if rest is not None and (record_type not in RECORDS or (types and record_type not in types) or not place):
        raise ValueError(f"found {after!r}; allowed: tier, type and place of a hit")
    _prepare(connection)
    hits: list[Hit] = []
    for number in query.tiers:
        if number < reached or len(hits) > limit:
            continue
        asked = find_anything(
            query=query,
            number=number,
            types=types,
            release=release,
            after=(record_type, place) if rest is not None and number == reached else None,
            limit=limit - len(hits),
            engine=connection.dialect.name,
        )
        hits += [Hit(f"{number} {found} {order}", found, body) for found, order, body in connection.execute(asked)]
    return hits


def _prepare(connection: Connection) -> None:
    """Keep PostgreSQL from spending more on a plan than on the page; for this transaction alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(_PLAIN_PLANS)


def split(after: str | None, query: Query) -> tuple[int, str | None]:
    """The tier that a page goes on in, and the place in it; the first tier, and none, at the beginning.

    Raises:
        ValueError: the query has no such tier, or this is no place at all.
    """
    if after is None:
        return -1, None
    found = _AFTER.fullmatch(after)
    if found is None or int(found[1]) not in query.tiers:
        raise ValueError(f"found {after!r}; allowed: tier and place of a hit of this query")
    return int(found[1]), found[2]
