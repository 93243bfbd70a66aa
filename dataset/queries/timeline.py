"""The timeline: events and dated claims in one list, in the order of the first day that each may mean.

A place in it is a day, the rank of the type and an id; where a date is open at its start, its last day counts.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, Table, cast, func, literal, select, tuple_, union_all

from dataset.queries.claims import find_claims
from dataset.queries.events import find_events
from dataset.queries.filters import ANY, Choice, Span
from dataset.queries.paging import Records
from dataset.queries.releases import Release
from dataset.store.tables import claims, claims_events, events

#: Types of a timeline, in their order within a day, with the date by which each stands in it.
DATED: Final = {"events": "date", "claims": "time"}

#: Day, rank of the type, id and body.
Moments = Select[str, int, str, str]


def find_timeline(
    *,
    release: Release,
    types: tuple[str, ...] = tuple(DATED),
    actor: Choice = ANY,
    place: Choice = ANY,
    topic: Choice = ANY,
    source: Choice = ANY,
    overlaps: Span | None = None,
    within: Span | None = None,
    after: tuple[str, int, str] | None,
    limit: int,
) -> Moments:
    """What stands on the timeline behind a place; one more than `limit` if there is one.

    `actor` took part in an event, and is one that a claim is about; events of a `topic` or `source` are those that its
    claims are about.
    """
    about = find_claims(
        release=release,
        actor=actor,
        place=place,
        topic=topic,
        source=source,
        time_overlaps=overlaps,
        time_within=within,
    )
    held = find_events(
        release=release,
        participant=actor,
        place=place,
        source=source,
        date_overlaps=overlaps,
        date_within=within,
    )
    if topic != ANY:
        telling = find_claims(release=release, topic=topic).with_only_columns(claims.c.row)
        told = select(claims_events.c.event).where(claims_events.c.row.in_(telling))
        held = held.where(events.c.id.in_(told))
    parts = {"events": _dated(held, events), "claims": _dated(about, claims)}
    moments = union_all(*(parts[name] for name in DATED if name in types)).subquery("moments")
    place_of = tuple_(moments.c.day, moments.c.rank, moments.c.id)
    statement = select(moments.c.day, moments.c.rank, moments.c.id, moments.c.body)
    if after is not None:
        statement = statement.where(place_of > tuple_(*after))
    return statement.order_by(moments.c.day, moments.c.rank, moments.c.id).limit(limit + 1)


def _dated(statement: Records, table: Table) -> Select[Any]:
    """The records of a list that have a date, with their places on the timeline."""
    name = DATED[table.name]
    rank: ColumnElement[int] = cast(literal(list(DATED).index(table.name)), Integer)
    day = func.coalesce(table.c[f"{name}_earliest"], table.c[f"{name}_latest"], "")
    columns = (day.label("day"), rank.label("rank"), table.c.id.label("id"), table.c.body.label("body"))
    return statement.with_only_columns(*columns).where(table.c[name].is_not(None))
