"""Counts: how many records a list has, and how many under each value of one dimension or two."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api import examples
from api.counting import count
from api.documented import Blueprint
from api.queries import ListRequest, counting
from api.resources.actors import ActorQuery
from api.resources.claims import ClaimQuery
from api.resources.events import EventQuery
from api.resources.places import PlaceQuery
from api.resources.questions import QuestionQuery
from api.resources.quotes import QuoteQuery
from api.resources.sources import SourceQuery
from api.resources.topics import TopicQuery
from api.shapes import Shape, many, number, part, words
from dataset.queries.actors import find_actors
from dataset.queries.claims import find_claims
from dataset.queries.events import find_events
from dataset.queries.places import find_places
from dataset.queries.questions import find_questions
from dataset.queries.quotes import find_quotes
from dataset.queries.sources import find_sources
from dataset.queries.topics import find_topics
from dataset.store import tables

blueprint = Blueprint("counts", "How many records a list has, and how many under each value of one dimension or two.")


class CountGroup(Shape):
    """The records that have the same value in each dimension."""

    key = fields.Dict(
        keys=fields.String(),
        values=fields.String(allow_none=True),
        required=True,
        metadata={
            "description": "The value in each dimension, as the filter of that name takes it; null where none is.",
            "example": {"modality": "denied"},
        },
    )
    count = number("How many records.", 12, required=True)


class Remainder(Shape):
    """The groups that are not told."""

    groups = number("How many groups.", 3, required=True)
    count = number("The sum of their counts.", 7, required=True)


class Counts(Shape):
    """The number of records, and their groups."""

    total = number(
        "How many records there are. The counts of groups add up to more where records have several values.",
        120,
        required=True,
    )
    groups = many(CountGroup, "The groups, the greatest first, those alike by their keys, null last.")
    remainder = part(Remainder, "What the groups behind the last one told hold; absent where there are no groups.")
    release = words("Version of the release that was read.", examples.VERSION, required=True)


def _example(**key: str) -> dict[str, Any]:
    groups = [{"key": key, "count": 12}, {"key": dict.fromkeys(key), "count": 2}]
    return {"total": 21, "groups": groups, "remainder": {"groups": 3, "count": 7}, "release": examples.VERSION}


@blueprint.operation(
    "/v1/counts/sources",
    "countSources",
    query=counting(SourceQuery),
    answer=Counts,
    example=_example(language="en"),
)
def count_sources(query: ListRequest) -> Response:
    """Count sources.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.sources, find_sources, query)


@blueprint.operation(
    "/v1/counts/quotes",
    "countQuotes",
    query=counting(QuoteQuery),
    answer=Counts,
    example=_example(speaker="john-roe"),
)
def count_quotes(query: ListRequest) -> Response:
    """Count quotes.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.quotes, find_quotes, query)


@blueprint.operation(
    "/v1/counts/claims",
    "countClaims",
    query=counting(ClaimQuery),
    answer=Counts,
    example=_example(modality="predicted"),
)
def count_claims(query: ListRequest) -> Response:
    """Count claims.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.claims, find_claims, query)


@blueprint.operation(
    "/v1/counts/events",
    "countEvents",
    query=counting(EventQuery),
    answer=Counts,
    example=_example(kind="talks"),
)
def count_events(query: ListRequest) -> Response:
    """Count events.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.events, find_events, query)


@blueprint.operation(
    "/v1/counts/actors",
    "countActors",
    query=counting(ActorQuery),
    answer=Counts,
    example=_example(kind="person"),
)
def count_actors(query: ListRequest) -> Response:
    """Count actors.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.actors, find_actors, query)


@blueprint.operation(
    "/v1/counts/places",
    "countPlaces",
    query=counting(PlaceQuery),
    answer=Counts,
    example=_example(country="KR"),
)
def count_places(query: ListRequest) -> Response:
    """Count places.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.places, find_places, query)


@blueprint.operation(
    "/v1/counts/topics",
    "countTopics",
    query=counting(TopicQuery),
    answer=Counts,
    example=_example(broader="bridges"),
)
def count_topics(query: ListRequest) -> Response:
    """Count topics.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.topics, find_topics, query)


@blueprint.operation(
    "/v1/counts/questions",
    "countQuestions",
    query=counting(QuestionQuery),
    answer=Counts,
    example=_example(answer="number"),
)
def count_questions(query: ListRequest) -> Response:
    """Count questions.

    With the filters of the list: how many there are, and with `group_by` how many under each value.
    """
    return count(tables.questions, find_questions, query)
