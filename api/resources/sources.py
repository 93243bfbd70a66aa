"""Sources: texts that were published: who wrote them, where, and what they derive from."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import record
from api.citing import FORMS
from api.documented import Blueprint
from api.filters import days, doubt
from api.forms import list_forms
from api.lists import record_list
from api.parameters import Values
from api.queries import ListRequest, RecordRequest, ReleasedListQuery, ShapedRecordQuery
from api.shapes import Answered, ListedRecords, many
from dataset.queries.sources import find_sources
from dataset.schemas import codes
from dataset.schemas.fields import Code, Reference, language_tag
from dataset.schemas.source import Source
from dataset.store.tables import sources

blueprint = Blueprint("sources", "Texts that were published: who wrote them, where, and what they derive from.")


class SourceQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "sources"

    kind = Values(Code("What kind of text it is.", codes.SOURCE_KIND))
    language = Values(language_tag("Language of the text, BCP 47."))
    publisher = Values(Reference("The outlet that published it.", to="actors", example="overton-herald"))
    author = Values(Reference("One of its authors.", to="actors", example="jane-doe"))
    translator = Values(Reference("Who translated it.", to="actors", example="jane-doe"))
    derived_from = Values(
        Reference("The source that it copies or translates.", to="sources", example="overton-herald-2024")
    )
    part_of = Values(Reference("The source in whose file its text is.", to="sources", example="overton-herald-2024"))
    published_overlaps, published_within = days("the time when it was published")
    published_basis = Values(Code("How that time is known.", codes.DATE_BASIS, closed=True))
    uncertain = doubt("`published` is")


class SourceRecordQuery(ShapedRecordQuery):
    """How a source is answered."""

    type = "sources"


class SourceList(ListedRecords):
    """A page of sources."""

    data = many(Source, "The sources.")


class SourceRecord(Source, Answered):
    """A source, with what stands beside it in an answer."""


#: What hangs on a source, by name.
LINKS = {
    "self": "/v1/sources/{id}",
    "history": "/v1/sources/{id}/history",
    "citation": "/v1/sources/{id}/citation",
    "jsonld": "/v1/sources/{id}/jsonld",
    "quotes": "/v1/quotes?source={id}",
    "claims": "/v1/claims?source={id}",
    "derived": "/v1/sources?derived_from={id}",
    "parts": "/v1/sources?part_of={id}",
    "events": "/v1/events?source={id}",
    "questions": "/v1/questions?source={id}",
}


@blueprint.operation(
    "/v1/sources",
    "listSources",
    query=SourceQuery,
    answer=SourceList,
    example=examples.listed(examples.SOURCE, "source-1"),
    headers=("Link",),
    forms=list_forms("sources"),
)
def list_sources(query: ListRequest) -> Response:
    """List sources.

    In the order of id. Several filters must all match.
    """
    return record_list(sources, find_sources, query)


@blueprint.operation(
    "/v1/sources/<id>",
    "getSource",
    query=SourceRecordQuery,
    answer=SourceRecord,
    example=examples.alone(examples.SOURCE, LINKS),
    forms=FORMS,
    merging=True,
)
def get_source(query: RecordRequest, record_id: str) -> Response:
    """Get one source.

    What was published, by whom and when, and what it derives from. `links` leads to its quotes and claims,
    to what derives from it, and to the events and questions of its claims.
    """
    return record(sources, record_id, query, LINKS)
