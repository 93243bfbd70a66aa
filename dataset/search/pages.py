"""A page of hits: the tiers of a query asked one after another until the page is full.

Where a page ends is told as text, `after`: the tier, for all types at once the type, and the place in the default order
(`1 pier-news B12 C140 pier-news.c2`), which any engine and any later database understands alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, text

from dataset.queries.compiled import Make, Rows, fetch
from dataset.queries.filters import ANY
from dataset.queries.paging import Records
from dataset.queries.releases import Release
from dataset.queries.search import Asked, Within, asked_of, find_anything, find_words
from dataset.search.expression import tier
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
    find: Callable[..., Records],
    table: Table,
    *,
    query: Query,
    release: Release,
    filters: Mapping[str, Any],
    ids: Sequence[str] | None = None,
    after: str | None,
    limit: int,
) -> list[Hit]:
    """The records of a list that the query finds; one more than `limit` if there is one.

    Quotes and claims of one source stand side by side in the index: where that source alone is asked for, the rest of
    the index is spared.

    Raises:
        ValueError: `after` is no place that a hit of the query has.
    """
    reached, place = split(after, query)
    first, before = None, None
    sources: Sequence[str] = filters.get("source", ANY).some
    if len(sources) == 1 and table.info["order"] == "sort":  # it begins with the source and a space
        first, before = f"{sources[0]} ", f"{sources[0]}!"
        place = first if place is None else max(place, first)

    def ask(number: int, asked: Asked) -> Iterator[Hit]:
        within = Within(filters, limit, ids, place if number == reached else first, before)
        for position, body in _fetch(connection, find_words, find, table, release, within, asked):
            yield Hit(f"{number} {position}", table.name, body)

    return _tiers(connection, query, reached, limit, ask)


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
    tables = tuple(table for name, table in RECORDS.items() if not types or name in types)

    def ask(number: int, asked: Asked) -> Iterator[Hit]:
        behind = (RECORDS[record_type], place) if rest is not None and number == reached else None
        for found, position, body in _fetch(connection, find_anything, tables, release, asked, behind, limit):
            yield Hit(f"{number} {found} {position}", found, body)

    return _tiers(connection, query, reached, limit, ask)


def _tiers(
    connection: Connection, query: Query, reached: int, limit: int, ask: Callable[[int, Asked], Iterator[Hit]]
) -> list[Hit]:
    """The hits of the tiers from the one that was reached, until there are enough.

    Each is asked for a whole page, whatever is there already: a shape of statement for every rest would cost more.
    """
    engine = connection.dialect.name
    if engine == "postgresql":  # keep it from spending more on a plan than on the page; for this transaction alone
        connection.execute(_PLAIN_PLANS)
    hits: list[Hit] = []
    for number in query.tiers:
        if number >= reached and len(hits) <= limit:
            hits += ask(number, asked_of(tier(query, number), engine))
    return hits[: limit + 1]


def _fetch(connection: Connection, make: Make, *arguments: Any) -> Rows:
    """The rows of a statement; on PostgreSQL each is planned for its words, so none is kept."""
    if connection.dialect.name == "postgresql":
        return connection.execute(make(*arguments)).all()
    return fetch(connection, make, *arguments)


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
