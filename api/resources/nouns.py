"""The record types as they are served: their files here, and what one record is called in names of operations."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from api.resources import actors, claims, dataset, events, places, questions, quotes, sources, topics

#: File, record type, and the word for one record.
NOUNS: Final[tuple[tuple[ModuleType, str, str], ...]] = (
    (dataset, "dataset", "dataset"),
    (sources, "sources", "source"),
    (quotes, "quotes", "quote"),
    (claims, "claims", "claim"),
    (events, "events", "event"),
    (actors, "actors", "actor"),
    (places, "places", "place"),
    (topics, "topics", "topic"),
    (questions, "questions", "question"),
)
