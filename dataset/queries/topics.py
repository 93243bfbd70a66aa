"""Topics by the wider topic that holds them."""

from __future__ import annotations

from dataset.queries.filters import Values, among
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import topics


def find_topics(*, release: Release, broader: Values = ()) -> Records:
    """Topics right below one of the wider ones."""
    return records(topics, release, *among(topics.c.broader, broader))
