"""Claims by where they stand, who makes them through whom, how, and what they are about."""

from __future__ import annotations

from dataset.queries.filters import Values, among, linked
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import (
    claims,
    claims_actors,
    claims_answers,
    claims_events,
    claims_places,
    claims_quotes,
    claims_topics,
    claims_via,
)


def find_claims(
    *,
    release: Release,
    source: Values = (),
    claimant: Values = (),
    claimant_basis: Values = (),
    via: Values = (),
    modality: Values = (),
    author_stance: Values = (),
    unit: Values = (),
    event: Values = (),
    actor: Values = (),
    place: Values = (),
    topic: Values = (),
    question: Values = (),
    position: Values = (),
    quote: Values = (),
    renders: Values = (),
) -> Records:
    """Claims that satisfy every filter; `position` is a key of one of the questions, of any when none are given."""
    return records(
        claims,
        release,
        *among(claims.c.source, source),
        *among(claims.c.claimant, claimant),
        *among(claims.c.claimant_basis, claimant_basis),
        *linked(claims_via, actor=via),
        *among(claims.c.modality, modality),
        *among(claims.c.author_stance, author_stance),
        *among(claims.c.quantity_unit, unit),
        *linked(claims_events, event=event),
        *linked(claims_actors, actor=actor),
        *linked(claims_places, place=place),
        *linked(claims_topics, topic=topic),
        *linked(claims_answers, question=question, answer=position),
        *linked(claims_quotes, quote=quote),
        *among(claims.c.renders, renders),
    )
