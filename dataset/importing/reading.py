"""Reading a package into the stage: file after file, type after type, and telling every mistake on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from dataset.exports.layout import POSITION, LinkTable, layout
from dataset.importing import limits, sheets
from dataset.importing.checking import check
from dataset.importing.choosing import Choice, Files
from dataset.importing.descriptor import Descriptor
from dataset.importing.jsonlines import BOM
from dataset.importing.linking import READ_ORDER, Linker
from dataset.importing.members import Member
from dataset.importing.report import Report
from dataset.importing.rows import Chunk, LineChunk, LinkRow, SheetChunk
from dataset.importing.stage import Stage
from dataset.importing.streams import DAMAGE, Excess, lines
from dataset.importing.texts import printable
from dataset.pool import Pool
from dataset.problems import Problem, shown


@dataclass(slots=True)
class Reader:
    """Reads the files chosen; `read` counts rows by type, `notes` are remarks for the reader.

    `unread` are types whose files could not be read to their end: nothing may be loaded then, whatever was asked for.
    """

    stage: Stage
    report: Report
    choice: Choice
    descriptor: Descriptor
    pool: Pool
    advance: Callable[[int], None]
    settled: Callable[[str], None]
    read: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Read everything; `settled` is told each type when all its rows are judged."""
        gone = {one.key for one in self.descriptor.redactions}
        linker = Linker(self.stage, self.report, self.unread, gone)
        for type in READ_ORDER:
            self.read[type] = 0
            files = self.choice.files.get(type)
            if files is not None:
                chunks = self._lines(files) if files.form == "jsonl" else self._sheets(files)
                for chunk, judged in self.pool(check, chunks):
                    linker.take(chunk, judged)
                    self.read[type] += judged.rows
                linker.end(type, files.links)
            self.settled(type)

    def _numbered(self, type: str, member: Member) -> Iterator[tuple[int, bytes | None]]:
        """The lines of a file; what ends it before its time is told, and the type is then unread."""
        try:
            yield from lines(member.pieces(self.advance))
        except Excess as error:
            self._lose(type, member, str(error), "less")
            return
        except DAMAGE as error:
            self._lose(type, member, f"the file is damaged: {printable(str(error))}", "a whole file")
            return
        expected = self.descriptor.sha256.get(member.name)
        if expected is not None and expected != member.sha256:
            found, allowed = f"SHA-256 {member.sha256}", f"{expected}, or a descriptor without that hash"
            self._tell(member.shown, Problem(message="not the file that is described", found=found, allowed=allowed))

    def _lose(self, type: str, member: Member, message: str, allowed: str) -> None:
        self.unread.add(type)
        self._tell(member.shown, Problem(message=message, allowed=allowed))

    def _tell(self, file: str, problem: Problem) -> None:
        self.report.add(replace(problem, file=file))

    def _reject(self, type: str, problem: Problem) -> None:
        """A row that no id is known of."""
        self.report.counts[type] += 1
        self.report.add(problem)

    def _lines(self, files: Files) -> Iterator[Chunk]:
        shown_name = files.main.shown
        chunk = LineChunk(files.type, shown_name)
        for number, line in self._numbered(files.type, files.main):
            if line is None:
                self.read[files.type] += 1
                problem = Problem(message="a line that is too long", file=shown_name, line=number)
                self._reject(files.type, problem)
                continue
            if number == 1 and line.startswith(BOM):
                self.notes.append(f"{shown_name}: with a byte order mark")
                line = line.removeprefix(BOM)  # noqa: PLW2901 - the same line without its mark
            if not line.isspace():
                chunk.add(number, line)
            if chunk.full:
                yield chunk
                chunk = LineChunk(files.type, shown_name)
        if chunk.lines:
            yield chunk

    def _sheets(self, files: Files) -> Iterator[Chunk]:
        tables = layout(files.type)
        link_files = {name: member.shown for name, member in files.links.items()}
        for number, table in enumerate(tables.links):
            if table.name in files.links:
                self._stage_links(files.type, number, table, files.links[table.name])
        required = [column.name for column in tables.columns if column.required]
        sheet = self._sheet(files.type, files.main, tables.header, required)
        chunk = SheetChunk(files.type, files.main.shown, link_files=link_files)
        names = [table.name for table in tables.links]
        for line, cells, flaw in sheet.rows():
            id = cells[0] if cells else ""
            links = self._links_of(id, names) if link_files else {}
            spoiled = self._spoiled(id) if link_files else None
            longest = max(map(len, links.values()), default=0)
            if flaw is not None:
                chunk.flaws[len(chunk.lines)] = flaw
            elif longest > limits.ITEMS:
                many = Problem(message="a list of too many items", allowed=f"at most {limits.ITEMS}")
                chunk.flaws[len(chunk.lines)], links = many, {}
            elif spoiled is not None:
                chunk.spoiled[len(chunk.lines)] = spoiled
            chunk.add(line, cells or [""] * len(tables.columns), links)
            if chunk.full:
                yield chunk
                chunk = SheetChunk(files.type, files.main.shown, link_files=link_files)
        if chunk.lines:
            yield chunk

    def _sheet(self, type: str, member: Member, known: tuple[str, ...], required: list[str]) -> sheets.Sheet:
        sheet = sheets.read(member.shown, self._numbered(type, member), known, required)
        if sheet.note is not None:
            self.notes.append(sheet.note)
        for problem in sheet.problems:
            self._tell(member.shown, problem)
        if sheet.lost:
            self.unread.add(type)
        return sheet

    def _stage_links(self, type: str, number: int, table: LinkTable, member: Member) -> None:
        """Put the rows of a link table where the rows of their records find them."""
        required = [table.key, POSITION, *(column.name for column in table.columns if column.required)]
        sheet = self._sheet(type, member, table.header, required)
        file, db = self.stage.file(member.shown), self.stage.db
        self.read[member.shown] = 0
        for line, cells, flaw in sheet.rows():
            self.read[member.shown] += 1
            owner = cells[0] if cells else ""
            column, told = (None, flaw) if flaw is not None else self._stage_link(number, table, file, line, cells)
            if told is not None:
                if owner:
                    db.execute("INSERT OR IGNORE INTO spoiled VALUES (?, ?, ?)", (owner, file, line))
                record = printable(owner) if owner else None
                self._reject(member.shown, replace(told, file=member.shown, line=line, field=column, record=record))

    def _stage_link(
        self, number: int, table: LinkTable, file: int, line: int, cells: list[str]
    ) -> tuple[str | None, Problem | None]:
        """Put one row there; else the column that is wrong, and what is wrong with it.

        A position that stands twice is told when the type is read, for the record may not be there at all.
        """
        owner, position, *rest = cells
        if not owner:
            return table.key, Problem(message="empty", found="nothing", allowed="the id of its record")
        if not (position.isascii() and position.isdigit() and len(position) < 10):
            return POSITION, Problem(message="not a position", found=shown(position), allowed="a whole number")
        row = (owner, number, int(position), file, line, json.dumps(rest))
        if self.stage.db.execute("INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, ?, ?)", row).rowcount:
            return None, None
        statement = "SELECT line FROM link WHERE owner = ? AND tab = ? AND position = ?"
        first = self.stage.db.execute(statement, row[:3]).fetchone()[0]
        self.stage.db.execute("INSERT INTO double VALUES (?, ?, ?, ?)", (owner, file, line, first))
        self.stage.db.execute("INSERT OR IGNORE INTO spoiled VALUES (?, ?, ?)", (owner, file, line))
        return None, None

    def _links_of(self, owner: str, names: list[str]) -> dict[str, list[LinkRow]]:
        found: dict[str, list[LinkRow]] = {}
        rows = self.stage.db.execute(
            "SELECT tab, position, line, cells FROM link WHERE owner = ? ORDER BY tab, position LIMIT ?",
            (owner, (limits.ITEMS + 1) * len(names)),
        )
        for number, position, line, cells in rows:
            found.setdefault(names[number], []).append((line, position, json.loads(cells)))
        return found

    def _spoiled(self, owner: str) -> str | None:
        found = self.stage.db.execute("SELECT file, line FROM spoiled WHERE owner = ?", (owner,)).fetchone()
        return None if found is None else f"{self.stage.files[found[0]]}:{found[1]}"
