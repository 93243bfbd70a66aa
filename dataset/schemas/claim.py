"""A claim: one check-worthy statement that a source carries, in our words, with who makes it and how it came."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from dataset.canonical import Body
from dataset.schemas import codes
from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import Code, Items, Part, Reference, Slug, Text, dated
from dataset.schemas.parts import Anchor, Answer, Quantity, ViaLink
from dataset.schemas.quote import check_basis


class Claim(RecordSchema):
    """One proposition, its claimant, its chain and the place in the text that carries it."""

    type = "claims"

    id = Slug("Id of the claim.", hanging="c", required=True, example="example-times-2024-06-18.c12")
    source = Reference("The source that carries it.", to="sources", required=True, example="example-times-2024-06-18")
    anchor = Part("The stretch that makes the claim; absent when no text is held.", Anchor)
    statement = Text("The claim in our words, true to its claimant when read alone.", required=True, limit=2000)
    claimant = Reference("Who makes the claim: the innermost asserter.", to="actors", example="jane-doe")
    claimant_basis = Code("How the claimant is known.", codes.BASIS, closed=True, required=True)
    via = Items(
        "The links between the claimant and the source, the nearest to the claimant first.",
        Part("A link.", ViaLink),
    )
    modality = Code("How the claimant puts it.", codes.MODALITY, closed=True, required=True)
    hedge = Text("The words by which the text limits it.", example="is believed to")
    author_stance = Code("Where the author stands; absent in the author's own voice.", codes.STANCE, closed=True)
    quantity = Part("The figure that the claim gives.", Quantity)
    time, time_earliest, time_latest = dated(
        "When the statement holds: the as-of of a figure, the date of what is told."
    )
    time_basis = Code("How that date is known.", codes.DATE_BASIS, closed=True)
    said, said_earliest, said_latest = dated("When the claim was made.")
    said_basis = Code("How that date is known.", codes.DATE_BASIS, closed=True)
    quotes = Items("The quotes it rests on.", Reference("A quote.", to="quotes", example="example-times-2024-06-18.q3"))
    renders = Reference("The claim that this one renders in another language or copy.", to="claims")
    events = Items("The events it is about.", Reference("An event.", to="events", example="talks-2024-06-18"))
    actors = Items("The actors it is about.", Reference("An actor.", to="actors", example="jane-doe"))
    places = Items("The places it is about.", Reference("A place.", to="places", example="pyongyang"))
    topics = Items("What it is about.", Reference("A topic.", to="topics", example="arms-transfers"))
    answers = Items("The positions it takes on questions.", Part("A position.", Answer))
    note = Text("What a reader should know besides.")

    @validates_schema
    def check_claimant(self, data: Body, **kwargs: Any) -> None:
        """A claimant and its basis belong together; authors take no stance to what they say themselves."""
        check_basis(data, "claimant")
        if data["claimant_basis"] == "author" and "author_stance" in data:
            found = f"found '{data['author_stance']}' in the author's own voice"
            raise ValidationError({"author_stance": [f"{found}; allowed: leave it out"]})

    @validates_schema
    def check_answers(self, data: Body, **kwargs: Any) -> None:
        """A claim takes one position on a question."""
        seen: set[str] = set()
        for index, answer in enumerate(data.get("answers", [])):
            if answer["question"] in seen:
                message = f"found a second position on '{answer['question']}'; allowed: one for each question"
                raise ValidationError({"answers": {index: {"question": [message]}}})
            seen.add(answer["question"])
