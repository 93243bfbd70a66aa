"""What lies between two states: the records added, changed and gone, and for changed ones the fields that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dataset.canonical import Body, parse
from dataset.schemas import TYPES
from dataset.state import State


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One top-level field that differs; None stands for absent."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different between two states, each list by type and id: `(type, id)`."""

    added: list[tuple[str, str]]
    changed: list[tuple[str, str]]
    gone: list[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)

    @property
    def resized(self) -> bool:
        """Whether records came or went."""
        return bool(self.added or self.gone)


def difference(before: State, after: State) -> Difference:
    """The difference between two states, in the order of types and ids."""
    found = Difference([], [], [])
    for type in TYPES:
        old, new = before.get(type, {}), after.get(type, {})
        for id in sorted(old.keys() | new.keys()):
            if id not in old:
                found.added.append((type, id))
            elif id not in new:
                found.gone.append((type, id))
            elif old[id] != new[id]:
                found.changed.append((type, id))
    return found


def fields_changed(before: bytes, after: bytes) -> Iterator[FieldChange]:
    """The top-level fields in which two canonical bodies differ, by name."""
    old: Body = parse(before)
    new: Body = parse(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield FieldChange(name, old.get(name), new.get(name))
