"""A CSV, read as people make it: with the separator, the line ends and the byte order mark that it happens to have.

What was found is told when it is not our own form (comma, no mark). Quoting follows RFC 4180 strictly: a quotation mark
where none may stand makes the row a mistake, for nobody knows then where its cells end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from dataset.importing import limits
from dataset.importing.jsonlines import BOM
from dataset.importing.texts import printable
from dataset.problems import Problem, suggestion

csv.field_size_limit(limits.LINE)

SEPARATORS: Final = (",", ";", "\t")
_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")

#: A row: its line, its cells in the order of the known columns (empty where there is no such column), its mistake.
Row = tuple[int, list[str], Problem | None]
Lines = Iterator[tuple[int, bytes | None]]


@dataclass(slots=True)
class Sheet:
    """A CSV with its header read; `problems` are those of the header, `lost` says that no row can be read for them."""

    file: str
    known: Sequence[str]
    lines: Lines
    header: list[str] = field(default_factory=list)
    separator: str = ","
    note: str | None = None
    problems: list[Problem] = field(default_factory=list)
    lost: bool = False

    def rows(self) -> Iterator[Row]:
        """The rows below the header."""
        if self.lost:
            return
        width = len(self.header)
        # a column that is not there is read from one more cell, which is empty
        picks = [self.header.index(name) if name in self.header else width for name in self.known]
        nameless = [index for index, name in enumerate(self.header) if not name]
        feed = _Feed(self.lines)
        reader = csv.reader(feed, delimiter=self.separator, strict=True)
        while True:
            first = feed.begin()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                last = feed.next_line - 1
                found = f"{error}" if last <= first else f"{error}, from line {first} to line {last}"
                allowed = "cells quoted as RFC 4180 has it"
                yield first, [], Problem(message="not a row", found=found, allowed=allowed)
                continue
            if cells is None:
                return
            flaw = feed.flaw
            if not cells and flaw is None:
                continue  # an empty line
            if flaw is None and len(cells) != width:
                flaw = Problem(message="not as many cells as columns", found=str(len(cells)), allowed=str(width))
            if flaw is None and any(cells[index] for index in nameless):
                flaw = Problem(message="a cell in a column without a name", allowed="a name in the first line")
            cells = [*cells[:width], *[""] * max(1, width - len(cells) + 1)]
            yield first, [cells[pick] for pick in picks], flaw


def read(file: str, lines: Lines, known: Sequence[str], required: Sequence[str]) -> Sheet:
    """A CSV up to its header; `required` columns must be among the `known` ones that it has."""
    sheet = Sheet(file, known, lines)
    number, line = next(lines, (1, b""))
    if line is None or line.startswith(_WIDE):
        found = "a line that is too long" if line is None else "UTF-16"
        return _lose(sheet, Problem(message="no header", found=found, allowed="names of columns, in UTF-8"))
    marked = line.startswith(BOM)
    try:
        text = line.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        return _lose(sheet, Problem(message="not UTF-8", found=f"byte 0x{line[error.start]:02X}", allowed="UTF-8"))
    body = text.rstrip("\r\n")
    sheet.separator = max(SEPARATORS, key=lambda separator: _fitting(body, separator, known))
    try:
        sheet.header = next(csv.reader([body], delimiter=sheet.separator, strict=True), [])
    except csv.Error as error:
        return _lose(sheet, Problem(message="no header", found=str(error), allowed="names of columns on one line"))
    if not any(sheet.header):
        return _lose(sheet, Problem(message="no header", found="nothing", allowed="names of columns"))
    ends = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}.get(text[len(body) :], "none")
    if marked or sheet.separator != "," or ends == "CR":
        mark = ", with a byte order mark" if marked else ""
        sheet.note = f"{file}: separator {_NAMES[sheet.separator]}, line ends {ends}{mark}"
    _check_header(sheet, number, required)
    return sheet


def _lose(sheet: Sheet, problem: Problem) -> Sheet:
    sheet.problems.append(problem)
    sheet.lost = True
    return sheet


def _fitting(line: str, separator: str, known: Sequence[str]) -> int:
    """How many known columns a header has when it is cut at a separator."""
    try:
        return len(set(next(csv.reader([line], delimiter=separator), [])) & set(known))
    except csv.Error:
        return 0


def _check_header(sheet: Sheet, number: int, required: Sequence[str]) -> None:
    if len(sheet.header) > limits.COLUMNS:
        found, allowed = str(len(sheet.header)), f"at most {limits.COLUMNS}"
        _lose(sheet, Problem(message="too many columns", line=number, found=found, allowed=allowed))
        return
    seen: set[str] = set()
    for name in sheet.header:
        if name and name in seen:
            _lose(sheet, Problem(message="a column stands twice", line=number, field=printable(name)))
        elif name and name not in sheet.known:
            hint = suggestion(name, sheet.known)
            allowed = ", ".join(sheet.known)
            sheet.problems.append(
                Problem(message=f"unknown column{hint}", line=number, field=printable(name), allowed=allowed)
            )
        seen.add(name)
    for name in required:
        if name not in seen:
            sheet.problems.append(
                Problem(message="a required column is missing", line=number, field=name, found="nothing")
            )


class _Feed:
    """Lines as text for the CSV reader; what cannot be text is marked, and told with the row that it stands in."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.next_line = 2
        self.flaw: Problem | None = None

    def begin(self) -> int:
        """A new row: the line that it starts in."""
        self.flaw = None
        return self.next_line

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        self.next_line = number + 1
        if line is None:
            allowed = f"at most {limits.LINE:,} bytes"
            self.flaw = Problem(message="a line that is too long", found="more", allowed=allowed)
            return "\n"
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            self.flaw = Problem(
                message="not UTF-8", found=f"byte 0x{line[error.start]:02X} in line {number}", allowed="UTF-8"
            )
            return line.decode("utf-8", "replace")
