"""Search: the records of all types that hold some words, the best first."""

from __future__ import annotations

from flask import Response
from marshmallow import fields

from api import examples
from api.answers import compact
from api.documented import Blueprint
from api.lists import marked, placed, send_page
from api.moments import AsOf
from api.negotiation import JSON, chosen
from api.parameters import CursorText, Limit, WordsText, release_field, types_field
from api.queries import ListQuery, ListRequest
from api.reading import reading
from api.shapes import Highlight, Listed, Shape, many, words
from dataset.canonical import parse
from dataset.search.pages import Hit, page_of_all
from dataset.search.query import Query as Asked

blueprint = Blueprint("search", "Records of all types by their words, the best hits first.")


class SearchQuery(ListQuery):
    """The parameters of a search among all types."""

    type = "search"

    q = WordsText(required=True)
    types = types_field()
    limit = Limit()
    cursor = CursorText()
    release = release_field()
    as_of = AsOf()


class FoundRecord(Shape):
    """A record that was found, of whatever type."""

    type = words("Type of the record.", "claims", required=True)
    record = fields.Dict(
        required=True, metadata={"description": "The record, as lists of its type hold it.", "example": examples.CLAIM}
    )
    highlights = many(Highlight, "Where the words that were searched for stand in it.")


class FoundList(Listed):
    """A page of records that were found, the best first."""

    data = many(FoundRecord, "The records.")


@blueprint.operation(
    "/v1/search",
    "search",
    query=SearchQuery,
    answer=FoundList,
    example=examples.listed(
        {
            "type": "claims",
            "record": examples.CLAIM,
            "highlights": [{"field": "statement", "start": 4, "end": 10}],
        },
        "1 claims overton-herald-2024 C96 C204 overton-herald-2024.c1",
    ),
    headers=("Link",),
)
def search(query: ListRequest) -> Response:
    """Search the records of all types.

    First come records with the whole query as one phrase in their main field, then those with all its words there, then
    those with its words anywhere; among these the types in their order, each in its default order. There is no score.
    """
    chosen([JSON])
    asked = query.words
    assert asked is not None  # `q` is required
    with reading(query) as view, placed(query):
        hits = page_of_all(
            view.connection,
            query=asked,
            types=query.filters.get("types", ()),
            release=view.release,
            after=query.cursor.after if query.cursor else None,
            limit=query.limit,
        )
    items = [_item(hit, asked) for hit in hits]
    return send_page(items, [hit.after for hit in hits], query, view.release.version)


def _item(hit: Hit, asked: Asked) -> str:
    marks = marked(hit.type, parse(hit.body), asked)
    return f'{{"type":"{hit.type}","record":{hit.body},{compact({"highlights": marks})[1:]}'
