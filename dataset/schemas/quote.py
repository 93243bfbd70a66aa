"""A quote: words that a source sets in quotation marks or as a block quotation."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from dataset.canonical import Body, digest
from dataset.schemas import codes
from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import Code, Items, Part, Reference, Slug, Text, Verbatim, dated, language_tag
from dataset.schemas.parts import QuoteAnchor, ViaLink


class Quote(RecordSchema):
    """Words in quotation marks, exactly as captured, with who uttered them."""

    type = "quotes"

    id = Slug("Id of the quote.", hanging="q", required=True, example="example-times-2024-06-18.q3")
    source = Reference("The source that prints it.", to="sources", required=True, example="example-times-2024-06-18")
    text = Verbatim("The words exactly as captured, without their marks.", required=True, example="We shall see")
    anchor = Part("Where the words stand; absent when no text is held.", QuoteAnchor)
    kind = Code("What the quotation marks are for.", codes.QUOTE_KIND)
    uttered = Code("Whether the words were uttered.", codes.UTTERED, closed=True)
    speaker = Reference("Who uttered the words; absent when nobody can be named.", to="actors", example="jane-doe")
    speaker_basis = Code("How the speaker is known.", codes.BASIS, closed=True, required=True)
    via = Items("The links between the speaker and the source.", Part("A link.", ViaLink))
    said, said_earliest, said_latest = dated("When the words were uttered.")
    said_basis = Code("How that date is known.", codes.DATE_BASIS, closed=True)
    occasion = Reference("The event at which they were uttered.", to="events", example="talks-2024-06-18")
    language = language_tag("Language of the words, where it is not the source's.")
    original_language = language_tag("Language in which they were uttered, where it is another.")
    continues = Reference("The quote that this one goes on with after an interruption.", to="quotes")
    printing_of = Reference("The quote of which this one prints the same utterance.", to="quotes")
    note = Text("What a reader should know besides.")

    @validates_schema
    def check_speaker(self, data: Body, **kwargs: Any) -> None:
        """A speaker and the basis on which it is named belong together."""
        check_basis(data, "speaker")

    @validates_schema
    def check_text(self, data: Body, **kwargs: Any) -> None:
        """The anchor of a quote is the anchor of its text: the same length, the same digest."""
        anchor = data.get("anchor")
        if not anchor:
            return
        if anchor["end"] - anchor["start"] != len(data["text"]):
            found = f"found {anchor['end'] - anchor['start']} characters"
            raise ValidationError({"anchor": {"end": [f"{found}; allowed: {len(data['text'])}, as long as the text"]}})
        if anchor["sha256"] != digest(data["text"].encode()):
            raise ValidationError({"anchor": {"sha256": ["is not the SHA-256 of the quote's text"]}})


def check_basis(data: Body, who: str) -> None:
    """`claimant` or `speaker` with its basis: named when stated or inferred, absent when unknown."""
    basis, named = data[f"{who}_basis"], who in data
    if named and basis == "unknown":
        raise ValidationError({f"{who}_basis": [f"found 'unknown' beside a {who}; allowed: stated, inferred, author"]})
    if not named and basis in ("stated", "inferred"):
        raise ValidationError({who: [f"found none, though its basis is '{basis}'; allowed: the id of an actor"]})
