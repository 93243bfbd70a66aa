"""A source: one text by somebody, published somewhere, from which quotes and claims are taken."""

from __future__ import annotations

from dataset.schemas import codes
from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import Code, Items, Part, Reference, Slug, Text, Url, dated, language_tag
from dataset.schemas.parts import Derivation, SourceText


class Source(RecordSchema):
    """A text that was published: an article, a post, a message, a page."""

    type = "sources"

    id = Slug("Id of the source.", required=True, example="example-times-2024-06-18")
    title = Text("Title as printed.", example="Talks end early")
    kind = Code("What kind of text it is.", codes.SOURCE_KIND)
    authors = Items("Who wrote it.", Reference("An author.", to="actors", example="jane-doe"))
    translator = Reference("Who translated it.", to="actors", example="john-roe")
    publisher = Reference("The outlet that published it.", to="actors", example="example-times")
    published, published_earliest, published_latest = dated("When it was published.")
    published_basis = Code("How the date is known.", codes.DATE_BASIS, closed=True)
    language = language_tag("Language of the text, BCP 47.")
    url = Url("Where it was published.", example="https://example.org/talks-end-early")
    derived_from = Items("The sources it copies or translates.", Part("A derivation.", Derivation))
    text = Part("The captured text; absent when none is held.", SourceText)
    rights = Text("Who holds which rights in the text.", example="© Example Times")
    note = Text("What a reader should know besides.")
