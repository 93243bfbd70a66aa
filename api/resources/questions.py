"""Questions: points on which accounts differ, with the positions side by side."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import absent, check_shape, linked, send, shaped, with_members
from api.citing import FORMS, REPRESENTATIONS, represented
from api.documented import Blueprint
from api.forms import list_forms
from api.lists import record_list
from api.negotiation import JSON, chosen
from api.parameters import Values
from api.queries import ListRequest, RecordRequest, ReleasedListQuery, ShapedRecordQuery
from api.reading import reading
from api.shapes import Answered, ListedRecords, many
from api.sides import PositionPair, Side, gather, pairs, sides
from dataset.canonical import parse
from dataset.queries.paging import one
from dataset.queries.questions import find_questions
from dataset.schemas import codes
from dataset.schemas.fields import Code, Flag, Reference
from dataset.schemas.question import Question
from dataset.store.tables import questions

blueprint = Blueprint("questions", "Points on which accounts differ, with the positions that claims take on them.")


class QuestionQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "questions"

    class Meta(ReleasedListQuery.Meta):
        exclude = ("expand",)  # they refer to no record

    kind = Values(Code("How the positions relate.", codes.QUESTION_KIND, closed=True))
    answer = Values(Code("What kind of answer it asks for.", codes.ANSWER, closed=True))
    claim = Values(Reference("A claim that answers it.", to="claims", example="overton-herald-2024.c1"))
    source = Values(Reference("A source whose claims answer it.", to="sources", example="overton-herald-2024"))
    event = Values(Reference("An event that such claims are about.", to="events", example="bridge-talks-2024"))
    actor = Values(Reference("An actor that such claims are about.", to="actors", example="john-roe"))
    topic = Values(Reference("A topic that such claims are about, or one above that.", to="topics", example="costs"))
    disputed = Flag("Whether claims take more than one position on it.")
    relation = Values(
        Code("How two positions on it relate, derived from figures and times.", codes.QUESTION_KIND, closed=True)
    )


class QuestionRecordQuery(ShapedRecordQuery):
    """How a question is answered."""

    type = "questions"

    class Meta(ShapedRecordQuery.Meta):
        exclude = ("expand",)  # it refers to no record


class QuestionList(ListedRecords):
    """A page of questions."""

    data = many(Question, "The questions.")


class QuestionRecord(Question, Answered):
    """A question, with its positions side by side."""

    sides = many(Side, "The positions in their order, each with the claims that take it.")
    pairs = many(PositionPair, "How each two positions relate that claims take.")


#: What hangs on a question, by name.
LINKS = {
    "self": "/v1/questions/{id}",
    "history": "/v1/questions/{id}/history",
    "citation": "/v1/questions/{id}/citation",
    "jsonld": "/v1/questions/{id}/jsonld",
    "claims": "/v1/claims?question={id}",
}


@blueprint.operation(
    "/v1/questions",
    "listQuestions",
    query=QuestionQuery,
    answer=QuestionList,
    example=examples.listed(examples.QUESTION, examples.QUESTION["id"]),
    headers=("Link",),
    forms=list_forms("questions"),
)
def list_questions(query: ListRequest) -> Response:
    """List questions.

    In the order of id. Several filters must all match.
    """
    return record_list(questions, find_questions, query)


@blueprint.operation(
    "/v1/questions/<id>",
    "getQuestion",
    query=QuestionRecordQuery,
    answer=QuestionRecord,
    example=examples.alone(examples.QUESTION, LINKS, sides=[examples.SIDE], pairs=[]),
    forms=FORMS,
    merging=True,
)
def get_question(query: RecordRequest, record_id: str) -> Response:
    """Get one question with its positions side by side.

    Beside the record stand `sides`, each position with its claims, their claimants, chains, figures, sources, anchors
    and the voices behind it, and `pairs`, how each two positions relate. Both are derived when they are read.
    """
    media_type = chosen(REPRESENTATIONS)
    check_shape(media_type, query)
    with reading(query) as view:
        body = view.connection.execute(one(questions, record_id, view.release)).scalar()
        if body is None:
            return absent(view, "questions", record_id)
        if media_type != JSON:
            return represented(view, "questions", body, media_type)
        found = gather(view, record_id)
        shown = shaped(body, "questions", query, view)
    question, links = parse(body), linked(LINKS, record_id, query, view)
    members = {"sides": sides(question, found), "pairs": pairs(question, found)}
    return send(with_members(shown, **members, links=links, release=view.release.version))
