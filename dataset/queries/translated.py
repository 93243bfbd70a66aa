"""Quotes and claims only known from a translation: `dataset.derived.translations` once more, for a `Select`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, select, union

from dataset.derived.translations import TRANSLATION, TRANSLATION_OF, TRANSLATOR
from dataset.queries.carried import derived
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import (
    claims,
    claims_quotes,
    claims_via,
    quotes,
    quotes_via,
    sources,
    sources_derived_from,
    sources_zones,
)


def only_translated_quotes(release: Release) -> Select[Any]:
    """The rows of the quotes that are only known from a translation."""
    uttered = select(quotes.c.row).where(quotes.c.original_language.is_not(None), _valid(quotes, release))
    return _only(quotes, quotes.c.printing_of, release, [*_carried(quotes, quotes_via, release), uttered])


def only_translated_claims(release: Release) -> Select[Any]:
    """The rows of the claims that are only known from a translation."""
    own = (
        select(claims_quotes.c.row)
        .join_from(claims_quotes, quotes, quotes.c.id == claims_quotes.c.quote)
        .join(claims, claims.c.row == claims_quotes.c.row)
        .where(_valid(quotes, release), _valid(claims, release), claims.c.claimant == quotes.c.speaker)
    )
    words = select(only_translated_quotes(release).cte().c.row)
    spoken = own.where(quotes.c.row.in_(words), claims_quotes.c.row.not_in(own.where(quotes.c.row.not_in(words))))
    return _only(claims, claims.c.renders, release, [*_carried(claims, claims_via, release), spoken])


def _carried(table: Table, via: Table, release: Release) -> list[Select[Any]]:
    """The rows of what a source carries in translation: in such a zone, as a whole, or through a translator."""
    zones = (
        select(table.c.row)
        .join_from(sources_zones, sources, sources.c.row == sources_zones.c.row)
        .join(table, table.c.source == sources.c.id)
        .where(sources_zones.c.kind == TRANSLATION, _valid(sources, release))
        .where(sources_zones.c.start <= table.c.anchor_start, table.c.anchor_start < sources_zones.c.end)
    )
    links = select(sources_derived_from.c.row).where(sources_derived_from.c.relation == TRANSLATION_OF)
    whole = select(table.c.row).where(table.c.source.in_(derived(release, sources.c.row.in_(links))))
    through = select(table.c.row).where(table.c.row.in_(select(via.c.row).where(via.c.role == TRANSLATOR)))
    return [one.where(_valid(table, release)) for one in (zones, whole, through)]


def _only(table: Table, link: Column[Any], release: Release, translated: list[Select[Any]]) -> Select[Any]:
    """Of the rows that are translated those from which no way along `link` leads to one that is not."""
    rows = union(*translated).cte()
    held = select(table.c.row, table.c.id, link.label("to")).where(table.c.row.in_(select(rows.c.row))).cte()
    way = select(held.c.row, held.c.to).where(held.c.to.is_not(None)).cte(recursive=True)
    way = way.union(select(way.c.row, held.c.to).join(held, held.c.id == way.c.to).where(held.c.to.is_not(None)))
    known = (
        select(way.c.row)
        .join(table, table.c.id == way.c.to)
        .where(_valid(table, release), table.c.row.not_in(select(rows.c.row)))
    )
    return select(rows.c.row).where(rows.c.row.not_in(known))


def _valid(table: Table, release: Release) -> ColumnElement[bool]:
    return valid_in(table, release.ordinal, release.newest)
