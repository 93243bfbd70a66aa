"""Events by what they were, when and where, who took part, and who tells of them."""

from __future__ import annotations

from dataset.queries.filters import ANY, Choice, Span, among, dated, doubtful, linked, named_by_claims
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import claims, claims_events, events, events_participants


def find_events(
    *,
    release: Release,
    kind: Choice = ANY,
    status: Choice = ANY,
    place: Choice = ANY,
    part_of: Choice = ANY,
    participant: Choice = ANY,
    date_overlaps: Span | None = None,
    date_within: Span | None = None,
    date_basis: Choice = ANY,
    uncertain: bool | None = None,
    claim: Choice = ANY,
    source: Choice = ANY,
) -> Records:
    """Events that satisfy every filter; `claim` and `source` are those that tell of them."""
    return records(
        events,
        release,
        *among(events.c.kind, kind),
        *among(events.c.status, status),
        *among(events.c.place, place),
        *among(events.c.part_of, part_of),
        *linked(events_participants.c.actor, participant),
        *dated(events, "date", date_overlaps, date_within),
        *among(events.c.date_basis, date_basis),
        *doubtful(events, ("date",), uncertain),
        *named_by_claims(claims_events.c.event, release, claims.c.id, claim),
        *named_by_claims(claims_events.c.event, release, claims.c.source, source),
    )
