"""Actors by what they are and where they belong."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from dataset.queries.filters import ANY, Choice, among, linked, named_by_claims
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import actors, actors_roles, claims, claims_actors


def find_actors(
    *,
    release: Release,
    kind: Choice = ANY,
    named: bool | None = None,
    country: Choice = ANY,
    organisation: Choice = ANY,
    claim: Choice = ANY,
) -> Records:
    """Actors that satisfy every filter; `organisation` is one in which they held a role, `claim` one about them."""
    return records(
        actors,
        release,
        *among(actors.c.kind, kind),
        *([] if named is None else [actors.c.named.is_(named)]),
        *among(actors.c.country, country),
        *linked(actors_roles.c.organisation, organisation),
        *named_by_claims(claims_actors.c.actor, release, claims.c.id, claim),
    )


def find_actors_by_id(*, ids: Sequence[str], release: Release) -> Records:
    """Id and body of the actors with these ids, as a release has them."""
    return select(actors.c.id, actors.c.body).where(
        actors.c.id.in_(ids), valid_in(actors, release.ordinal, release.newest)
    )
