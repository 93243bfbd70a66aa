"""Counts: how many records a list has, and how many of them under each value of one dimension or two.

A dimension is a filter of the type, or the year of a date; its values are texts as the filter takes them. A record that
lacks the member counts under null; one that has several values counts under each of them, and once under one that it
has twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Column, ColumnElement, Select, case, func, select

from dataset.queries.paging import Records
from dataset.store import tables
from dataset.store.tables import RECORDS

#: Dimensions that one count may have.
DIMENSIONS_MOST: Final = 2


class Year:
    """The year of the earliest day that a date may mean, as a dimension."""

    def __init__(self, day: Column[Any]) -> None:
        self.day = day


#: A column of the record or of one of its link tables, or the year of a column.
Dimension = Column[Any] | Year

_sources, _quotes, _claims, _events = tables.sources.c, tables.quotes.c, tables.claims.c, tables.events.c

#: Type → its dimensions by name.
DIMENSIONS: Final[dict[str, dict[str, Dimension]]] = {
    "sources": {
        "kind": _sources.kind,
        "language": _sources.language,
        "publisher": _sources.publisher,
        "author": tables.sources_authors.c.actor,
        "translator": _sources.translator,
        "published_year": Year(_sources.published_earliest),
    },
    "quotes": {
        "source": _quotes.source,
        "speaker": _quotes.speaker,
        "speaker_basis": _quotes.speaker_basis,
        "via": tables.quotes_via.c.actor,
        "kind": _quotes.kind,
        "uttered": _quotes.uttered,
        "occasion": _quotes.occasion,
        "language": _quotes.language,
        "said_year": Year(_quotes.said_earliest),
    },
    "claims": {
        "source": _claims.source,
        "claimant": _claims.claimant,
        "claimant_basis": _claims.claimant_basis,
        "via": tables.claims_via.c.actor,
        "modality": _claims.modality,
        "author_stance": _claims.author_stance,
        "unit": _claims.quantity_unit,
        "event": tables.claims_events.c.event,
        "actor": tables.claims_actors.c.actor,
        "place": tables.claims_places.c.place,
        "topic": tables.claims_topics.c.topic,
        "question": tables.claims_answers.c.question,
        "position": tables.claims_answers.c.answer,
        "quote": tables.claims_quotes.c.quote,
        "time_year": Year(_claims.time_earliest),
        "said_year": Year(_claims.said_earliest),
    },
    "events": {
        "kind": _events.kind,
        "status": _events.status,
        "place": _events.place,
        "part_of": _events.part_of,
        "participant": tables.events_participants.c.actor,
        "date_year": Year(_events.date_earliest),
    },
    "actors": {
        "kind": tables.actors.c.kind,
        "named": tables.actors.c.named,
        "country": tables.actors.c.country,
        "organisation": tables.actors_roles.c.organisation,
    },
    "places": {"kind": tables.places.c.kind, "country": tables.places.c.country},
    "topics": {"broader": tables.topics.c.broader},
    "questions": {"kind": tables.questions.c.kind, "answer": tables.questions.c.answer},
}


def find_count(statement: Records) -> Select[int]:
    """How many records a list has."""
    return statement.with_only_columns(func.count())


def find_few(statement: Records, most: int) -> Select[int]:
    """How many records a list has, counted no further than one more than `most`."""
    return select(func.count()).select_from(statement.limit(most + 1).subquery())


def find_groups(statement: Records, record_type: str, names: Sequence[str], *, limit: int) -> Select[Any]:
    """The greatest groups of a list: key by key, then `counted`; beside each, how many groups there are and their sum.

    The greatest first, those alike by their keys, null last; position and question are of one answer.
    """
    table = RECORDS[record_type]
    dimensions = [DIMENSIONS[record_type][name] for name in names]
    source: Any = table
    joined = set()
    for dimension in dimensions:
        link = None if isinstance(dimension, Year) else dimension.table
        if link is not None and link is not table and link not in joined:
            joined.add(link)
            source = source.outerjoin(link, link.c.row == table.c.row)
    keys = [_key(dimension).label(f"key_{number}") for number, dimension in enumerate(dimensions)]
    rows = statement.with_only_columns(table.c.row, *keys).select_from(source).subquery("rows")
    columns = [rows.c[key.name] for key in keys]
    counted = func.count(rows.c.row.distinct()) if any(map(_repeats, dimensions)) else func.count()
    groups = select(*columns, counted.label("counted")).group_by(*columns).subquery("groups")
    columns = [groups.c[key.name] for key in keys]
    ordered = [part for column in columns for part in (column.is_(None), column)]
    return (
        select(*columns, groups.c.counted, func.count().over(), func.sum(groups.c.counted).over())
        .order_by(groups.c.counted.desc(), *ordered)
        .limit(limit)
    )


def _repeats(dimension: Dimension) -> bool:
    """Whether a record may come twice under a value: not where an item is its value, for no list has an item twice."""
    return not isinstance(dimension, Year) and "owner" in dimension.table.info and dimension.info["paths"] != ("",)


def _key(dimension: Dimension) -> ColumnElement[Any]:
    if isinstance(dimension, Year):
        return func.substr(dimension.day, 1, 4)
    if isinstance(dimension.type, Boolean):
        return case((dimension.is_(True), "true"), (dimension.is_(False), "false"))
    return dimension
