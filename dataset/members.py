"""The members of a stored body, cut out as they stand: nothing is written anew, so every byte is the stored one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from json import JSONDecoder
from typing import Any, Final

from marshmallow import fields

from dataset.canonical import Body
from dataset.schemas import TYPES
from dataset.schemas.base import walk
from dataset.schemas.fields import Items, Reference

_DECODER: Final = JSONDecoder()


def only(body: str, names: Collection[str]) -> str:
    """A canonical body cut down to some of its top-level members, in its own order."""
    kept = []
    position = 1  # behind the brace; canonical JSON has no white space
    while body[position] != "}":
        start = position
        name, position = _DECODER.raw_decode(body, start)
        _, position = _DECODER.raw_decode(body, position + 1)
        if name in names:
            kept.append(body[start:position])
        if body[position] == ",":
            position += 1
    return f"{{{','.join(kept)}}}"


@cache
def references(record_type: str) -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """The top-level members of a type that refer to other records: for each, paths and the types they lead to."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for path, field in walk(TYPES[record_type]()):
        inner: fields.Field[Any] = field.inner if isinstance(field, Items) else field
        if isinstance(inner, Reference):
            found.setdefault(path[0], []).append((path, inner.to))
    return {name: tuple(paths) for name, paths in found.items()}


def referred(record_type: str, body: Body, name: str) -> Iterator[tuple[str, str]]:
    """Type and id of every record that a member of a body refers to."""
    for path, to in references(record_type)[name]:
        for found in _values(body, path):
            yield to, found


def _values(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        yield value
    elif value is not None and path[0] in value:
        yield from _values(value[path[0]], path[1:])
