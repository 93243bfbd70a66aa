"""Quotes: words in quotation marks, exactly as captured, with who uttered them."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import record
from api.citing import FORMS
from api.documented import Blueprint
from api.filters import anchored, chain, days, doubt, publisher, translated, zone
from api.forms import list_forms
from api.lists import record_list
from api.parameters import Values
from api.queries import ListRequest, RecordRequest, ReleasedListQuery, ShapedRecordQuery
from api.shapes import Answered, ListedRecords, many
from dataset.queries.quotes import find_quotes
from dataset.schemas import codes
from dataset.schemas.fields import Code, Reference, language_tag
from dataset.schemas.quote import Quote
from dataset.store.tables import quotes

blueprint = Blueprint("quotes", "Words in quotation marks, exactly as captured, with who uttered them.")


class QuoteQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "quotes"

    source = Values(Reference("The source that prints it.", to="sources", example="overton-herald-2024"))
    publisher = publisher()
    language = Values(language_tag("Language of the words, the source's where the quote names none."))
    original_language = Values(language_tag("Language in which they were uttered, where it is another."))
    zone = zone()
    translated = translated()
    anchored = anchored()
    speaker = Values(Reference("Who uttered the words.", to="actors", example="john-roe"))
    speaker_basis = Values(Code("How the speaker is known.", codes.BASIS, closed=True))
    via = Values(Reference("Somebody between the speaker and the source.", to="actors", example="netherby-radio"))
    chain = chain("speaker")
    by_or_about = Values(
        Reference("Who uttered it, or whom a claim that rests on it is about.", to="actors", example="john-roe")
    )
    kind = Values(Code("What the quotation marks are for.", codes.QUOTE_KIND))
    uttered = Values(Code("Whether the words were uttered.", codes.UTTERED, closed=True))
    occasion = Values(Reference("The event at which they were uttered.", to="events", example="bridge-talks-2024"))
    said_overlaps, said_within = days("the time when it was uttered")
    said_basis = Values(Code("How that time is known.", codes.DATE_BASIS, closed=True))
    published_overlaps, published_within = days("the time when its source was published")
    said_or_published_overlaps, said_or_published_within = days(
        "the time when it was uttered or, where none is told, when its source was published"
    )
    uncertain = doubt("`said` is")
    continues = Values(Reference("The quote that it goes on with.", to="quotes", example="overton-herald-2024.q1"))
    printing_of = Values(
        Reference("The quote of which it prints the same utterance.", to="quotes", example="overton-herald-2024.q1")
    )
    claim = Values(Reference("A claim that rests on it.", to="claims", example="overton-herald-2024.c1"))


class QuoteRecordQuery(ShapedRecordQuery):
    """How a quote is answered."""

    type = "quotes"


class QuoteList(ListedRecords):
    """A page of quotes."""

    data = many(Quote, "The quotes.")


class QuoteRecord(Quote, Answered):
    """A quote, with what stands beside it in an answer."""


#: What hangs on a quote, by name.
LINKS = {
    "self": "/v1/quotes/{id}",
    "history": "/v1/quotes/{id}/history",
    "citation": "/v1/quotes/{id}/citation",
    "jsonld": "/v1/quotes/{id}/jsonld",
    "claims": "/v1/claims?quote={id}",
    "continuations": "/v1/quotes?continues={id}",
    "printings": "/v1/quotes?printing_of={id}",
}


@blueprint.operation(
    "/v1/quotes",
    "listQuotes",
    query=QuoteQuery,
    answer=QuoteList,
    example=examples.listed(examples.QUOTE, "quote-1"),
    headers=("Link",),
    forms=list_forms("quotes"),
)
def list_quotes(query: ListRequest) -> Response:
    """List quotes.

    In the order of source, then place in the text, the unanchored ones last. Several filters must all match.
    """
    return record_list(quotes, find_quotes, query)


@blueprint.operation(
    "/v1/quotes/<id>",
    "getQuote",
    query=QuoteRecordQuery,
    answer=QuoteRecord,
    example=examples.alone(examples.QUOTE, LINKS),
    forms=FORMS,
    merging=True,
)
def get_quote(query: RecordRequest, record_id: str) -> Response:
    """Get one quote.

    The words, where they stand and who uttered them. `links` leads to the claims that rest on it.
    """
    return record(quotes, record_id, query, LINKS)
