"""The records as typed mappings; written from the schemas by `python -m dataset.generate`, not by hand.

What is absent in a record is absent here: ask with `record.get("name")`. The fields are described in `docs/fields.md`.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Anchor(TypedDict):
    """A stretch of a captured text: half-open, in code points of the file decoded as UTF-8 with nothing translated."""

    start: int
    end: int
    sha256: str


class QuoteAnchor(TypedDict):
    """The anchor of a quote, with what stands around it (prefix and suffix of the W3C TextQuoteSelector)."""

    start: int
    end: int
    sha256: str
    prefix: NotRequired[str]
    suffix: NotRequired[str]


class ViaLink(TypedDict):
    """One link of the chain between the claimant or speaker and the source."""

    actor: str
    role: str


class Quantity(TypedDict):
    """A figure as the text has it: one `value`, or bounds `min` and `max`."""

    value: NotRequired[float]
    min: NotRequired[float]
    max: NotRequired[float]
    qualifier: str
    unit: str
    of: NotRequired[str]


class Answer(TypedDict):
    """The position that a claim takes on a question."""

    question: str
    position: str


class Participant(TypedDict):
    """Somebody at an event."""

    actor: str
    role: str


class ActorRole(TypedDict):
    """An office or function of an actor."""

    title: str
    organisation: NotRequired[str]
    time: NotRequired[str]
    time_earliest: NotRequired[str]
    time_latest: NotRequired[str]
    basis: NotRequired[str]


class Derivation(TypedDict):
    """That a source derives from another."""

    source: str
    relation: str


class Zone(TypedDict):
    """A stretch of a text with one function. The zones of a text partition it."""

    kind: str
    start: int
    end: int


class SourceText(TypedDict):
    """The captured text of a source: a file of its own, or a stretch of another source's file."""

    file: NotRequired[str]
    sha256: NotRequired[str]
    characters: NotRequired[int]
    captured: NotRequired[str]
    part_of: NotRequired[str]
    start: NotRequired[int]
    end: NotRequired[int]
    zones: NotRequired[list[Zone]]


class Position(TypedDict):
    """One answer to a question that a claim may take."""

    key: str
    label: str


class Creator(TypedDict):
    """Who made the dataset."""

    name: str
    url: NotRequired[str]


class Dataset(TypedDict):
    """One record: the name that tells this dataset from any other, and how it is described to the world."""

    id: str
    title: str
    description: NotRequired[str]
    licence: NotRequired[str]
    rights_note: NotRequired[str]
    creators: NotRequired[list[Creator]]
    contact: NotRequired[str]
    keywords: NotRequired[list[str]]
    homepage: NotRequired[str]
    languages: NotRequired[list[str]]


class Source(TypedDict):
    """A text that was published: an article, a post, a message, a page."""

    id: str
    title: NotRequired[str]
    kind: NotRequired[str]
    authors: NotRequired[list[str]]
    translator: NotRequired[str]
    publisher: NotRequired[str]
    published: NotRequired[str]
    published_earliest: NotRequired[str]
    published_latest: NotRequired[str]
    published_basis: NotRequired[str]
    language: NotRequired[str]
    url: NotRequired[str]
    derived_from: NotRequired[list[Derivation]]
    text: NotRequired[SourceText]
    rights: NotRequired[str]
    note: NotRequired[str]


class Quote(TypedDict):
    """Words in quotation marks, exactly as captured, with who uttered them."""

    id: str
    source: str
    text: str
    anchor: NotRequired[QuoteAnchor]
    kind: NotRequired[str]
    uttered: NotRequired[str]
    speaker: NotRequired[str]
    speaker_basis: str
    via: NotRequired[list[ViaLink]]
    said: NotRequired[str]
    said_earliest: NotRequired[str]
    said_latest: NotRequired[str]
    said_basis: NotRequired[str]
    occasion: NotRequired[str]
    language: NotRequired[str]
    original_language: NotRequired[str]
    continues: NotRequired[str]
    printing_of: NotRequired[str]
    note: NotRequired[str]


class Claim(TypedDict):
    """One proposition, its claimant, its chain and the place in the text that carries it."""

    id: str
    source: str
    anchor: NotRequired[Anchor]
    statement: str
    claimant: NotRequired[str]
    claimant_basis: str
    via: NotRequired[list[ViaLink]]
    modality: str
    hedge: NotRequired[str]
    author_stance: NotRequired[str]
    quantity: NotRequired[Quantity]
    time: NotRequired[str]
    time_earliest: NotRequired[str]
    time_latest: NotRequired[str]
    time_basis: NotRequired[str]
    said: NotRequired[str]
    said_earliest: NotRequired[str]
    said_latest: NotRequired[str]
    said_basis: NotRequired[str]
    quotes: NotRequired[list[str]]
    renders: NotRequired[str]
    events: NotRequired[list[str]]
    actors: NotRequired[list[str]]
    places: NotRequired[list[str]]
    topics: NotRequired[list[str]]
    answers: NotRequired[list[Answer]]
    note: NotRequired[str]


class Event(TypedDict):
    """Something at a time and a place, with those who took part."""

    id: str
    title: str
    kind: NotRequired[str]
    date: NotRequired[str]
    date_earliest: NotRequired[str]
    date_latest: NotRequired[str]
    date_basis: NotRequired[str]
    place: NotRequired[str]
    participants: NotRequired[list[Participant]]
    status: NotRequired[str]
    part_of: NotRequired[str]
    note: NotRequired[str]


class Actor(TypedDict):
    """A person, state, organisation, outlet or group that speaks, acts or is spoken of."""

    id: str
    name: str
    kind: NotRequired[str]
    named: NotRequired[bool]
    aliases: NotRequired[list[str]]
    roles: NotRequired[list[ActorRole]]
    country: NotRequired[str]
    wikidata: NotRequired[str]
    note: NotRequired[str]


class Place(TypedDict):
    """A place."""

    id: str
    name: str
    kind: NotRequired[str]
    country: NotRequired[str]
    latitude: NotRequired[float]
    longitude: NotRequired[float]
    wikidata: NotRequired[str]
    note: NotRequired[str]


class Topic(TypedDict):
    """A subject that claims are about."""

    id: str
    label: str
    broader: NotRequired[str]
    definition: NotRequired[str]


class Question(TypedDict):
    """A point on which two accounts differ; nothing is decided here, the positions stand side by side."""

    id: str
    question: str
    kind: NotRequired[str]
    answer: NotRequired[str]
    positions: list[Position]
    note: NotRequired[str]
