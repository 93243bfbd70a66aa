"""The timeline: events and dated claims with their bounds, in the order of their days, ready to be drawn."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Response
from marshmallow import fields

from api import examples
from api.answers import compact
from api.documented import Blueprint
from api.filters import days
from api.lists import send_page
from api.moments import AsOf
from api.negotiation import JSON, chosen
from api.parameters import CursorText, Limit, Values, release_field
from api.queries import ListQuery, ListRequest
from api.reading import reading
from api.shapes import Listed, Shape, many, words
from dataset.canonical import Body, parse
from dataset.queries.filters import Choice
from dataset.queries.timeline import DATED, find_timeline
from dataset.schemas.fields import Code, Reference

blueprint = Blueprint("timeline", "Events and dated claims in one list, in the order of their days.")

PLACE: Final = re.compile(r"([0-9-]{0,10}) ([01]) ([a-z0-9.-]+)")
#: The words of a type by which an item is told, and the code that says how it is meant.
TOLD: Final = {"events": ("title", "status"), "claims": ("statement", "modality")}


class TimelineQuery(ListQuery):
    """What stands on the timeline."""

    type = "timeline"

    types = Values(Code("What to show.", tuple(DATED), closed=True, example="events"))
    actor = Values(
        Reference("Somebody who took part in an event, or whom a claim is about.", to="actors", example="john-roe")
    )
    place = Values(Reference("Where, or the place that a claim is about.", to="places", example="overton"))
    topic = Values(
        Reference(
            "A topic that a claim is about; of events, those that such claims name.", to="topics", example="costs"
        )
    )
    source = Values(
        Reference("The source that makes a claim, or tells of an event.", to="sources", example="overton-herald-2024")
    )
    date_overlaps, date_within = days("its date")
    limit = Limit("items")
    cursor = CursorText(PLACE)
    release = release_field()
    as_of = AsOf()


class Moment(Shape):
    """An event or a claim, as far as a drawing needs it."""

    type = words("Type of the record: `events` or `claims`.", "events", required=True)
    id = words("Id of the record.", "bridge-talks-2024", required=True)
    label = words(
        "The title of an event, the statement of a claim.", "Talks about the bridge in Overton", required=True
    )
    date = words("When it was: the date of an event, the time of a claim, EDTF.", "2024-06-17", required=True)
    earliest = words("First day that the date may mean; absent at an open start.", "2024-06-17")
    latest = words("Last day that it may mean; absent at an open end.", "2024-06-17")
    basis = words("How the date is known.", "inferred")
    status = words("Of an event: whether it took place.", "occurred")
    modality = words("Of a claim: how the claimant puts it.", "asserted")
    kind = words("Of an event: what it was.", "talks")
    claimant = words("Of a claim: who makes it.", "john-roe")
    place = words("Of an event: where.", "overton")
    events = fields.List(
        fields.String(metadata={"description": "Id of an event."}),
        metadata={"description": "Of a claim: the events that it is about.", "example": ["bridge-talks-2024"]},
    )
    record = words("Path to the record.", "/v1/events/bridge-talks-2024", required=True)


class Timeline(Listed):
    """A page of the timeline."""

    data = many(Moment, "Events and claims.")


EXAMPLE: Final = {
    "type": "events",
    "id": "bridge-talks-2024",
    "label": "Talks about the bridge in Overton",
    "date": "2024-06-17",
    "earliest": "2024-06-17",
    "latest": "2024-06-17",
    "basis": "inferred",
    "status": "occurred",
    "kind": "talks",
    "place": "overton",
    "record": "/v1/events/bridge-talks-2024",
}


@blueprint.operation(
    "/v1/timeline",
    "getTimeline",
    query=TimelineQuery,
    answer=Timeline,
    example=examples.listed(EXAMPLE, "2024-06-17 0 bridge-talks-2024"),
    headers=("Link",),
)
def get_timeline(query: ListRequest) -> Response:
    """Get the timeline.

    Events by their date and claims by the time of which they speak, in the order of the first day that this may be,
    with both bounds: what is known to the month is drawn as a month. What has no date is not shown.
    """
    chosen([JSON])
    found = PLACE.fullmatch(query.cursor.after) if query.cursor else None
    after = (found[1], int(found[2]), found[3]) if found else None
    asked = {
        name: Choice(some=query.filters[name])
        for name in ("actor", "place", "topic", "source")
        if name in query.filters
    }
    with reading(query) as view:
        statement = find_timeline(
            release=view.release,
            types=tuple(query.filters.get("types", DATED)),
            overlaps=query.filters.get("date_overlaps"),
            within=query.filters.get("date_within"),
            after=after,
            limit=query.limit,
            **asked,
        )
        rows = view.connection.execute(statement).all()
    items = [compact(moment(list(DATED)[rank], parse(body))) for _, rank, _, body in rows]
    return send_page(items, [f"{day} {rank} {id}" for day, rank, id, _ in rows], query, view.release.version)


def moment(record_type: str, body: Body) -> dict[str, Any]:
    """A record as it stands on the timeline."""
    name, (label, code) = DATED[record_type], TOLD[record_type]
    told = {"earliest": f"{name}_earliest", "latest": f"{name}_latest", "basis": f"{name}_basis", code: code}
    told |= {same: same for same in (("kind", "place") if record_type == "events" else ("claimant", "events"))}
    members = {"type": record_type, "id": body["id"], "label": body[label], "date": body[name]}
    members |= {shown: body[member] for shown, member in told.items() if member in body}
    return {**members, "record": f"/v1/{record_type}/{body['id']}"}
