"""Places by what they are, where they lie, and by the claims about them."""

from __future__ import annotations

from dataset.queries.filters import ANY, Choice, among, named_by_claims
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import claims, claims_places, places


def find_places(*, release: Release, kind: Choice = ANY, country: Choice = ANY, claim: Choice = ANY) -> Records:
    """Places that satisfy every filter."""
    return records(
        places,
        release,
        *among(places.c.kind, kind),
        *among(places.c.country, country),
        *named_by_claims(claims_places.c.place, release, claims.c.id, claim),
    )
