"""Rows as they were read, up to a thousand at a time: each knows where each field of each row stands.

Chunks travel to the process that checks them (`dataset.importing.checking`), so they hold plain data alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson

from dataset.exports.cells import Value, read_cell
from dataset.exports.flat import unflatten
from dataset.exports.layout import POSITION, Column, Kind, LinkTable, layout
from dataset.importing import jsonlines, limits
from dataset.importing.texts import printable
from dataset.problems import Problem, shown
from dataset.records import dotted
from dataset.references import Path

#: Rows, and bytes of rows, in a chunk.
ROWS = 1000
BYTES = 1 << 20

#: A row of a link table: its line, its position, its cells in the order of the table's columns.
LinkRow = tuple[int, int, list[str]]
_ENDS = (b"\n", b"\r\n", b"\r", b"")
NAMELESS = "(row without id)"


@dataclass(slots=True)
class Chunk:
    """Rows of one file, with their lines; `held` is the bytes of the lines, or of the cells, more or less."""

    type: str
    file: str
    lines: list[int] = field(default_factory=list)
    held: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time to hand it over."""
        return len(self.lines) >= ROWS or self.held >= BYTES

    def plain(self, index: int) -> dict[str, Any] | list[Problem]:
        """A row as the plain data that a schema takes, or what keeps it from being that; with places."""
        raise NotImplementedError

    def quick(self, index: int) -> dict[str, Any] | None:
        """A row as plain data where that is quickly had; of the mistakes that `plain` finds, some may be overlooked."""
        plain = self.plain(index)
        return plain if isinstance(plain, dict) else None

    def is_faithful(self, index: int, data: bytes) -> bool:
        """Whether the row says what `data` says, the canonical bytes of its record, and `quick` overlooked nothing."""
        return True

    def locate(self, index: int, path: Path) -> tuple[str, int, str | None]:
        """File, line and name of the field at a path of a row."""
        raise NotImplementedError

    def id(self, index: int) -> str | None:
        """The id of a row that is no record for another reason, where it can be told."""
        return None

    def beforehand(self, index: int) -> list[Problem]:
        """What is known to be wrong with a row before its schema is asked."""
        return []

    def is_list(self, path: Path) -> bool:
        """Whether the field at a path is a table of its own."""
        return False

    def at(self, index: int, path: Path, problem: Problem, id: str | None) -> Problem:
        """A problem with its place."""
        file, line, name = self.locate(index, path)
        return replace(problem, file=file, line=line, field=name, record=named(id))


@dataclass(slots=True)
class LineChunk(Chunk):
    """Lines of JSON Lines."""

    data: list[bytes] = field(default_factory=list)

    def add(self, line: int, data: bytes) -> None:
        """One more line."""
        self.lines.append(line)
        self.data.append(data)
        self.held += len(data)

    def plain(self, index: int) -> dict[str, Any] | list[Problem]:
        found = jsonlines.parse(self.data[index])
        return [self.at(index, (), found, None)] if isinstance(found, Problem) else found

    def quick(self, index: int) -> dict[str, Any] | None:
        line = self.data[index]
        if len(line) > 2 * limits.ITEMS:  # a shorter line holds no list of too many items
            return None
        try:
            found = orjson.loads(line)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def is_faithful(self, index: int, data: bytes) -> bool:
        # a line that is canonical holds no name twice and no number that was rounded
        line = self.data[index]
        if line.startswith(data) and line[len(data) :] in _ENDS:
            return True
        return not isinstance(jsonlines.parse(line), Problem)

    def locate(self, index: int, path: Path) -> tuple[str, int, str | None]:
        name = dotted(path)
        return self.file, self.lines[index], None if name is None else printable(name)


@dataclass(slots=True)
class SheetChunk(Chunk):
    """Rows of a CSV, each with its rows of the link tables, by table, in the order of their positions.

    `flaws` are of rows that are none, by index; `spoiled` the place of a rejected row of a link table.
    """

    link_files: dict[str, str] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    links: list[dict[str, list[LinkRow]]] = field(default_factory=list)
    flaws: dict[int, Problem] = field(default_factory=dict)
    spoiled: dict[int, str] = field(default_factory=dict)

    def add(self, line: int, cells: list[str], links: dict[str, list[LinkRow]]) -> None:
        """One more row."""
        self.lines.append(line)
        self.cells.append(cells)
        self.links.append(links)
        self.held += sum(map(len, cells)) + 64 * sum(map(len, links.values()))

    def plain(self, index: int) -> dict[str, Any] | list[Problem]:
        if index in self.flaws:
            return [self.at(index, (), self.flaws[index], self.cells[index][0])]
        shapes = _shapes(self.type)
        problems: list[Problem] = []
        row = shapes[""].values(self.cells[index])
        for column, problem in shapes[""].rounded(self.cells[index], row):
            problems.append(self.at(index, column.path, problem, None))
        rows: dict[str, list[dict[str, Value]]] = {}
        for table, held in self.links[index].items():
            shape = shapes[table]
            rows[table] = []
            for place, (_, position, cells) in enumerate(held):
                values = shape.values(cells)
                for column, problem in shape.rounded(cells, values):
                    problems.append(self.at(index, (*shape.path, place, *column.path), problem, None))
                rows[table].append({**values, POSITION: position})
        if problems:
            return [replace(problem, record=named(row.get("id"))) for problem in problems]
        return unflatten(self.type, row, rows)

    def id(self, index: int) -> str | None:
        return self.cells[index][0]

    def beforehand(self, index: int) -> list[Problem]:
        found = self.spoiled.get(index)
        return [] if found is None else [Problem(message="one of its rows is rejected", found=found)]

    def is_list(self, path: Path) -> bool:
        return any(path == table.path for table in layout(self.type).links)

    def locate(self, index: int, path: Path) -> tuple[str, int, str | None]:
        for table in layout(self.type).links:
            size = len(table.path)
            if path[:size] == table.path and len(path) > size and isinstance(path[size], int):
                line = self.links[index][table.name][int(path[size])][0]
                return self.link_files[table.name], line, _link_column(table, path[size + 1 :])
        return self.file, self.lines[index], "_".join(str(step) for step in path) or None


def named(id: object) -> str:
    """A record as messages name it."""
    return printable(id, limits.ID) if isinstance(id, str) and id else NAMELESS


@dataclass(frozen=True, slots=True)
class _Shape:
    """The columns of a table as reading needs them; `path` is that of the list in the body, for a link table."""

    names: tuple[tuple[str, Kind], ...]
    numbers: tuple[tuple[int, Column], ...]
    path: tuple[str, ...]

    def values(self, cells: list[str]) -> dict[str, Value]:
        """The cells as values, empty ones left out."""
        return {name: read_cell(kind, text) for (name, kind), text in zip(self.names, cells, strict=True) if text}

    def rounded(self, cells: list[str], values: dict[str, Value]) -> Iterator[tuple[Column, Problem]]:
        """Columns whose number is not the one that was written, but the nearest that can be kept."""
        for index, column in self.numbers:
            number = values.get(column.name)
            if isinstance(number, float) and not jsonlines.same_number(cells[index], number):
                message, allowed = "a number that cannot be kept to the last digit", "what a double holds"
                yield column, Problem(message=message, found=shown(cells[index]), allowed=allowed)


@cache
def _shapes(type: str) -> dict[str, _Shape]:
    """The shapes of a type's table (by the empty name) and of its link tables."""
    tables = layout(type)
    shapes = {"": _shape(tables.columns, ())}
    return shapes | {table.name: _shape(table.columns, table.path) for table in tables.links}


def _shape(columns: Sequence[Column], path: tuple[str, ...]) -> _Shape:
    numbers = tuple((index, column) for index, column in enumerate(columns) if column.kind == "number")
    return _Shape(tuple((column.name, column.kind) for column in columns), numbers, path)


def _link_column(table: LinkTable, path: Path) -> str | None:
    return next((column.name for column in table.columns if column.path == path), None) or (
        "_".join(str(step) for step in path) or None
    )
