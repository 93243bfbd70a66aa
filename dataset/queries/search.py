"""Records by their words: any list narrowed to what a query finds, or all types at once, one `Select` a tier.

The tiers of a query follow one another (`Query.tiers`), and within a tier records stand in the default order, so the
order is a function of record and query alone. The index is walked in that order and left when the page is full;
`dataset.search.pages` asks tier after tier. A tier is told from the others by the words of an entry alone, so no hit
comes twice.

Each engine keeps its words in its own way, and takes what is asked in another form (`asked_of`). That is an argument of
the functions of a page, so that `dataset.queries.compiled` can keep their statements for other words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from dataset.queries.filters import looked_up
from dataset.queries.paging import Records, is_filtered, order, with_ids
from dataset.queries.releases import Release
from dataset.search.expression import Expression, anywhere, evaluate, fts5, is_plain, tsquery
from dataset.search.places import stretch
from dataset.search.query import Query
from dataset.store.reading import valid_in
from dataset.store.tables import RECORDS, WORDS, search

#: Type, place in the default order of the type, and canonical body.
AnyRecords = Select[str, str, str]

#: What SQLite keeps the words in: contentless FTS5, the number of a row being its place.
_WORDS: Final = Table(WORDS, MetaData(), Column("rowid", Integer), Column("words", Text))
_ORDINALS: Final = {record_type: ordinal for ordinal, record_type in enumerate(RECORDS)}


#: An expression as an engine takes it: SQLite as text, any words alike; PostgreSQL is to plan for these very words.
Asked = str | Expression


class Within(NamedTuple):
    """Which records of a list a page of hits is of, between which places of its order; one more than `limit`."""

    filters: Mapping[str, Any]
    limit: int
    ids: Sequence[str] | None = None
    after: str | None = None
    before: str | None = None


def asked_of(expression: Expression, engine: str) -> Asked:
    """What to ask of the engine of that name, `sqlite` or `postgresql`."""
    return fts5(expression) if engine == "sqlite" else expression


def find_words(find: Callable[..., Records], table: Table, release: Release, within: Within, asked: Asked) -> Records:
    """The records that `find` selects by its filters and that a tier finds."""
    statement = with_ids(find(release=release, **looked_up(within.filters)), table, within.ids)
    left, right = stretch(_ORDINALS[table.name])
    hits = _hits(asked, release)
    if is_filtered(statement, table, release):
        hits = hits.where(statement.with_only_columns(literal(1)).where(table.c.row == search.c.row).exists())
    start = literal(left) if within.after is None else _place(table, within.after, left)
    end = literal(right) if within.before is None else _place(table, within.before, left) + 1
    found = _page(hits, start, end, within.limit, asked)
    return (
        select(order(table), table.c.body).join_from(found, table, table.c.row == found.c.row).order_by(found.c.place)
    )


def find_anything(
    types: Sequence[Table], release: Release, asked: Asked, after: tuple[Table, str] | None, limit: int
) -> AnyRecords:
    """The records of these types that a tier finds, behind a place of one; one more than `limit` if there is one."""
    hits = _hits(asked, release)
    if len(types) < len(RECORDS):
        hits = hits.where(search.c.type.in_([table.name for table in types]))
    left, right = stretch(_ORDINALS[types[0].name])[0], stretch(_ORDINALS[types[-1].name])[1]
    start: ColumnElement[int] = literal(left)
    if after is not None:
        start = _place(*after, stretch(_ORDINALS[after[0].name])[0])
    found = _page(hits, start, literal(right), limit, asked)
    return select(found.c.type, _of_its_type(order), _of_its_type(_body)).order_by(found.c.place)


def has_words(table: Table, *, query: Query, engine: str) -> ColumnElement[bool]:
    """The condition that a row of a record table is found by the query in any tier: a filter like any other.

    For counts, groups and exports, which have no order of tiers.
    """
    left, right = stretch(_ORDINALS[table.name])
    found = select(search.c.row).where(_matches(asked_of(anywhere(query), engine)))
    found = found.where(search.c.place > left, search.c.place < right)
    if engine == "sqlite":
        found = found.where(search.c.place == _WORDS.c.rowid, _WORDS.c.rowid > left, _WORDS.c.rowid < right)
    return table.c.row.in_(found)


def _hits(asked: Asked, release: Release) -> Select[Any]:
    return select(search.c.place, search.c.type, search.c.row).where(
        _matches(asked), valid_in(search, release.ordinal, release.newest)
    )


def _page(hits: Select[Any], start: ColumnElement[int], end: ColumnElement[int], limit: int, asked: Asked) -> Subquery:
    """The first hits between two places, in their order; on SQLite FTS5 itself is walked from the one to the other."""
    place = search.c.place
    if isinstance(asked, str):
        place = _WORDS.c.rowid
        hits = hits.where(search.c.place == place)
    return hits.where(place > start, place < end).order_by(place).limit(limit + 1).subquery("hits")


def _matches(asked: Asked) -> ColumnElement[bool]:
    if isinstance(asked, str):
        return _WORDS.c.words.op("MATCH", is_comparison=True)(asked)
    # as a literal, so that PostgreSQL plans for these words and not for words in general
    words = cast(bindparam(None, tsquery(asked), Text, literal_execute=True), TSQUERY)
    narrowed = func.search_vector(search.c.words).op("@@", is_comparison=True)(words)
    if is_plain(asked):
        return narrowed
    return and_(narrowed, evaluate(asked, _contains, _every, _some, _none))


def _contains(needle: str) -> ColumnElement[bool]:
    return func.strpos(search.c.words, needle) > 0


def _every(parts: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return and_(*parts)


def _some(parts: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*parts)


def _none(part: ColumnElement[bool]) -> ColumnElement[bool]:
    return not_(part)


def _place(table: Table, after: str, first: int) -> ColumnElement[int]:
    """The last place in the index of what stands not behind `after`, in any release; `first` where nothing does."""
    place = order(table)
    row = select(table.c.row).where(place <= after).order_by(place.desc(), table.c.since.desc()).limit(1)
    found = select(search.c.place).where(search.c.type == table.name, search.c.row == row.scalar_subquery())
    return func.coalesce(found.scalar_subquery(), first)


@cache
def _of_its_type(column: Callable[[Table], Column[Any]]) -> ColumnElement[str]:
    """A column of the record table that a row of `hits` belongs to; made once, for it is as long as there are types."""
    kind, row = (literal_column(f"hits.{name}", search.c[name].type) for name in ("type", "row"))
    return case(
        *(
            (kind == name, select(column(table)).where(table.c.row == row).scalar_subquery())
            for name, table in RECORDS.items()
        )
    )


def _body(table: Table) -> Column[Any]:
    return table.c.body
