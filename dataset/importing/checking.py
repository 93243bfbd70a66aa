"""Rows checked by their schema, here or in another process.

Of each row comes the record, as canonical bytes with digest, sort key and references, or its mistakes. Most rows are
sound at first sight (`dataset.schemas.accepting`); marshmallow judges the others. Whether the references lead anywhere
is for `dataset.importing.linking` to say. What sound rows become in the tables is made here too, while their bodies are
at hand (`dataset.store.made`). Nothing here opens a database that others see.
"""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from marshmallow import ValidationError

from dataset.canonical import Body, digest, encode
from dataset.importing import limits
from dataset.importing.rows import Chunk
from dataset.importing.texts import printable
from dataset.problems import Problem
from dataset.records import flatten, from_message
from dataset.references import REFERENCES, Link, Path, links
from dataset.schemas import TYPES, RecordSchema
from dataset.schemas.accepting import accept
from dataset.store.derived import anchor_sort
from dataset.store.made import Made
from dataset.store.tables import RECORDS

#: What rules look at in a record when they look from it at another; see `dataset.importing.linking`.
FACTS: Final = {"quotes": ("id", "source", "anchor", "continues"), "claims": ("id", "source", "anchor", "answers")}


#: By type the ids of it that are referred to, each once.
Found = defaultdict[str, dict[str, None]]


class Flawed(NamedTuple):
    """A row with mistakes, and those of its references that may be looked at all the same.

    `id` is None where there is none that could be remembered.
    """

    id: str | None
    problems: list[Problem]
    links: list[Link]


class Judged(NamedTuple):
    """What came of the rows of a chunk, which are known by their places in it.

    `flawed`: those with mistakes. Of the sound ones: what they refer to in other types (`targets`: by type, each id
    once), which of them refer to their own type (`inner`), the facts that rules look at. And what all of them become in
    the temporary file (`made`).
    """

    rows: int
    flawed: dict[int, Flawed]
    targets: dict[str, list[str]]
    inner: list[int]
    facts: dict[int, Body]
    made: bytes

    def __reduce__(self) -> tuple[Any, ...]:
        """How it goes from process to process: what is plain data is packed by marshal, in half of the time."""
        return _unpacked, (self.rows, self.flawed, marshal.dumps((self.targets, self.inner, self.facts)), self.made)


def _unpacked(rows: int, flawed: dict[int, Flawed], plain: bytes, made: bytes) -> Judged:
    targets, inner, facts = marshal.loads(plain)  # noqa: S302 - from a process of our own
    return Judged(rows, flawed, targets, inner, facts, made)


def check(chunk: Chunk) -> Judged:
    """Check the rows of a chunk, in their order."""
    type = chunk.type
    sort, names = sort_key(type), FACTS.get(type)
    made, found = Made(type), Found(dict)
    judged = Judged(len(chunk.lines), {}, {}, [], {}, b"")
    for place, line in enumerate(chunk.lines):
        sound = _at_first_sight(chunk, place) or _in_full(chunk, place)
        if isinstance(sound, Flawed):
            judged.flawed[place] = sound
            if sound.id is not None:
                made.remember(place, line, sound.id)
            continue
        body, data = sound
        made.add(place, line, body, (sort(body), digest(data), data.decode()))
        if names is not None:
            judged.facts[place] = {name: body[name] for name in names if name in body}
        if refer(type, body, found):
            judged.inner.append(place)
    return judged._replace(targets={to: list(ids) for to, ids in found.items()}, made=made.packed())


def _at_first_sight(chunk: Chunk, index: int) -> tuple[Body, bytes] | None:
    """The body of a row that is sound beyond doubt, and its canonical bytes."""
    plain = chunk.quick(index)
    if plain is None or chunk.beforehand(index):
        return None
    body = accept(chunk.type, plain)
    if body is None:
        return None
    data = encode(body)
    return (body, data) if chunk.is_faithful(index, data) else None


def _in_full(chunk: Chunk, index: int) -> tuple[Body, bytes] | Flawed:
    """The body of any row and its bytes, or its mistakes: its schema has the verdict."""
    plain = chunk.plain(index)
    if isinstance(plain, list):
        return Flawed(_remembered(chunk.id(index)), plain, [])
    id = _remembered(plain.get("id"))
    beforehand = [chunk.at(index, (), problem, id) for problem in chunk.beforehand(index)]
    try:
        body: Body = _schema(chunk.type).load(plain)
    except ValidationError as error:
        messages = list(flatten(error.messages))
        problems = [
            chunk.at(index, path, _tidy(from_message(message)), id)
            for path, message in messages
            if not (beforehand and chunk.is_list(path))  # a list that lacks a rejected row is told already
        ]
        told = {path for path, _ in messages}
        sound = [link for link in links(chunk.type, plain) if link.path not in told and _remembered(link.id)]
        return Flawed(id, beforehand + problems, sound)
    except RecursionError:
        return Flawed(id, [chunk.at(index, (), Problem(message="nested too deeply"), id)], [])
    if beforehand:
        return Flawed(id, beforehand, list(links(chunk.type, body)))
    return body, encode(body)


def _remembered(id: object) -> str | None:
    """An id that is short and clean enough to be remembered, though it may be none that the schema takes."""
    return id if isinstance(id, str) and 0 < len(id) <= limits.ID and id.isprintable() else None


def _tidy(problem: Problem) -> Problem:
    """A message of a schema may quote names that came from outside."""
    return replace(problem, message=printable(problem.message, 500))


@cache
def _schema(type: str) -> RecordSchema:
    return TYPES[type]()


@cache
def sort_key(type: str) -> Callable[[Body], str]:
    """What tells where a record stands among those of its type in the default order, as a text that sorts so."""
    return anchor_sort if RECORDS[type].info["order"] == "sort" else itemgetter("id")


def refer(type: str, body: Body, found: Found) -> bool:
    """Put what a sound body refers to in other types into `found`; whether it refers to its own type.

    The same references as `references.links`, without their paths, some times as fast.
    """
    inner = False
    for first, rest, to in _paths(type):
        value = body.get(first)
        if value is None:
            continue
        if to == type:
            inner = inner or next(_ends(value, rest), None) is not None
        elif rest:
            found[to].update(dict.fromkeys(_ends(value, rest)))
        elif isinstance(value, str):
            found[to][value] = None
        else:
            found[to].update(dict.fromkeys(value))
    return inner


@cache
def _paths(type: str) -> list[tuple[str, Path, str]]:
    return [(first, tuple(rest), to) for (first, *rest), to in REFERENCES[type]]


def _ends(value: Any, path: Path) -> Iterator[str]:
    """The values at a path; a list on the way stands for each of its items."""
    if isinstance(value, list):
        for item in value:
            yield from _ends(item, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _ends(value[path[0]], path[1:])
