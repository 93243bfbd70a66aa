"""Records by their words: any list narrowed to what a query finds, or all types at once, one `Select` a tier.

The tiers of a query follow one another (`Query.tiers`), and within a tier records stand in the default order, so the
order is a function of record and query alone. The index is walked in that order and left when the page is full;
`dataset.search.pages` asks tier after tier. A tier is told from the others by the words of an entry alone, so no hit
comes twice.

`engine` is the name of the dialect, `sqlite` or `postgresql`: each keeps its words in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

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

from dataset.queries.paging import Records, is_filtered, order
from dataset.queries.releases import Release
from dataset.search.expression import Expression, anywhere, evaluate, fts5, is_plain, tier, tsquery
from dataset.search.places import stretch
from dataset.search.query import Query
from dataset.store.reading import valid_in
from dataset.store.tables import RECORDS, WORDS, search

#: Type, place in the default order of the type, and canonical body.
AnyRecords = Select[str, str, str]

#: What SQLite keeps the words in: contentless FTS5, the number of a row being its place.
_WORDS: Final = Table(WORDS, MetaData(), Column("rowid", Integer), Column("words", Text))
_ORDINALS: Final = {record_type: ordinal for ordinal, record_type in enumerate(RECORDS)}


def find_words(
    statement: Records,
    table: Table,
    *,
    query: Query,
    number: int,
    release: Release,
    after: str | None,
    limit: int,
    engine: str,
    source: str | None = None,
) -> Records:
    """The records of `statement` in a tier of the query, behind `after`; one more than `limit` if there is one.

    Quotes and claims of one `source` stand side by side in the index: where the statement asks for that source alone,
    saying so spares the rest of the index.
    """
    left, right = stretch(_ORDINALS[table.name])
    end: ColumnElement[int] = literal(right)
    hits = _hits(tier(query, number), engine, release)
    if is_filtered(statement, table, release):
        hits = hits.where(statement.with_only_columns(literal(1)).where(table.c.row == search.c.row).exists())
    if source is not None and table.info["order"] == "sort":  # it begins with the source and a space
        after = f"{source} " if after is None else max(after, f"{source} ")
        end = _place(table, f"{source}!", left) + 1
    start = literal(left) if after is None else _place(table, after, left)
    found = _page(hits, start, end, limit, engine)
    return (
        select(order(table), table.c.body).join_from(found, table, table.c.row == found.c.row).order_by(found.c.place)
    )


def find_anything(
    *,
    query: Query,
    number: int,
    types: Sequence[str] = (),
    release: Release,
    after: tuple[str, str] | None,
    limit: int,
    engine: str,
) -> AnyRecords:
    """Records of all types, or of some, in a tier of the query, behind the type and place `after`."""
    asked = [name for name in RECORDS if not types or name in types]
    hits = _hits(tier(query, number), engine, release)
    if types:
        hits = hits.where(search.c.type.in_(asked))
    left, right = stretch(_ORDINALS[asked[0]])[0], stretch(_ORDINALS[asked[-1]])[1]
    start: ColumnElement[int] = literal(left)
    if after is not None:
        start = _place(RECORDS[after[0]], after[1], stretch(_ORDINALS[after[0]])[0])
    found = _page(hits, start, literal(right), limit, engine)
    return select(found.c.type, _of_its_type(order), _of_its_type(_body)).order_by(found.c.place)


def has_words(table: Table, *, query: Query, engine: str) -> ColumnElement[bool]:
    """The condition that a row of a record table is found by the query in any tier: a filter like any other.

    For counts, groups and exports, which have no order of tiers.
    """
    left, right = stretch(_ORDINALS[table.name])
    found = select(search.c.row).where(_matches(anywhere(query), engine))
    found = found.where(search.c.place > left, search.c.place < right)
    if engine == "sqlite":
        found = found.where(search.c.place == _WORDS.c.rowid, _WORDS.c.rowid > left, _WORDS.c.rowid < right)
    return table.c.row.in_(found)


def _hits(expression: Expression, engine: str, release: Release) -> Select[Any]:
    return select(search.c.place, search.c.type, search.c.row).where(
        _matches(expression, engine), valid_in(search, release.ordinal, release.newest)
    )


def _page(hits: Select[Any], start: ColumnElement[int], end: ColumnElement[int], limit: int, engine: str) -> Subquery:
    """The first hits between two places, in their order; on SQLite FTS5 itself is walked from the one to the other."""
    place = _WORDS.c.rowid if engine == "sqlite" else search.c.place
    if engine == "sqlite":
        hits = hits.where(search.c.place == place)
    return hits.where(place > start, place < end).order_by(place).limit(limit + 1).subquery("hits")


def _matches(expression: Expression, engine: str) -> ColumnElement[bool]:
    if engine == "sqlite":
        return _WORDS.c.words.op("MATCH", is_comparison=True)(fts5(expression))
    # as a literal, so that PostgreSQL plans for these words and not for words in general
    asked = cast(bindparam(None, tsquery(expression), Text, literal_execute=True), TSQUERY)
    narrowed = func.search_vector(search.c.words).op("@@", is_comparison=True)(asked)
    if is_plain(expression):
        return narrowed
    return and_(narrowed, evaluate(expression, _contains, _every, _some, _none))


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
