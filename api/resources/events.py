"""Events: what happened, was planned or is told; what is said of it stands in claims."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import record
from api.citing import FORMS
from api.documented import Blueprint
from api.filters import days, doubt
from api.forms import list_forms
from api.lists import record_list
from api.parameters import Values
from api.queries import ListRequest, RecordRequest, ReleasedListQuery, ShapedRecordQuery
from api.shapes import Answered, ListedRecords, many
from dataset.queries.events import find_events
from dataset.schemas import codes
from dataset.schemas.event import Event
from dataset.schemas.fields import Code, Reference
from dataset.store.tables import events

blueprint = Blueprint("events", "What happened, was planned or is told; what is said of it stands in claims.")


class EventQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "events"

    kind = Values(Code("What kind of event.", example="talks"))
    status = Values(Code("Whether it took place.", codes.STATUS, closed=True))
    place = Values(Reference("Where.", to="places", example="overton"))
    part_of = Values(Reference("The larger event that it is part of.", to="events", example="bridge-talks-2024"))
    participant = Values(Reference("Somebody who took part.", to="actors", example="john-roe"))
    date_overlaps, date_within = days("its date")
    date_basis = Values(Code("How the date is known.", codes.DATE_BASIS, closed=True))
    uncertain = doubt("its date is")
    claim = Values(Reference("A claim about it.", to="claims", example="overton-herald-2024.c1"))
    source = Values(Reference("A source that makes claims about it.", to="sources", example="overton-herald-2024"))


class EventRecordQuery(ShapedRecordQuery):
    """How an event is answered."""

    type = "events"


class EventList(ListedRecords):
    """A page of events."""

    data = many(Event, "The events.")


class EventRecord(Event, Answered):
    """An event, with what stands beside it in an answer."""


#: What hangs on an event, by name.
LINKS = {
    "self": "/v1/events/{id}",
    "history": "/v1/events/{id}/history",
    "citation": "/v1/events/{id}/citation",
    "jsonld": "/v1/events/{id}/jsonld",
    "claims": "/v1/claims?event={id}",
    "quotes": "/v1/quotes?occasion={id}",
    "parts": "/v1/events?part_of={id}",
    "questions": "/v1/questions?event={id}",
}


@blueprint.operation(
    "/v1/events",
    "listEvents",
    query=EventQuery,
    answer=EventList,
    example=examples.listed(examples.EVENT, "event-1"),
    headers=("Link",),
    forms=list_forms("events"),
)
def list_events(query: ListRequest) -> Response:
    """List events.

    In the order of id. Several filters must all match.
    """
    return record_list(events, find_events, query)


@blueprint.operation(
    "/v1/events/<id>",
    "getEvent",
    query=EventRecordQuery,
    answer=EventRecord,
    example=examples.alone(examples.EVENT, LINKS),
    forms=FORMS,
    merging=True,
)
def get_event(query: RecordRequest, record_id: str) -> Response:
    """Get one event.

    What happened, where, and who took part. `links` leads to the claims about it, the quotes uttered there
    and the questions about it.
    """
    return record(events, record_id, query, LINKS)
