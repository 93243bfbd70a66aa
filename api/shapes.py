"""The shapes of answers, for the document: what stands around the records, whose own schemas are in `dataset.schemas`.

Nothing is dumped through these; answers are joined from stored bytes, and every answer of the test suite is compared
with the document instead. All shapes are open: members may be added.
"""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from api.cursors import Cursor
from api.examples import VERSION
from dataset.schemas.claim import Claim
from dataset.schemas.entities import Actor, Place, Topic
from dataset.schemas.event import Event
from dataset.schemas.question import Question
from dataset.schemas.quote import Quote
from dataset.schemas.source import Source

FILE = f"/v1/releases/{VERSION}/files/claims.jsonl"


class Shape(Schema):
    """A mapping that may get more members."""

    class Meta:
        unknown = EXCLUDE


def words(description: str, example: Any, **kwargs: Any) -> fields.String:
    """A text of an answer."""
    return fields.String(metadata={"description": description, "example": example}, **kwargs)


def number(description: str, example: int, **kwargs: Any) -> fields.Integer:
    """A count of an answer."""
    return fields.Integer(metadata={"description": description, "example": example}, **kwargs)


def many(inner: type[Schema], description: str) -> fields.List[Any]:
    """A list of mappings, always there."""
    return fields.List(fields.Nested(inner), required=True, metadata={"description": description})


def some(inner: type[Schema], description: str) -> fields.List[Any]:
    """A list of mappings, there where it is asked for."""
    return fields.List(fields.Nested(inner), metadata={"description": description})


def part(inner: type[Schema], description: str, **kwargs: Any) -> fields.Nested:
    """A mapping of an answer."""
    return fields.Nested(inner, metadata={"description": description}, **kwargs)


def figures_by_name(description: str, example: dict[str, int]) -> fields.Dict:
    """Figures by name."""
    return fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": description, "example": example},
    )


def texts_by_name(description: str, example: dict[str, str]) -> fields.Dict:
    """Texts by name."""
    return fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": description, "example": example},
    )


def free(description: str, example: Any) -> fields.Dict:
    """A mapping that is described elsewhere."""
    return fields.Dict(required=True, metadata={"description": description, "example": example})


def free_list(description: str, example: Any) -> fields.List[Any]:
    """A list of such mappings."""
    inner = fields.Dict(metadata={"description": "An item."})
    return fields.List(inner, required=True, metadata={"description": description, "example": example})


def text_list(description: str, example: list[str]) -> fields.List[Any]:
    """A list of texts, always there."""
    inner = fields.String(metadata={"description": "An item."})
    return fields.List(inner, required=True, metadata={"description": description, "example": example})


class Page(Shape):
    """Where a list stands and how it goes on."""

    limit = number("How many records the page holds at most.", 50, required=True)
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The cursor of the next page; null at the end.",
            "example": Cursor("0.1.0", "0123456789abcdef", "some-record").encode(),
        },
    )

    total = number("With `count=exact`: how many records the whole list has.", 420)


class Error(Shape):
    """One mistake in a request."""

    type = words("Path of the page that explains this kind of mistake.", "/problems/unknown-parameter", required=True)
    location = words("Where it is: path, query, header or body.", "query", required=True, data_key="in")
    parameter = words("Name of the parameter or header.", "claimnt")
    found = words("What came, shortened.", "claimnt")
    allowed = words("What may stand there.", "claimant, source, …")
    detail = words("The mistake in a sentence.", "unknown parameter 'claimnt'; did you mean claimant?", required=True)


class Problem(Shape):
    """What went wrong, after RFC 9457."""

    type = words("Path of the page that explains this kind of problem.", "/problems/unknown-parameter", required=True)
    title = words("The kind of problem in words.", "Unknown parameter", required=True)
    status = number("The status code of the answer.", 400, required=True)
    detail = words(
        "This very problem in a sentence.", "unknown parameter 'claimnt'; did you mean claimant?", required=True
    )
    instance = words("Path of the request.", "/v1/claims", required=True)
    release = words("Version of the release that was read, where one was.", VERSION)
    reason = words("Why a record was withdrawn.", "The interview turned out to be made up.")
    file = words("Path of the file that holds all, where an export would hold too much.", FILE)
    withdrawn_in = words("Version of the release that withdrew it.", VERSION)
    withdrawn_on = words("Day of that release.", "2024-07-01")
    redacted_on = words("Day on which the record was redacted.", "2024-07-01")
    errors = fields.List(
        fields.Nested(Error), metadata={"description": "Every mistake of the request, where it has some."}
    )


class Included(Shape):
    """The records that others refer to, by type, each once and in the order of its list."""

    sources = some(Source, "The sources.")
    quotes = some(Quote, "The quotes.")
    claims = some(Claim, "The claims.")
    events = some(Event, "The events.")
    actors = some(Actor, "The actors.")
    places = some(Place, "The places.")
    topics = some(Topic, "The topics.")
    questions = some(Question, "The questions.")


class Answered(Schema):
    """What stands beside the members of a record when it is answered alone; the record's own schema says the rest."""

    links = texts_by_name(
        "Paths to what hangs on this record, by name; relative to the service. More may be added.",
        {"self": "/v1/topics/costs", "claims": "/v1/claims?topic=costs"},
    )
    release = words("Version of the release that was read.", VERSION, required=True)
    included = part(Included, "With `expand`: the records that its members refer to.")


class Missing(Shape):
    """An id that the release has no record of; the other members say how it ended, if it ever lived."""

    id = words("The id that was asked for.", "overton-herald-2024.c9", required=True)
    operation = words("`merged` or `withdrawn`.", "merged")
    release = words("Version of the release that ended it.", VERSION)
    date = words("Day of that release.", "2024-07-01")
    reason = words("Why.", "Both say the same.")
    replaced_by = words("The record that it is now part of.", "overton-herald-2024.c1")


class Highlight(Shape):
    """A word that was searched for, in a text of a record."""

    field = words(
        "The member that holds the text, with dots: `aliases.1` is the second alias.", "statement", required=True
    )
    start = number("Where the word begins, in code points of the text.", 4, required=True)
    end = number("Where what follows it begins.", 10, required=True)


class Listed(Shape):
    """What stands beside the records of a list."""

    page = part(Page, "Where the list stands.", required=True)
    release = words("Version of the release that was read.", VERSION, required=True)


class ListedRecords(Listed):
    """What stands beside the records of a list that can be searched."""

    highlights = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(Highlight)),
        metadata={
            "description": "With `q`: where the words that were searched for stand, by the id of the record.",
            "example": {"overton-herald-2024.c1": [{"field": "statement", "start": 4, "end": 10}]},
        },
    )
    missing = some(Missing, "With `id`: those that the release has no record of.")
    included = part(Included, "With `expand`: the records that the members of those in `data` refer to.")
