"""What is searched: for each record type the members that are its main field, and the rest.

A record ranks higher when the words stand in what it is (its statement, title or name) than when they stand beside it.
Members are dotted paths; a list stands for all its items. A test compares them with the schemas: a field of free text
is searched, or named among those that are not, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from dataset.canonical import Body
from dataset.search.words import words


class Searched(NamedTuple):
    """The members of a type that are searched."""

    main: tuple[str, ...]
    rest: tuple[str, ...]


#: Record type → what of it is searched, in the order in which types are named everywhere.
FIELDS: Final[dict[str, Searched]] = {
    "dataset": Searched(("title",), ("description", "keywords", "creators.name", "rights_note")),
    "sources": Searched(("title",), ("note",)),
    "quotes": Searched(("text",), ("note",)),
    "claims": Searched(("statement",), ("hedge", "quantity.of", "note")),
    "events": Searched(("title",), ("note",)),
    "actors": Searched(("name", "aliases"), ("roles.title", "note")),
    "places": Searched(("name",), ("note",)),
    "topics": Searched(("label",), ("definition",)),
    "questions": Searched(("question",), ("positions.label", "note")),
}

#: Free text that is not searched, and why.
UNSEARCHED: Final = {
    "dataset.licence": "a code, not words",
    "dataset.contact": "an address, not words",
    "sources.rights": "the same words in every source of a publisher",
    "quotes.anchor.prefix": "words of the source around the quote, which others may say",
    "quotes.anchor.suffix": "as the prefix",
}

#: Stands between two texts of an entry, so that no phrase reaches from one into the other.
GAP: Final = "\ue000"
#: Begins each word of the rest in an entry; no word holds it, for it is neither letter nor digit.
REST: Final = "\ue001"


class Text(NamedTuple):
    """A text of a body, where it stands (`aliases.1`), and whether it belongs to the main field."""

    path: str
    text: str
    main: bool


def texts(record_type: str, body: Body) -> Iterator[Text]:
    """The texts of a record that are searched: the main field first."""
    for first, rest, main in _paths(record_type):
        value = body.get(first)
        if isinstance(value, str):
            yield Text(first, value, main)
        elif value is not None:
            for place, text in _at(rest, value, (first,)):
                yield Text(place, text, main)


@cache
def _paths(record_type: str) -> list[tuple[str, list[str], bool]]:
    """The searched members of a type: the first name of the path, the others, whether it belongs to the main field."""
    searched = FIELDS[record_type]
    found = [(path, True) for path in searched.main] + [(path, False) for path in searched.rest]
    return [(first, rest, main) for path, main in found for first, *rest in [path.split(".")]]


def entry(record_type: str, body: Body) -> str:
    """A record as the index holds it: its words with a space around each, those of the rest marked.

    ` kim jong un <gap> kim chong un <gap> <rest>chairman `
    """
    found: list[str] = []
    for first, rest, main in _paths(record_type):  # the texts without their places, which take as long as the words
        value = body.get(first)
        if value is None:
            continue
        for text in (value,) if isinstance(value, str) else [text for _, text in _at(rest, value, (first,))]:
            if found:
                found.append(GAP)
            found += words(text) if main else [REST + word for word in words(text)]
    return f" {' '.join(found)} "


def _at(path: list[str], value: Any, behind: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _at(path, item, (*behind, str(index)))
    elif not path:
        yield ".".join(behind), value
    elif path[0] in value:
        yield from _at(path[1:], value[path[0]], (*behind, path[0]))
