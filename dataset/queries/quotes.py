"""Quotes by where they stand, who uttered them, how and when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_

from dataset.queries.carried import by_source, in_chain, in_zone, published, said_or_published, with_source
from dataset.queries.filters import (
    ANY,
    Choice,
    Span,
    among,
    chosen,
    dated,
    doubtful,
    equal,
    flag,
    linked,
    listed,
    named_by_claims,
    named_in,
)
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.queries.translated import only_translated_quotes
from dataset.store.tables import claims, claims_actors, claims_quotes, quotes, quotes_via, sources


def find_quotes(
    *,
    release: Release,
    source: Choice = ANY,
    publisher: Choice = ANY,
    language: Choice = ANY,
    original_language: Choice = ANY,
    zone: Choice = ANY,
    translated: bool | None = None,
    anchored: bool | None = None,
    kind: Choice = ANY,
    uttered: Choice = ANY,
    speaker: Choice = ANY,
    speaker_basis: Choice = ANY,
    via: Choice = ANY,
    chain: Choice = ANY,
    by_or_about: Choice = ANY,
    occasion: Choice = ANY,
    said_overlaps: Span | None = None,
    said_within: Span | None = None,
    said_basis: Choice = ANY,
    published_overlaps: Span | None = None,
    published_within: Span | None = None,
    said_or_published_overlaps: Span | None = None,
    said_or_published_within: Span | None = None,
    uncertain: bool | None = None,
    continues: Choice = ANY,
    printing_of: Choice = ANY,
    claim: Choice = ANY,
) -> Records:
    """Quotes that satisfy every filter."""

    def in_language(tags: Sequence[str]) -> ColumnElement[bool]:
        of_source = by_source(quotes, release, equal(sources.c.language, tags))
        return or_(equal(quotes.c.language, tags), and_(quotes.c.language.is_(None), of_source))

    def uttered_or_told(actors: Sequence[str]) -> ColumnElement[bool]:
        about = named_in(claims_quotes.c.quote, release, listed(claims_actors.c.actor, actors))
        return or_(equal(quotes.c.speaker, actors), about)

    return records(
        quotes,
        release,
        *among(quotes.c.source, source),
        *with_source(quotes, release, "publisher", publisher),
        *chosen(language, in_language),
        *among(quotes.c.original_language, original_language),
        *in_zone(quotes, release, zone),
        *([] if translated is None else flag(translated, quotes.c.row.in_(only_translated_quotes(release)))),
        *flag(anchored, quotes.c.anchor_start.is_not(None)),
        *among(quotes.c.kind, kind),
        *among(quotes.c.uttered, uttered),
        *among(quotes.c.speaker, speaker),
        *among(quotes.c.speaker_basis, speaker_basis),
        *linked(quotes_via.c.actor, via),
        *in_chain(quotes, release, chain),
        *chosen(by_or_about, uttered_or_told),
        *among(quotes.c.occasion, occasion),
        *dated(quotes, "said", said_overlaps, said_within),
        *among(quotes.c.said_basis, said_basis),
        *published(quotes, release, published_overlaps, published_within),
        *said_or_published(quotes, release, said_or_published_overlaps, said_or_published_within),
        *doubtful(quotes, ("said",), uncertain),
        *among(quotes.c.continues, continues),
        *among(quotes.c.printing_of, printing_of),
        *named_by_claims(claims_quotes.c.quote, release, claims.c.id, claim),
    )
