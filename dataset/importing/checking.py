"""Rows checked by their schema, here or in another process.

Of each row comes the record, as canonical bytes with digest, sort key and references, or its mistakes. Most rows are
sound at first sight (`dataset.schemas.accepting`); marshmallow judges the others. Whether the references lead anywhere
is for `dataset.importing.linking` to say. What sound rows become in the tables is made here too, while their bodies are
at hand (`dataset.store.readied`). Nothing here opens a database.
"""

from __future__ import annotations

import marshal
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
from dataset.store.readied import Made
from dataset.store.tables import RECORDS

#: What rules look at in a record when they look from it at another; see `dataset.importing.linking`.
FACTS: Final = {"quotes": ("id", "source", "anchor", "continues"), "claims": ("id", "source", "anchor", "answers")}


class Sound(NamedTuple):
    """A sound row: what is stored of it, whether it refers to its own type, and the facts for rules.

    `data` is None where the row says just these bytes: whoever has the chunk has them, and they go through no pipe.
    """

    id: str
    sort: str
    digest: str
    data: bytes | None
    inner: bool
    facts: Body | None


class Flawed(NamedTuple):
    """A row with mistakes, and those of its references that may be looked at all the same.

    `id` is None where there is none that could be remembered.
    """

    id: str | None
    problems: list[Problem]
    links: list[Link]


Checked = Sound | Flawed


class Judged(NamedTuple):
    """What came of the rows of a chunk.

    Of the sound ones: what they refer to in other types (each once, type and id), and what they become in the tables.
    """

    rows: list[Checked]
    targets: list[tuple[str, str]]
    made: Made

    def __reduce__(self) -> tuple[Any, ...]:
        """How it goes from process to process: sound rows are plain data, which marshal packs in half of the time."""
        sound = [tuple(row) if isinstance(row, Sound) else None for row in self.rows]
        plain = marshal.dumps((sound, self.targets, self.made.columns, dict(self.made.links)))
        return _unpacked, (plain, [row for row in self.rows if isinstance(row, Flawed)])


def _unpacked(plain: bytes, flawed: list[Flawed]) -> Judged:
    sound, targets, columns, links = marshal.loads(plain)  # noqa: S302 - from a process of our own
    others = iter(flawed)
    rows = [next(others) if row is None else Sound(*row) for row in sound]
    return Judged(rows, targets, Made(columns, links))


def check(chunk: Chunk) -> Judged:
    """Check the rows of a chunk, in their order."""
    found: dict[tuple[str, str], None] = {}
    made, rows = Made(), list[Checked]()
    for index in range(len(chunk.lines)):
        body = _at_first_sight(chunk, index) or _in_full(chunk, index)
        if isinstance(body, Flawed):
            rows.append(body)
        else:
            rows.append(_sound(chunk, index, *body, found))
            made.add(index, chunk.type, body[0])
    return Judged(rows, list(found), made)


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


def _sound(chunk: Chunk, index: int, body: Body, data: bytes, found: dict[tuple[str, str], None]) -> Sound:
    type = chunk.type
    names = FACTS.get(type)
    facts = None if names is None else {name: body[name] for name in names if name in body}
    inner = False
    for target in targets(type, body):
        if target[0] == type:
            inner = True
        else:
            found[target] = None
    kept = None if chunk.says(index, data) else data
    return Sound(body["id"], sort_key(type)(body), digest(data), kept, inner, facts)


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


def targets(type: str, body: Body) -> Iterator[tuple[str, str]]:
    """Type and id of what a sound body refers to: `references.links` without the paths, some times as fast."""
    for first, rest, to in _paths(type):
        value = body.get(first)
        if value is None:
            continue
        for item in value if isinstance(value, list) else (value,):
            if not rest:
                yield to, item
            elif len(rest) == 1:
                if rest[0] in item:
                    yield to, item[rest[0]]
            else:
                for id in _ends(item, rest):
                    yield to, id


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
