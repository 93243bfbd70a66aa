"""The things that claims are about: actors, places and topics."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from dataset.canonical import Body
from dataset.schemas import codes
from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import (
    Code,
    Flag,
    Items,
    Number,
    Part,
    Reference,
    Slug,
    Text,
    country_code,
    wikidata_item,
)
from dataset.schemas.parts import ActorRole


class Actor(RecordSchema):
    """A person, state, organisation, outlet or group that speaks, acts or is spoken of."""

    type = "actors"

    id = Slug("Id of the actor.", required=True, example="jane-doe")
    name = Text("Name in English.", required=True, example="Jane Doe")
    kind = Code("What kind of actor.", codes.ACTOR_KIND)
    named = Flag("Whether the sources name them; `false` for such as unnamed officials, local to one source.")
    aliases = Items("Other names and spellings that the sources use.", Text("A name.", example="J. Doe"))
    roles = Items("Offices and functions.", Part("A role.", ActorRole))
    country = country_code("Country they belong to, ISO 3166-1 alpha-2.")
    wikidata = wikidata_item("Item in Wikidata, a fact from outside the texts.")
    note = Text("What a reader should know besides.")


class Place(RecordSchema):
    """A place."""

    type = "places"

    id = Slug("Id of the place.", required=True, example="pyongyang")
    name = Text("Name in English.", required=True, example="Pyongyang")
    kind = Code("What kind of place.", codes.PLACE_KIND)
    country = country_code("Country it lies in, ISO 3166-1 alpha-2.")
    latitude = Number("Degrees north, WGS 84; a fact from outside the texts.", low=-90, high=90, example=39.03)
    longitude = Number("Degrees east, WGS 84; a fact from outside the texts.", low=-180, high=180, example=125.75)
    wikidata = wikidata_item("Item in Wikidata, a fact from outside the texts.")
    note = Text("What a reader should know besides.")

    @validates_schema
    def check_point(self, data: Body, **kwargs: Any) -> None:
        """A point has both coordinates."""
        if ("latitude" in data) != ("longitude" in data):
            absent = "longitude" if "latitude" in data else "latitude"
            raise ValidationError({absent: ["found one coordinate alone; allowed: both or none"]})


class Topic(RecordSchema):
    """A subject that claims are about."""

    type = "topics"

    id = Slug("Id of the topic.", required=True, example="arms-transfers")
    label = Text("Name of the topic.", required=True, example="Arms transfers")
    broader = Reference("The wider topic that holds it.", to="topics", example="military-cooperation")
    definition = Text("What belongs to it and what does not.")
