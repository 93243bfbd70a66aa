"""The dataset itself: what it is called, who made it and under which terms; without it no package can be described."""

from __future__ import annotations

from dataset.schemas.base import RecordSchema
from dataset.schemas.fields import Items, Part, Slug, Text, Url, language_tag
from dataset.schemas.parts import Creator


class Dataset(RecordSchema):
    """One record: the name that tells this dataset from any other, and how it is described to the world."""

    type = "dataset"

    id = Slug(
        "Name of the dataset, also its id; a database holds one name only.",
        required=True,
        example="example-talks",
    )
    title = Text("Title.", required=True, example="The talks of 2024")
    description = Text("What it holds and what it is for.")
    licence = Text("SPDX identifier of the licence of our words and structure.", example="CC-BY-4.0")
    rights_note = Text("What the licence does not cover.")
    creators = Items("Who made it.", Part("A creator.", Creator))
    contact = Text("Where to write to.", example="data@example.org")
    keywords = Items("Words to find it by.", Text("A keyword.", example="diplomacy"))
    homepage = Url("Its home, the base of its IRIs.", example="https://example.org/talks/")
    languages = Items("Languages of the texts, BCP 47.", language_tag("A language."))
