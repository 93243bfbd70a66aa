"""The record types: one marshmallow schema each, the one definition of every field.

OpenAPI components, table columns, exports and the curators' reference are derived from these or compared with them.
"""

from __future__ import annotations

from typing import Final

from dataset.schemas.base import RecordSchema, Strict, walk
from dataset.schemas.claim import Claim
from dataset.schemas.dataset import Dataset
from dataset.schemas.entities import Actor, Place, Topic
from dataset.schemas.event import Event
from dataset.schemas.question import Question
from dataset.schemas.quote import Quote
from dataset.schemas.source import Source

#: Version of the record schemas, named by every change-set; closed lists are fixed for one version.
SCHEMA_VERSION: Final = "1"

#: Type name to schema, in the order in which records refer to one another for a reader.
TYPES: Final[dict[str, type[RecordSchema]]] = {
    schema.type: schema for schema in (Dataset, Source, Quote, Claim, Event, Actor, Place, Topic, Question)
}

__all__ = ["SCHEMA_VERSION", "TYPES", "RecordSchema", "Strict", "walk"]
