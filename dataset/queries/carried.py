"""What quotes and claims are asked alike: by the source that carries them, the zone they stand in, who is in the chain.

Chain, zone and translation are defined in `dataset.derived`, over bodies; here is the same for a `Select`, and a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, or_, select

from dataset.queries.filters import Choice, Conditions, Span, chosen, dated, equal, listed
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import (
    claims,
    claims_via,
    quotes,
    quotes_via,
    sources,
    sources_authors,
    sources_derived_from,
    sources_zones,
)

#: Table → the column of who speaks, and the links between them and the source.
SPEAKING = {quotes: (quotes.c.speaker, quotes_via.c.actor), claims: (claims.c.claimant, claims_via.c.actor)}


def by_source(table: Table, release: Release, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """That the source of a record satisfies conditions."""
    return table.c.source.in_(select(sources.c.id).where(_valid(release), *conditions))


def with_source(table: Table, release: Release, name: str, choice: Choice) -> Conditions:
    """That the choice falls on a member of the source of a record."""
    return chosen(choice, lambda values: by_source(table, release, equal(sources.c[name], values)))


def published(table: Table, release: Release, overlaps: Span | None, within: Span | None) -> Conditions:
    """That the source of a record was published then."""
    conditions = dated(sources, "published", overlaps, within)
    return [by_source(table, release, *conditions)] if conditions else []


def said_or_published(table: Table, release: Release, overlaps: Span | None, within: Span | None) -> Conditions:
    """That a record was said then, or, where nothing tells when it was said, its source was published then."""
    if not (overlaps or within):
        return []
    printed = published(table, release, overlaps, within)
    return [or_(and_(*dated(table, "said", overlaps, within)), and_(table.c.said.is_(None), *printed))]


def in_zone(table: Table, release: Release, choice: Choice) -> Conditions:
    """That the choice falls on the zone in which the anchor of a record starts; see `dataset.derived.zones`."""

    def stands(values: Sequence[str]) -> ColumnElement[bool]:
        return exists(
            select(sources_zones.c.row)
            .join_from(sources, sources_zones, sources_zones.c.row == sources.c.row)
            .where(sources.c.id == table.c.source, _valid(release), equal(sources_zones.c.kind, values))
            .where(sources_zones.c.start <= table.c.anchor_start, table.c.anchor_start < sources_zones.c.end)
            .correlate(table)
        )

    return chosen(choice, stands)


def in_chain(table: Table, release: Release, choice: Choice) -> Conditions:
    """That the choice falls on somebody in the whole chain of a record; see `dataset.derived.provenance.chain`."""
    speaker, via = SPEAKING[table]

    def stands(values: Sequence[str]) -> ColumnElement[bool]:
        return or_(equal(speaker, values), listed(via, values), *_standing(table.c.source, release, values))

    return chosen(choice, stands)


def _standing(source: ColumnElement[str], release: Release, actors: Sequence[str]) -> Conditions:
    """That an actor stands in the part of the chain that a source adds, as who put it out or as who wrote it.

    Publishers and translators stand in the chain of all that derives from what they put out; authors only as far as
    what derives from their text names none of its own.
    """
    put_out = or_(equal(sources.c.publisher, actors), equal(sources.c.translator, actors))
    named = sources.c.row.in_(select(sources_authors.c.row))
    handled = derived(release, put_out)
    written = derived(release, listed(sources_authors.c.actor, actors), ~named)
    return [source.in_(handled), source.in_(written)]


def derived(release: Release, start: ColumnElement[bool], *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of the sources that satisfy `start`, and of all that derives from them over such as satisfy the rest."""
    line = select(sources.c.id).where(_valid(release), start).cte(recursive=True)
    copies = (
        select(sources.c.id)
        .join_from(sources_derived_from, sources, sources.c.row == sources_derived_from.c.row)
        .join(line, line.c.id == sources_derived_from.c.source)
        .where(_valid(release), *conditions)
    )
    return select(line.union(copies).c.id)


def _valid(release: Release) -> ColumnElement[bool]:
    return valid_in(sources, release.ordinal, release.newest)
