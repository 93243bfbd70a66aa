"""Claims: what is claimed, one statement each, with who makes it, through whom it came and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response

from api import examples
from api.answers import record
from api.citing import FORMS
from api.documented import Blueprint
from api.filters import anchored, chain, days, doubt, publisher, source_language, translated, zone
from api.forms import list_forms
from api.lists import record_list
from api.parameters import Values
from api.problems import Mistake
from api.queries import ListRequest, RecordRequest, ReleasedListQuery, ShapedRecordQuery
from api.shapes import Answered, ListedRecords, many
from dataset.queries.claims import find_claims
from dataset.schemas import codes
from dataset.schemas.claim import Claim
from dataset.schemas.fields import Code, Flag, Integer, Number, Reference
from dataset.store.tables import claims

blueprint = Blueprint(
    "claims", "What is claimed, one statement each, with who makes it, through whom it came and where it stands."
)


class ClaimQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "claims"

    source = Values(Reference("The source that carries it.", to="sources", example="overton-herald-2024"))
    publisher = publisher()
    language = source_language()
    zone = zone()
    translated = translated()
    anchored = anchored()
    claimant = Values(Reference("Who makes the claim.", to="actors", example="john-roe"))
    claimant_basis = Values(Code("How the claimant is known.", codes.BASIS, closed=True))
    via = Values(Reference("Somebody between the claimant and the source.", to="actors", example="netherby-radio"))
    chain = chain("claimant")
    by_or_about = Values(Reference("Who makes it, or whom it is about.", to="actors", example="john-roe"))
    modality = Values(Code("How the claimant puts it.", codes.MODALITY, closed=True))
    author_stance = Values(Code("Where the author stands.", codes.STANCE, closed=True))
    hedged = Flag("Whether the text limits it by words of doubt.")
    qualifier = Values(Code("How the text limits its figure.", codes.QUALIFIER, closed=True))
    unit = Values(Code("What its figure is counted in.", example="items"))
    quantity_min = Number("Least figure: the claim admits this or a greater one. Together with `unit`.", example=3000)
    quantity_max = Number("Greatest figure: the claim admits this or a lesser one. Together with `unit`.", example=5000)
    time_overlaps, time_within = days("the time of which it speaks")
    time_basis = Values(Code("How that time is known.", codes.DATE_BASIS, closed=True))
    said_overlaps, said_within = days("the time when it was made")
    said_basis = Values(Code("How that time is known.", codes.DATE_BASIS, closed=True))
    published_overlaps, published_within = days("the time when its source was published")
    said_or_published_overlaps, said_or_published_within = days(
        "the time when it was made or, where none is told, when its source was published"
    )
    uncertain = doubt("`time` or `said` are")
    event = Values(Reference("An event that it is about.", to="events", example="bridge-talks-2024"))
    actor = Values(Reference("An actor that it is about.", to="actors", example="john-roe"))
    place = Values(Reference("A place that it is about.", to="places", example="overton"))
    topic = Values(Reference("A topic that it is about, or one above that.", to="topics", example="costs"))
    question = Values(Reference("A question that it answers.", to="questions", example="what-does-the-bridge-cost"))
    position = Values(Code("The key of the position that it takes on a question.", example="about_40_million"))
    disputed = Flag("Whether claims take another position on a question that it answers.")
    contradicted_by = Values(
        Reference(
            "A source of which a claim takes a position that is in conflict with its own.",
            to="sources",
            example="overton-herald-2024",
        )
    )
    voices = Integer("So many independent voices stand behind a position that it takes, for certain.", example=1)
    voices_min = Integer("At least so many voices stand behind it, for certain.", example=2)
    voices_max = Integer("At most so many voices stand behind it, for certain.", example=1)
    quote = Values(Reference("A quote that it rests on.", to="quotes", example="overton-herald-2024.q1"))
    renders = Values(
        Reference(
            "The claim that it renders.",
            to="claims",
            example="overton-herald-2024.c1",
        )
    )

    def beside(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """A figure is asked for in a unit; voices in one way."""
        yield from super().beside(given)
        for name in ("quantity_min", "quantity_max"):
            if name in given and "unit" not in given:
                yield name, f"found {given[name]} without a unit; allowed: together with unit, such as unit=people"
        for name in ("voices_min", "voices_max"):
            if name in given and "voices" in given:
                yield name, "found beside voices; allowed: voices alone, or voices_min and voices_max"

    def together(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str | Mistake]]:
        """A figure is asked for from the lesser to the greater."""
        yield from super().together(values)
        low, high = values.get("quantity_min"), values.get("quantity_max")
        if low is not None and high is not None and low > high:
            yield "quantity_max", f"found {high:g}; allowed: at least quantity_min, {low:g}"


class ClaimRecordQuery(ShapedRecordQuery):
    """How a claim is answered."""

    type = "claims"


class ClaimList(ListedRecords):
    """A page of claims."""

    data = many(Claim, "The claims.")


class ClaimRecord(Claim, Answered):
    """A claim, with what stands beside it in an answer."""


#: What hangs on a claim, by name.
LINKS = {
    "self": "/v1/claims/{id}",
    "history": "/v1/claims/{id}/history",
    "citation": "/v1/claims/{id}/citation",
    "jsonld": "/v1/claims/{id}/jsonld",
    "quotes": "/v1/quotes?claim={id}",
    "renderings": "/v1/claims?renders={id}",
    "events": "/v1/events?claim={id}",
    "actors": "/v1/actors?claim={id}",
    "places": "/v1/places?claim={id}",
    "topics": "/v1/topics?claim={id}",
    "questions": "/v1/questions?claim={id}",
}


@blueprint.operation(
    "/v1/claims",
    "listClaims",
    query=ClaimQuery,
    answer=ClaimList,
    example=examples.listed(examples.CLAIM, "overton-herald-2024 C96 C204 overton-herald-2024.c1"),
    headers=("Link",),
    forms=list_forms("claims"),
)
def list_claims(query: ListRequest) -> Response:
    """List claims.

    In the order of source, then place in the text, the unanchored ones last. Several filters must all match.
    """
    return record_list(claims, find_claims, query)


@blueprint.operation(
    "/v1/claims/<id>",
    "getClaim",
    query=ClaimRecordQuery,
    answer=ClaimRecord,
    example=examples.alone(examples.CLAIM, LINKS),
    forms=FORMS,
    merging=True,
)
def get_claim(query: RecordRequest, record_id: str) -> Response:
    """Get one claim.

    The statement, its claimant, its chain and where it stands. `links` leads to the quotes that it rests on, to the
    questions that it answers, to what it is about and to the claims that render it.
    """
    return record(claims, record_id, query, LINKS)
