"""Topics: what claims are about."""

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
from dataset.queries.topics import find_topics
from dataset.schemas.entities import Topic
from dataset.schemas.fields import Reference
from dataset.store.tables import topics

blueprint = Blueprint("topics", "What claims are about.")


class TopicQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "topics"

    broader = Values(Reference("The wider topic right above it.", to="topics", example="bridges"))
    claim = Values(Reference("A claim about it.", to="claims", example="overton-herald-2024.c1"))


class TopicRecordQuery(ShapedRecordQuery):
    """How a topic is answered."""

    type = "topics"


class TopicList(ListedRecords):
    """A page of topics."""

    data = many(Topic, "The topics.")


class TopicRecord(Topic, Answered):
    """A topic, with what stands beside it in an answer."""


#: What hangs on a topic, by name.
LINKS = {
    "self": "/v1/topics/{id}",
    "history": "/v1/topics/{id}/history",
    "citation": "/v1/topics/{id}/citation",
    "jsonld": "/v1/topics/{id}/jsonld",
    "claims": "/v1/claims?topic={id}",
    "narrower": "/v1/topics?broader={id}",
    "questions": "/v1/questions?topic={id}",
}


@blueprint.operation(
    "/v1/topics",
    "listTopics",
    query=TopicQuery,
    answer=TopicList,
    example=examples.listed(examples.TOPIC, "topic-1"),
    headers=("Link",),
    forms=list_forms("topics"),
)
def list_topics(query: ListRequest) -> Response:
    """List topics.

    In the order of id. Several filters must all match.
    """
    return record_list(topics, find_topics, query)


@blueprint.operation(
    "/v1/topics/<id>",
    "getTopic",
    query=TopicRecordQuery,
    answer=TopicRecord,
    example=examples.alone(examples.TOPIC, LINKS),
    forms=FORMS,
    merging=True,
)
def get_topic(query: RecordRequest, record_id: str) -> Response:
    """Get one topic.

    What belongs to it. `links` leads to its claims and to the narrower topics.
    """
    return record(topics, record_id, query, LINKS)
