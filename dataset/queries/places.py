"""Places by what they are and where they lie."""

from __future__ import annotations

from dataset.queries.filters import Values, among
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import places


def find_places(*, release: Release, kind: Values = (), country: Values = ()) -> Records:
    """Places that satisfy every filter."""
    return records(places, release, *among(places.c.kind, kind), *among(places.c.country, country))
