"""Claims by where they stand, who makes them through whom, how, when, and what they are about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_

from dataset.queries.answering import answering
from dataset.queries.carried import in_chain, in_zone, published, said_or_published, with_source
from dataset.queries.filters import (
    ANY,
    Choice,
    Conditions,
    Span,
    among,
    chosen,
    dated,
    doubtful,
    equal,
    flag,
    linked,
    listed,
)
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.queries.topics import find_narrower
from dataset.queries.translated import only_translated_claims
from dataset.store.tables import (
    claims,
    claims_actors,
    claims_events,
    claims_places,
    claims_quotes,
    claims_topics,
    claims_via,
)


def find_claims(
    *,
    release: Release,
    source: Choice = ANY,
    publisher: Choice = ANY,
    language: Choice = ANY,
    zone: Choice = ANY,
    translated: bool | None = None,
    anchored: bool | None = None,
    claimant: Choice = ANY,
    claimant_basis: Choice = ANY,
    via: Choice = ANY,
    chain: Choice = ANY,
    by_or_about: Choice = ANY,
    modality: Choice = ANY,
    hedged: bool | None = None,
    author_stance: Choice = ANY,
    qualifier: Choice = ANY,
    unit: Choice = ANY,
    quantity_min: float | None = None,
    quantity_max: float | None = None,
    time_overlaps: Span | None = None,
    time_within: Span | None = None,
    time_basis: Choice = ANY,
    said_overlaps: Span | None = None,
    said_within: Span | None = None,
    said_basis: Choice = ANY,
    published_overlaps: Span | None = None,
    published_within: Span | None = None,
    said_or_published_overlaps: Span | None = None,
    said_or_published_within: Span | None = None,
    uncertain: bool | None = None,
    event: Choice = ANY,
    actor: Choice = ANY,
    place: Choice = ANY,
    topic: Choice = ANY,
    question: Choice = ANY,
    position: Choice = ANY,
    disputed: bool | None = None,
    contradicted_by: Choice = ANY,
    voices: int | None = None,
    voices_min: int | None = None,
    voices_max: int | None = None,
    quote: Choice = ANY,
    renders: Choice = ANY,
) -> Records:
    """Claims that satisfy every filter; from `question` to `voices_max` they are asked of one answer."""
    return records(
        claims,
        release,
        *among(claims.c.source, source),
        *with_source(claims, release, "publisher", publisher),
        *with_source(claims, release, "language", language),
        *in_zone(claims, release, zone),
        *([] if translated is None else flag(translated, claims.c.row.in_(only_translated_claims(release)))),
        *flag(anchored, claims.c.anchor_start.is_not(None)),
        *among(claims.c.claimant, claimant),
        *among(claims.c.claimant_basis, claimant_basis),
        *linked(claims_via.c.actor, via),
        *in_chain(claims, release, chain),
        *chosen(by_or_about, _by_or_about),
        *among(claims.c.modality, modality),
        *flag(hedged, claims.c.hedge.is_not(None)),
        *among(claims.c.author_stance, author_stance),
        *among(claims.c.quantity_qualifier, qualifier),
        *among(claims.c.quantity_unit, unit),
        *_figure(quantity_min, quantity_max),
        *dated(claims, "time", time_overlaps, time_within),
        *among(claims.c.time_basis, time_basis),
        *dated(claims, "said", said_overlaps, said_within),
        *among(claims.c.said_basis, said_basis),
        *published(claims, release, published_overlaps, published_within),
        *said_or_published(claims, release, said_or_published_overlaps, said_or_published_within),
        *doubtful(claims, ("time", "said"), uncertain),
        *linked(claims_events.c.event, event),
        *linked(claims_actors.c.actor, actor),
        *linked(claims_places.c.place, place),
        *linked(claims_topics.c.topic, topic, lambda ids: find_narrower(release=release, ids=ids)),
        *answering(
            release,
            question=question,
            position=position,
            voices_min=voices if voices_min is None else voices_min,
            voices_max=voices if voices_max is None else voices_max,
            disputed=disputed,
            contradicted_by=contradicted_by,
        ),
        *linked(claims_quotes.c.quote, quote),
        *among(claims.c.renders, renders),
    )


def _by_or_about(actors: Sequence[str]) -> ColumnElement[bool]:
    return or_(equal(claims.c.claimant, actors), listed(claims_actors.c.actor, actors))


def _figure(low: float | None, high: float | None) -> Conditions:
    """That a figure may lie from `low` to `high`; the bound of *over* and of *under* is no figure that they admit."""
    conditions: Conditions = [] if low is None and high is None else [claims.c.quantity_qualifier.is_not(None)]
    least, greatest, qualifier = claims.c.quantity_low, claims.c.quantity_high, claims.c.quantity_qualifier
    if low is not None:
        conditions.append(or_(greatest.is_(None), greatest > low, and_(greatest == low, qualifier != "under")))
    if high is not None:
        conditions.append(or_(least.is_(None), least < high, and_(least == high, qualifier != "over")))
    return conditions
