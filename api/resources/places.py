"""Places: where things happen."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import record
from api.citing import FORMS
from api.documented import Blueprint
from api.forms import list_forms
from api.lists import record_list
from api.parameters import Values
from api.queries import ListRequest, RecordRequest, ReleasedListQuery, ShapedRecordQuery
from api.shapes import Answered, ListedRecords, many
from dataset.queries.places import find_places
from dataset.schemas.entities import Place
from dataset.schemas.fields import Code, Reference, country_code
from dataset.store.tables import places

blueprint = Blueprint("places", "Where things happen.")


class PlaceQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "places"

    class Meta(ReleasedListQuery.Meta):
        exclude = ("expand",)  # they refer to no record

    kind = Values(Code("What kind of place.", example="city"))
    country = Values(country_code("Country it lies in, ISO 3166-1 alpha-2."))
    claim = Values(Reference("A claim about it.", to="claims", example="overton-herald-2024.c1"))


class PlaceRecordQuery(ShapedRecordQuery):
    """How a place is answered."""

    type = "places"

    class Meta(ShapedRecordQuery.Meta):
        exclude = ("expand",)  # it refers to no record


class PlaceList(ListedRecords):
    """A page of places."""

    data = many(Place, "The places.")


class PlaceRecord(Place, Answered):
    """A place, with what stands beside it in an answer."""


#: What hangs on a place, by name.
LINKS = {
    "self": "/v1/places/{id}",
    "history": "/v1/places/{id}/history",
    "citation": "/v1/places/{id}/citation",
    "jsonld": "/v1/places/{id}/jsonld",
    "claims": "/v1/claims?place={id}",
    "events": "/v1/events?place={id}",
}


@blueprint.operation(
    "/v1/places",
    "listPlaces",
    query=PlaceQuery,
    answer=PlaceList,
    example=examples.listed(examples.PLACE, "place-1"),
    headers=("Link",),
    forms=list_forms("places"),
)
def list_places(query: ListRequest) -> Response:
    """List places.

    In the order of id. Several filters must all match.
    """
    return record_list(places, find_places, query)


@blueprint.operation(
    "/v1/places/<id>",
    "getPlace",
    query=PlaceRecordQuery,
    answer=PlaceRecord,
    example=examples.alone(examples.PLACE, LINKS),
    forms=FORMS,
    merging=True,
)
def get_place(query: RecordRequest, record_id: str) -> Response:
    """Get one place.

    Where it lies. `links` leads to the claims about it and the events there.
    """
    return record(places, record_id, query, LINKS)
