"""Exports: what a list would give on all its pages, as one file with its length, digest and number of rows."""

from __future__ import annotations

from flask import Response

from api.documented import Blueprint
from api.exporting import export
from api.forms import export_forms
from api.queries import ListRequest, exporting
from api.resources.actors import ActorQuery
from api.resources.claims import ClaimQuery
from api.resources.events import EventQuery
from api.resources.places import PlaceQuery
from api.resources.questions import QuestionQuery
from api.resources.quotes import QuoteQuery
from api.resources.sources import SourceQuery
from api.resources.topics import TopicQuery
from dataset.queries.actors import find_actors
from dataset.queries.claims import find_claims
from dataset.queries.events import find_events
from dataset.queries.places import find_places
from dataset.queries.questions import find_questions
from dataset.queries.quotes import find_quotes
from dataset.queries.sources import find_sources
from dataset.queries.topics import find_topics
from dataset.schemas.claim import Claim
from dataset.schemas.entities import Actor, Place, Topic
from dataset.schemas.event import Event
from dataset.schemas.question import Question
from dataset.schemas.quote import Quote
from dataset.schemas.source import Source
from dataset.store import tables

blueprint = Blueprint("exports", "What a list would give on all its pages, as one file.")


@blueprint.export(
    "/v1/exports/sources",
    "exportSources",
    query=exporting(SourceQuery),
    forms=export_forms(Source),
)
def export_sources(query: ListRequest, form: str) -> Response:
    """Export sources.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.sources, find_sources, query, form)


@blueprint.export(
    "/v1/exports/quotes",
    "exportQuotes",
    query=exporting(QuoteQuery),
    forms=export_forms(Quote),
)
def export_quotes(query: ListRequest, form: str) -> Response:
    """Export quotes.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.quotes, find_quotes, query, form)


@blueprint.export(
    "/v1/exports/claims",
    "exportClaims",
    query=exporting(ClaimQuery),
    forms=export_forms(Claim),
)
def export_claims(query: ListRequest, form: str) -> Response:
    """Export claims.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.claims, find_claims, query, form)


@blueprint.export(
    "/v1/exports/events",
    "exportEvents",
    query=exporting(EventQuery),
    forms=export_forms(Event),
)
def export_events(query: ListRequest, form: str) -> Response:
    """Export events.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.events, find_events, query, form)


@blueprint.export(
    "/v1/exports/actors",
    "exportActors",
    query=exporting(ActorQuery),
    forms=export_forms(Actor),
)
def export_actors(query: ListRequest, form: str) -> Response:
    """Export actors.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.actors, find_actors, query, form)


@blueprint.export(
    "/v1/exports/places",
    "exportPlaces",
    query=exporting(PlaceQuery),
    forms=export_forms(Place),
)
def export_places(query: ListRequest, form: str) -> Response:
    """Export places.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.places, find_places, query, form)


@blueprint.export(
    "/v1/exports/topics",
    "exportTopics",
    query=exporting(TopicQuery),
    forms=export_forms(Topic),
)
def export_topics(query: ListRequest, form: str) -> Response:
    """Export topics.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.topics, find_topics, query, form)


@blueprint.export(
    "/v1/exports/questions", "exportQuestions", query=exporting(QuestionQuery), forms=export_forms(Question)
)
def export_questions(query: ListRequest, form: str) -> Response:
    """Export questions.

    All that the filters of the list select, with its length and digest in front; too many are refused, not cut off.
    """
    return export(tables.questions, find_questions, query, form)
