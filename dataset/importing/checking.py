"""Rows checked by their schema, here or in another process.

Of each row comes the record, as canonical bytes with digest, sort key and references, or its mistakes. Whether the
references lead anywhere is for `dataset.importing.linking` to say. Nothing here knows of a database, so that a second
process starts quickly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final, NamedTuple

from marshmallow import ValidationError

from dataset.canonical import Body, canonical, digest
from dataset.importing import limits
from dataset.importing.rows import Chunk
from dataset.importing.texts import printable
from dataset.problems import Problem
from dataset.records import flatten, from_message
from dataset.references import REFERENCES, Link, links
from dataset.schemas import TYPES, RecordSchema

#: What rules look at in a record when they look from it at another; see `dataset.importing.linking`.
FACTS: Final = {"quotes": ("id", "source", "anchor", "continues"), "claims": ("id", "source", "anchor", "answers")}


class Record(NamedTuple):
    """A sound row: what is stored, the records that it refers to (type and id, each once), and the facts for rules."""

    sort: str
    digest: str
    data: bytes
    targets: list[tuple[str, str]]
    facts: Body | None


class Checked(NamedTuple):
    """What came of a row: its record, or its mistakes and those of its references that may be looked at all the same.

    `id` is None where there is none that could be remembered.
    """

    id: str | None
    record: Record | None
    problems: list[Problem]
    links: list[Link]


def check(chunk: Chunk) -> list[Checked]:
    """Check the rows of a chunk, in their order."""
    return [_check(chunk, index) for index in range(len(chunk.lines))]


def _check(chunk: Chunk, index: int) -> Checked:
    plain = chunk.plain(index)
    if isinstance(plain, list):
        return Checked(_remembered(chunk.id(index)), None, plain, [])
    id = _remembered(plain.get("id"))
    beforehand = [chunk.at(index, (), problem, id) for problem in chunk.beforehand(index)]
    try:
        body: Body = _schema(chunk.type).load(plain)
    except ValidationError as error:
        messages = list(flatten(error.messages))
        found = [
            chunk.at(index, path, _tidy(from_message(message)), id)
            for path, message in messages
            if not (beforehand and chunk.is_list(path))  # a list that lacks a rejected row is told already
        ]
        told = {path for path, _ in messages}
        sound = [link for link in links(chunk.type, plain) if link.path not in told and _remembered(link.id)]
        return Checked(id, None, beforehand + found, sound)
    except RecursionError:
        return Checked(id, None, [chunk.at(index, (), Problem(message="nested too deeply"), id)], [])
    if beforehand:
        return Checked(id, None, beforehand, list(links(chunk.type, body)))
    data = encode(body)
    names = FACTS.get(chunk.type)
    facts = None if names is None else {name: body[name] for name in names if name in body}
    record = Record(sort_key(chunk.type, body), digest(data), data, targets(chunk.type, body), facts)
    return Checked(body["id"], record, [], [])


def _remembered(id: object) -> str | None:
    """An id that is short and clean enough to be remembered, though it may be none that the schema takes."""
    return id if isinstance(id, str) and 0 < len(id) <= limits.ID and id.isprintable() else None


def _tidy(problem: Problem) -> Problem:
    """A message of a schema may quote names that came from outside."""
    return replace(problem, message=printable(problem.message, 500))


@cache
def _schema(type: str) -> RecordSchema:
    return TYPES[type]()


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
# What Python writes otherwise than RFC 8785 asks: floats with an exponent or without a fraction.
_OTHERWISE = re.compile(r"[0-9](?:e[-+][0-9]|\.0[,}\]])")


def encode(body: Body) -> bytes:
    """The canonical bytes of a body that a schema gave, as `dataset.canonical` has them, some times as fast.

    The standard library writes the very bytes of RFC 8785 but for some numbers; a text that looks like one of those
    costs time and nothing else.
    """
    text = _encode(body)
    suspicious = "e-" in text or "e+" in text or ".0" in text  # a hundred times as fast as the expression
    return canonical(body) if suspicious and _OTHERWISE.search(text) else text.encode()


def sort_key(type: str, body: Body) -> str:
    """Where a record stands among those of its type in the default order, as a text that sorts so."""
    if type not in ("quotes", "claims"):
        return str(body["id"])
    anchor = body.get("anchor")
    stretch = f"{anchor['start']:016d} {anchor['end']:016d}" if anchor else "~"
    return f"{body['source']} {stretch} {body['id']}"


def targets(type: str, body: Body) -> list[tuple[str, str]]:
    """The records that a sound body refers to, each once: `references.links` without the paths, some times as fast."""
    found: dict[tuple[str, str], None] = {}
    for path, to in REFERENCES[type]:
        value = body.get(path[0])
        if value is not None:
            for id in _ends(value, path[1:]):
                found[to, id] = None
    return list(found)


def _ends(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _ends(item, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _ends(value[path[0]], path[1:])
