"""A state of the dataset: every record of one release as its canonical bytes, its order and its digests.

Digests are made so that anybody can check them on the files of a download: the digest of a type is the SHA-256 of its
JSON Lines file, that of the whole state the SHA-256 of all those files one after another in the order of their names,
`cat *.jsonl | sha256sum`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dataset.canonical import Body, parse
from dataset.schemas import TYPES

#: type -> id -> canonical bytes
State = Mapping[str, Mapping[str, bytes]]

#: The types in the order of their file names, in which a state is digested.
FILE_ORDER: Final = tuple(sorted(TYPES))

OrderKey = tuple[str, bool, int, int, str]


def order_key(body: Body) -> OrderKey:
    """The default order: by id, for what hangs under a source by source, place in its text (none last) and id."""
    anchor = body.get("anchor")
    start, end = (anchor["start"], anchor["end"]) if anchor else (0, 0)
    return str(body.get("source", "")), anchor is None, start, end, str(body["id"])


def lines(records: Mapping[str, bytes]) -> Iterator[bytes]:
    """The lines of a type's JSON Lines file, in default order."""
    keyed = sorted((order_key(parse(data)), data) for data in records.values())
    for _, data in keyed:
        yield data + b"\n"


def lines_of(records: Iterable[bytes]) -> bytes:
    """Records that are in their order already, as lines of such a file."""
    return b"\n".join([*records, b""])


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 of a state and of each type in it, and the number of records of each type; types without any included."""

    state: str
    types: dict[str, str]
    counts: dict[str, int]


def digests(state: State) -> Digests:
    """The digests of a state."""
    return digests_of(lambda type: ((line, 1) for line in lines(state.get(type, {}))))


def digests_of(pieces: Callable[[str], Iterable[tuple[bytes, int]]]) -> Digests:
    """The digests of a state by the pieces of its files: of a type, lines in their order and how many these are."""
    whole, types, counts = hashlib.sha256(), dict[str, str](), dict[str, int]()
    for type in FILE_ORDER:
        one, counts[type] = hashlib.sha256(), 0
        for data, number in pieces(type):
            one.update(data)
            whole.update(data)
            counts[type] += number
        types[type] = one.hexdigest()
    return Digests(whole.hexdigest(), types, counts)
