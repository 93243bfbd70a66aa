"""Events by what they were, where, and who took part."""

from __future__ import annotations

from dataset.queries.filters import Values, among, linked
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import events, events_participants


def find_events(
    *,
    release: Release,
    kind: Values = (),
    status: Values = (),
    place: Values = (),
    part_of: Values = (),
    participant: Values = (),
) -> Records:
    """Events that satisfy every filter."""
    return records(
        events,
        release,
        *among(events.c.kind, kind),
        *among(events.c.status, status),
        *among(events.c.place, place),
        *among(events.c.part_of, part_of),
        *linked(events_participants, actor=participant),
    )
