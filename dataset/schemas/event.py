"""An event: what happened, was planned or is told; our handle, while what is said of it stands in claims."""

from __future__ import annotations

from dataset.schemas import codes
from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import Code, Items, Part, Reference, Slug, Text, dated
from dataset.schemas.parts import Participant


class Event(RecordSchema):
    """Something at a time and a place, with those who took part."""

    type = "events"

    id = Slug("Id of the event.", required=True, example="talks-2024-06-18")
    title = Text("What it was, in our words.", required=True, example="Talks in Exampleville")
    kind = Code("What kind of event.", codes.EVENT_KIND)
    date, date_earliest, date_latest = dated("Its day, in the local calendar of the place.")
    date_basis = Code("How the date is known.", codes.DATE_BASIS, closed=True)
    place = Reference("Where.", to="places", example="pyongyang")
    participants = Items("Who took part.", Part("A participant.", Participant))
    status = Code("Whether it took place, as far as the sources agree.", codes.STATUS, closed=True)
    part_of = Reference("The larger event that it is part of.", to="events", example="visit-2024-06")
    note = Text("What a reader should know besides.")
