"""Topics by the wider topic that holds them, and by the claims about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from dataset.queries.filters import ANY, Choice, among, equal, named_by_claims
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import claims, claims_topics, topics


def find_topics(*, release: Release, broader: Choice = ANY, claim: Choice = ANY) -> Records:
    """Topics right below one of the wider ones; those of a claim."""
    return records(
        topics,
        release,
        *among(topics.c.broader, broader),
        *named_by_claims(claims_topics.c.topic, release, claims.c.id, claim),
    )


def find_narrower(*, release: Release, ids: Sequence[str]) -> Select[Any]:
    """The ids of these topics and of all that lie below them, however deep."""
    valid = valid_in(topics, release.ordinal, release.newest)
    below = select(topics.c.id).where(equal(topics.c.id, ids), valid).cte(recursive=True)
    below = below.union(select(topics.c.id).join(below, topics.c.broader == below.c.id).where(valid))
    return select(below.c.id)
