"""Pages of records that have a common value in a list inside them: met in order or looked up, not gathered.

A filter that looks into a list is asked by its values: the rows of all records that have one are gathered and then put
in order. For a rare value nothing is cheaper. A topic of two records in five costs sixteen steps for each of them,
though its first page stands among the first hundred or two of all. So the rows of a value are counted, no further than
`MANY`.

Where there are so many, and another filter names few records, these are gathered, and the common value is looked up in
each. Where none does, the next `REACH` records in order are looked at first. What that costs in vain is bounded, and
where the page is not full then it is gathered as ever: the answer is the same.

PostgreSQL knows which values are common, and plans for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, Select, Table, func, select

from dataset.queries.compiled import Rows, fetch
from dataset.queries.filters import Choice, equal
from dataset.queries.paging import Plain, Records, order, page, plain_page, records
from dataset.queries.releases import Release
from dataset.queries.topics import find_narrower
from dataset.store import tables
from dataset.store.tables import claims, quotes

#: So many rows of a value, in any release, make it common.
MANY: Final = 5000
#: Records in order that are looked at.
REACH: Final = 10_000
#: Behind all places.
_END: Final = "\U0010ffff"

Counting = Callable[[Release, Sequence[str]], Select[int]]


def _counting(column: Column[Any], *, narrower: bool = False) -> Counting:
    """How many rows of a link table have one of some values; no more than `MANY`."""

    def count(release: Release, values: Sequence[str]) -> Select[int]:
        asked = find_narrower(release=release, ids=values) if narrower else values
        return select(func.count()).select_from(select(column).where(equal(column, asked)).limit(MANY).subquery())

    return count


#: Table → its filters that look into lists: how their values are counted.
_COUNTED: Final[dict[Table, dict[str, Counting]]] = {
    claims: {
        "via": _counting(tables.claims_via.c.actor),
        "event": _counting(tables.claims_events.c.event),
        "actor": _counting(tables.claims_actors.c.actor),
        "place": _counting(tables.claims_places.c.place),
        "topic": _counting(tables.claims_topics.c.topic, narrower=True),
        "quote": _counting(tables.claims_quotes.c.quote),
    },
    quotes: {"via": _counting(tables.quotes_via.c.actor)},
}
#: Filters that look into lists and name few records, whatever the value.
_FEW: Final = frozenset({"question"})


def read_page(
    connection: Connection, find: Callable[..., Records], table: Table, release: Release, asked: Plain
) -> Rows:
    """The rows of a page in the default order, read in the way that costs least."""
    rows = _of_common(connection, find, table, release, asked)
    return fetch(connection, plain_page, find, table, release, asked) if rows is None else rows


def _of_common(
    connection: Connection, find: Callable[..., Records], table: Table, release: Release, asked: Plain
) -> Rows | None:
    """A page where a filter has a common value; None where the plain statement does as well."""
    counted = _COUNTED.get(table, {})
    if connection.dialect.name != "sqlite" or asked.ids is not None or not counted.keys() & asked.filters.keys():
        return None
    common: dict[str, Choice] = {}
    few = False
    for name, choice in asked.filters.items():
        if not isinstance(choice, Choice) or not choice.some:
            continue
        if name not in counted:  # a reference to another record names few, and has an index
            few |= name in _FEW or (name in table.c and table.c[name].info.get("use") == "reference")
        elif fetch(connection, counted[name], release, tuple(choice.some))[0][0] == MANY:
            common[name] = choice._replace(common=True)
        else:
            few = True
    if not common:
        return None
    marked = asked._replace(filters={**asked.filters, **common})
    if few:
        return fetch(connection, plain_page, find, table, release, marked)
    rows = fetch(connection, _walk, find, table, release, marked)
    return rows if len(rows) > asked.limit else None


def _walk(find: Callable[..., Records], table: Table, release: Release, asked: Plain) -> Records:
    """The page, as far as it stands among the next records in order."""
    place = order(table)
    reach = records(table, release).with_only_columns(place).order_by(place).limit(1).offset(REACH)
    if asked.after is not None:
        reach = reach.where(place > asked.after)
    near = place < func.coalesce(reach.scalar_subquery(), _END)
    return page(find(release=release, **asked.filters).where(near), table, after=asked.after, limit=asked.limit)
