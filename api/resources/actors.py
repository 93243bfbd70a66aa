"""Actors: persons, states, organisations, outlets and groups that speak, act or are spoken of."""

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
from dataset.queries.actors import find_actors
from dataset.schemas import codes
from dataset.schemas.entities import Actor
from dataset.schemas.fields import Code, Flag, Reference, country_code
from dataset.store.tables import actors

blueprint = Blueprint("actors", "Persons, states, organisations, outlets and groups that speak, act or are spoken of.")


class ActorQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "actors"

    kind = Values(Code("What kind of actor.", codes.ACTOR_KIND))
    named = Flag("Whether the sources name them.")
    country = Values(country_code("Country they belong to, ISO 3166-1 alpha-2."))
    organisation = Values(Reference("Where they held a role.", to="actors", example="netherby-council"))
    claim = Values(Reference("A claim about them.", to="claims", example="overton-herald-2024.c1"))


class ActorRecordQuery(ShapedRecordQuery):
    """How an actor is answered."""

    type = "actors"


class ActorList(ListedRecords):
    """A page of actors."""

    data = many(Actor, "The actors.")


class ActorRecord(Actor, Answered):
    """An actor, with what stands beside it in an answer."""


#: What hangs on an actor, by name.
LINKS = {
    "self": "/v1/actors/{id}",
    "history": "/v1/actors/{id}/history",
    "citation": "/v1/actors/{id}/citation",
    "jsonld": "/v1/actors/{id}/jsonld",
    "claims": "/v1/claims?claimant={id}",
    "claims_about": "/v1/claims?actor={id}",
    "claims_relayed": "/v1/claims?via={id}",
    "claims_carried": "/v1/claims?chain={id}",
    "quotes": "/v1/quotes?speaker={id}",
    "quotes_relayed": "/v1/quotes?via={id}",
    "sources_written": "/v1/sources?author={id}",
    "sources_translated": "/v1/sources?translator={id}",
    "sources_published": "/v1/sources?publisher={id}",
    "events": "/v1/events?participant={id}",
    "members": "/v1/actors?organisation={id}",
    "questions": "/v1/questions?actor={id}",
}


@blueprint.operation(
    "/v1/actors",
    "listActors",
    query=ActorQuery,
    answer=ActorList,
    example=examples.listed(examples.ACTOR, "actor-1"),
    headers=("Link",),
    forms=list_forms("actors"),
)
def list_actors(query: ListRequest) -> Response:
    """List actors.

    In the order of id. Several filters must all match.
    """
    return record_list(actors, find_actors, query)


@blueprint.operation(
    "/v1/actors/<id>",
    "getActor",
    query=ActorRecordQuery,
    answer=ActorRecord,
    example=examples.alone(examples.ACTOR, LINKS),
    forms=FORMS,
    merging=True,
)
def get_actor(query: RecordRequest, record_id: str) -> Response:
    """Get one actor.

    Who they are. `links` leads to what they claim, pass on, say and publish, and to what is claimed about them.
    """
    return record(actors, record_id, query, LINKS)
