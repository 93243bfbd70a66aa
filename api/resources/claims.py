"""Claims: what is claimed, one statement each, with who makes it, through whom it came and where it stands."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import record, record_list
from api.documented import Blueprint
from api.parameters import ListRequest, RecordQuery, RecordRequest, ReleasedListQuery, Values
from api.shapes import Answered, ListedRecords, many
from dataset.queries.claims import find_claims
from dataset.schemas import codes
from dataset.schemas.claim import Claim
from dataset.schemas.fields import Code, Reference
from dataset.store.tables import claims

blueprint = Blueprint(
    "claims", "What is claimed, one statement each, with who makes it, through whom it came and where it stands."
)


class ClaimQuery(ReleasedListQuery):
    """The filters of the list."""

    type = "claims"

    source = Values(Reference("The source that carries it.", to="sources", example="overton-herald-2024"))
    claimant = Values(Reference("Who makes the claim.", to="actors", example="john-roe"))
    claimant_basis = Values(Code("How the claimant is known.", codes.BASIS, closed=True))
    via = Values(Reference("Somebody between the claimant and the source.", to="actors", example="netherby-radio"))
    modality = Values(Code("How the claimant puts it.", codes.MODALITY, closed=True))
    author_stance = Values(Code("Where the author stands.", codes.STANCE, closed=True))
    unit = Values(Code("What its figure is counted in.", example="items"))
    event = Values(Reference("An event that it is about.", to="events", example="bridge-talks-2024"))
    actor = Values(Reference("An actor that it is about.", to="actors", example="john-roe"))
    place = Values(Reference("A place that it is about.", to="places", example="overton"))
    topic = Values(Reference("A topic that it is about.", to="topics", example="costs"))
    question = Values(Reference("A question that it answers.", to="questions", example="what-does-the-bridge-cost"))
    position = Values(Code("The key of the position that it takes on a question.", example="about_40_million"))
    quote = Values(Reference("A quote that it rests on.", to="quotes", example="overton-herald-2024.q1"))
    renders = Values(
        Reference(
            "The claim that it renders.",
            to="claims",
            example="overton-herald-2024.c1",
        )
    )


class ClaimList(ListedRecords):
    """A page of claims."""

    data = many(Claim, "The claims.")


class ClaimRecord(Claim, Answered):
    """A claim, with what stands beside it in an answer."""


#: What hangs on a claim, by name.
LINKS = {
    "self": "/v1/claims/{id}",
    "history": "/v1/claims/{id}/history",
    "renderings": "/v1/claims?renders={id}",
}


@blueprint.operation(
    "/v1/claims",
    "listClaims",
    query=ClaimQuery,
    answer=ClaimList,
    example=examples.listed(examples.CLAIM, "overton-herald-2024 C96 C204 overton-herald-2024.c1"),
    headers=("Link",),
)
def list_claims(query: ListRequest) -> Response:
    """List claims.

    In the order of source, then place in the text, the unanchored ones last. Several filters must all match.
    """
    return record_list(claims, find_claims, query)


@blueprint.operation(
    "/v1/claims/<id>",
    "getClaim",
    query=RecordQuery,
    answer=ClaimRecord,
    example=examples.alone(examples.CLAIM, LINKS),
    merging=True,
)
def get_claim(query: RecordRequest, record_id: str) -> Response:
    """Get one claim.

    The statement, its claimant, its chain and where it stands. `links` leads to the claims that render it.
    """
    return record(claims, record_id, query, LINKS)
