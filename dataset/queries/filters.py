"""The conditions that filters are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, Table, and_, not_, or_, select

from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import RECORDS, actors, claims, events, places, questions, quotes, topics

Conditions = list[ColumnElement[bool]]
#: The values that a condition is about, or what selects them.
Values = Sequence[str] | Select[Any]


class Choice(NamedTuple):
    """What a filter of several values asks: one of `some`, where any are given, and none of `none`.

    A record that has no value at all has none of `none`. `common`: very many records have one of `some`, so that each
    record is better looked at than all of them gathered (`dataset.queries.walking`); the answer is the same.
    """

    some: Sequence[str] = ()
    none: Sequence[str] = ()
    common: bool = False


def looked_up(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as they are best asked of records that something else has found: nothing is gathered for them."""
    return {
        name: value._replace(common=True) if isinstance(value, Choice) else value for name, value in filters.items()
    }


class Span(NamedTuple):
    """A stretch of days (ISO 8601), both included; None: open on that side."""

    first: str | None
    last: str | None


#: Column of a link table → the records whose ids it holds.
NAMED: Final[dict[str, Table]] = {
    "quote": quotes,
    "event": events,
    "actor": actors,
    "place": places,
    "topic": topics,
    "question": questions,
}

#: The filter is not set.
ANY = Choice()


def chosen(choice: Choice, has: Callable[[Sequence[str]], ColumnElement[bool]]) -> Conditions:
    """The conditions of a choice, where `has` says that a record has one of some values."""
    conditions = [has(choice.some)] if choice.some else []
    if choice.none:
        conditions.append(has(choice.none).is_not(True))  # not NOT, which would drop the records without the member
    return conditions


def equal(column: ColumnElement[Any], values: Values) -> ColumnElement[bool]:
    """That a column holds one of the values."""
    return column.in_(values) if isinstance(values, Select) or len(values) > 1 else column == values[0]


def among(column: Column[Any], choice: Choice) -> Conditions:
    """That the choice falls on what a column holds."""
    return chosen(choice, lambda values: equal(column, values))


def listed(column: Column[Any], values: Values, *, common: bool = False) -> ColumnElement[bool]:
    """That an item of the list in a link table has, in this column, one of the values."""
    table = column.table
    owner = RECORDS[table.info["owner"]]
    held = select(table.c.row).where(equal(column, values))
    if common:
        return held.where(table.c.row == owner.c.row).correlate(owner).exists()
    return owner.c.row.in_(held)


def linked(column: Column[Any], choice: Choice, values: Callable[[Sequence[str]], Values] | None = None) -> Conditions:
    """That the choice falls on an item of the list in a link table, by this column of it.

    `values` gives those that an item may have, where they are others than the choice names.
    """

    def having(names: Sequence[str], *, common: bool) -> ColumnElement[bool]:
        return listed(column, values(names) if values else names, common=common)

    conditions = [having(choice.some, common=choice.common)] if choice.some else []
    if choice.none:  # what is left out is seldom all there is: nothing is gained by gathering it
        conditions.append(~having(choice.none, common=True))
    return conditions


def flag(value: bool | None, condition: ColumnElement[bool]) -> Conditions:
    """That a condition holds, or that it does not."""
    if value is None:
        return []
    return [condition if value else condition.is_not(True)]


def dated(table: Table, name: str, overlaps: Span | None, within: Span | None) -> Conditions:
    """That the bounds of a date overlap a span, that they lie within one; a record without the date is not found."""
    date, earliest, latest = (table.c[name], table.c[f"{name}_earliest"], table.c[f"{name}_latest"])
    conditions: Conditions = [date.is_not(None)] if overlaps or within else []
    if overlaps and overlaps.last:
        conditions.append(or_(earliest.is_(None), earliest <= overlaps.last))
    if overlaps and overlaps.first:
        conditions.append(or_(latest.is_(None), latest >= overlaps.first))
    if within and within.first:
        conditions.append(earliest >= within.first)
    if within and within.last:
        conditions.append(latest <= within.last)
    return conditions


def certain(table: Table, name: str) -> ColumnElement[bool]:
    """That a date is known to the day: written as one day, or as the two days of a span (`dataset.edtf`)."""
    date, earliest, latest = table.c[name], table.c[f"{name}_earliest"], table.c[f"{name}_latest"]
    return or_(date == earliest, date == earliest + "/" + latest)


def doubtful(table: Table, names: Sequence[str], value: bool | None) -> Conditions:
    """That one of the dates is uncertain; or, where `value` is False, that there are dates and all of them certain."""
    if value is None:
        return []
    doubts = [and_(table.c[name].is_not(None), certain(table, name).is_not(True)) for name in names]
    if value:
        return [or_(*doubts)]
    return [or_(*(table.c[name].is_not(None) for name in names)), *(not_(doubt) for doubt in doubts)]


def named_in(link: Column[Any], release: Release, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a record is named in a list of a claim that satisfies conditions; `link` is the column of the list."""
    ids = select(link).join_from(link.table, claims, claims.c.row == link.table.c.row)
    valid = valid_in(claims, release.ordinal, release.newest)
    return NAMED[link.name].c.id.in_(ids.where(valid, *conditions))


def named_by_claims(link: Column[Any], release: Release, by: Column[Any], choice: Choice) -> Conditions:
    """That a record is named in a list of claims, by one on which the choice falls.

    `by` is a column of claims, or of a link table of theirs.
    """

    def named(values: Sequence[str]) -> ColumnElement[bool]:
        return named_in(link, release, equal(by, values) if by.table is claims else listed(by, values))

    return chosen(choice, named)
