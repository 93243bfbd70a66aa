"""A question: a point on which accounts differ, with the positions that claims take on it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from dataset.canonical import Body
from dataset.schemas import codes
from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import Code, Items, Part, Slug, Text
from dataset.schemas.parts import Position


class Question(RecordSchema):
    """A point on which two accounts differ; nothing is decided here, the positions stand side by side."""

    type = "questions"

    id = Slug("Id of the question.", required=True, example="how-many-containers")
    question = Text("The question in words.", required=True, example="How many containers were sent?")
    kind = Code("How the positions relate.", codes.QUESTION_KIND, closed=True)
    answer = Code("What kind of answer it asks for.", codes.ANSWER, closed=True)
    positions = Items(
        "The positions that claims take.",
        Part("A position.", Position),
        required=True,
    )
    note = Text("What a reader should know besides.")

    @validates_schema
    def check_keys(self, data: Body, **kwargs: Any) -> None:
        """There are two positions at least; their keys and labels are each used once."""
        if len(data["positions"]) < 2:
            raise ValidationError({"positions": [f"found {len(data['positions'])}; allowed: at least two"]})
        for member in ("key", "label"):
            seen: set[str] = set()
            for index, position in enumerate(data["positions"]):
                if position[member] in seen:
                    message = f"found {position[member]!r} a second time; allowed: each once"
                    raise ValidationError({"positions": {index: {member: [message]}}})
                seen.add(position[member])
