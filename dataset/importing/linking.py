"""What rows say of one another: judged while they are read, type after type, without holding them.

Types are read in the order in which they refer to one another, so a reference to another type is judged at once, and
those within a type when the type is read. A row that refers to a rejected row is rejected itself, and so on. The rules
are those of `dataset.references`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from graphlib import TopologicalSorter
from typing import Final

from dataset import references
from dataset.canonical import Body, parse
from dataset.exports.layout import POSITION, singular
from dataset.importing.checking import Judged
from dataset.importing.report import Report
from dataset.importing.rings import rings
from dataset.importing.rows import Chunk, named
from dataset.importing.stage import NAMES, ORDER, Stage
from dataset.importing.texts import printable
from dataset.problems import Problem, shown, suggestion
from dataset.redactions import Key
from dataset.references import REFERENCES, Link, Path, links
from dataset.schemas import TYPES

Rule = Callable[[Body, references.Bodies, references.Report], None]

#: Types in the order in which they are read: those that are referred to first.
READ_ORDER: Final = tuple(
    TopologicalSorter({type: {to for _, to in found} - {type} for type, found in REFERENCES.items()}).static_order()
)
#: Rules that look from a record at another one.
_RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "quotes": (partial(references.check_hanging, "quotes"),),
    "claims": (partial(references.check_hanging, "claims"), references.check_answers),
    "sources": (references.check_part,),
}
#: References within a type that such a rule looks along: it is applied when the type is read.
_LATE: Final[dict[str, Path]] = {"quotes": ("continues",), "sources": ("text", "part_of")}
#: Records of a type that are known to be sound; all are forgotten when there are more.
_REMEMBERED: Final = 100_000
#: Rows of lists whose record is not there, or is rejected, and those that have the position of another one (`first`).
_OWNED: Final = """
SELECT l.owner, l.file, l.line, l.first, r.row
FROM (SELECT owner, file, line, NULL AS first FROM link UNION ALL SELECT owner, file, line, first FROM double) l
LEFT JOIN record r ON r.type = ? AND r.id = l.owner
WHERE (r.row IS NULL OR l.first IS NOT NULL OR r.row IN (SELECT row FROM rejected))
AND NOT EXISTS (SELECT 1 FROM told t WHERE t.file = l.file AND t.line = l.line)
"""


class Linker:
    """Takes checked rows into the stage, or rejects them."""

    def __init__(self, stage: Stage, report: Report, unread: Collection[str], gone: Collection[Key] = ()) -> None:
        """References to `unread` types, whose files could not be read, and to redacted records are not judged."""
        self.stage = stage
        self.report = report
        self.unread = unread
        self.gone = gone
        self._bodies = stage.bodies()
        self._ring_heads: set[int] = set()
        self._sound: dict[str, set[str]] = defaultdict(set)
        self._any_ended = stage.db.execute("SELECT 1 FROM ended LIMIT 1").fetchone() is not None

    def take(self, chunk: Chunk, judged: Judged) -> None:
        """The rows of a chunk, all of the type that is being read."""
        first, taken = self.stage.take(chunk.type, chunk.file, judged.rows, judged.made)
        lost = self._lost(judged.targets)
        inner = frozenset(range(judged.rows) if lost else judged.inner)
        for place in range(judged.rows):
            flawed = judged.flawed.get(place)
            nameless = flawed is not None and flawed.id is None
            row = None if nameless or place in taken else first + place
            problems = [] if flawed is None else flawed.problems
            if not nameless and (row is None or self._any_ended):
                problems = [*problems, *self._taken(chunk, place, row)]
            if flawed is not None:
                problems = [*problems, *self._follow_links(chunk, place, flawed.links, (row, flawed.id))]
            else:
                facts = judged.facts.get(place)
                problems = [*problems, *self._follow(chunk, place, row, facts, inner=place in inner)]
            if problems:
                self._reject_new(chunk, place, row, problems)

    def _lost(self, targets: Mapping[str, Sequence[str]]) -> bool:
        """Whether some are not there, or rejected. Other types are settled before: what was sound once stays so."""
        lost = False
        for to, ids in targets.items():
            sound = self._sound[to]
            unknown = [id for id in ids if id not in sound]
            known = [id for id in unknown if self._is_sound(to, id)]
            lost = lost or len(known) < len(unknown)
            if len(sound) > _REMEMBERED:
                sound.clear()
            sound.update(known)
        return lost

    def _taken(self, chunk: Chunk, place: int, row: int | None) -> Iterator[Problem]:
        """What is wrong with an id as such."""
        type, id = chunk.type, self.stage.taken(place)[0]
        if row is None:
            other = f"the other at {self.stage.place(type, id)}"
            twice = Problem(message=f"two of the {type} have one id", found=other, allowed="each id once")
            yield chunk.at(place, ("id",), twice, id)
        elif (fate := self.stage.ended(type, id)) is not None:
            again = Problem(message="ids are never used again", found=fate, allowed="an id that was never used")
            yield chunk.at(place, ("id",), again, id)

    def _follow(self, chunk: Chunk, place: int, row: int | None, facts: Body | None, *, inner: bool) -> list[Problem]:
        """Where the references of a sound row lead, and the rules that look along them."""
        type = chunk.type
        problems: list[Problem] = []
        late = False
        if inner:
            # where each reference stands is worked out for the few rows that need it
            id, data = self.stage.taken(place)
            led = list(links(type, parse(data)))
            problems += self._follow_links(chunk, place, led, (row, id))
            late = any(link.path == _LATE.get(type) for link in led)
        if late and row is not None:
            self.stage.db.execute("INSERT INTO late VALUES (?)", (row,))
        elif facts is not None:

            def told(_type: str, id: str, path: Path, problem: Problem) -> None:
                problems.append(chunk.at(place, path, problem, id))

            for rule in _RULES[type]:
                rule(facts, self._bodies, told)
        return problems

    def _follow_links(
        self, chunk: Chunk, place: int, led: Iterable[Link], own: tuple[int | None, str | None]
    ) -> Iterator[Problem]:
        """References to other types are judged, those within the type remembered until it is read."""
        for link in led:
            if link.to == chunk.type:
                self._defer(chunk, place, link, own)
            elif link.to not in self.unread and (problem := self._judge(link.to, link.id)) is not None:
                yield chunk.at(place, link.path, problem, own[1])

    def _defer(self, chunk: Chunk, place: int, link: Link, own: tuple[int | None, str | None]) -> None:
        file, line, name = chunk.locate(place, link.path)
        chains = references.CHAINS.get(chunk.type, ())
        chain = next((one for one in chains if link.path[: one.count(".") + 1] == tuple(one.split("."))), None)
        row, id = own
        self.stage.db.execute(
            "INSERT INTO edge VALUES (?, ?, NULL, ?, ?, ?, ?, ?)",
            (row, link.id, chain, self.stage.file(file), line, name, named(id)),
        )

    def _is_sound(self, to: str, id: str) -> bool:
        status = self.stage.status(to, id)
        return (to, id) in self.gone if status is None else status[1]

    def _judge(self, to: str, id: str) -> Problem | None:
        """What is wrong with a reference to another type."""
        status = self.stage.status(to, id)
        if status is None and (to, id) in self.gone:
            return None
        if status is None:
            hint = suggestion(id, self.stage.neighbours(to, id))
            message = f"there is no such record among the {to}"
            return Problem(message=message, found=shown(id), allowed=f"the id of one of the {to}{hint}")
        return None if status[1] else Problem(message=f"refers to a rejected row of {to}", found=shown(id))

    def _reject_new(self, chunk: Chunk, place: int, row: int | None, problems: list[Problem]) -> None:
        if row is not None:
            self.stage.reject(row)
        self.report.counts[chunk.type] += 1
        for problem in problems:
            self._tell(problem, chunk.file)
        if all(problem.file != chunk.file for problem in problems):
            first = problems[0]
            message = "one of its rows is rejected"
            part = Problem(message=message, found=f"{first.file}:{first.line}", record=first.record)
            self._tell(chunk.at(place, (), part, None if first.record is None else first.record), chunk.file)

    def _tell(self, problem: Problem, main: str | None) -> None:
        """Tell a mistake, and remember the rows of link tables that were told."""
        if problem.file is not None and problem.file != main:
            file = self.stage.file(problem.file)
            self.stage.db.execute("INSERT OR IGNORE INTO told VALUES (?, ?)", (file, problem.line))
        self.report.add(problem)

    def end(self, type: str, tables: Collection[str] = ()) -> None:
        """The type is read: judge what its rows say of one another; `tables` are the link tables it was read with."""
        db = self.stage.db
        db.execute(
            "UPDATE edge SET dst_row = (SELECT row FROM record WHERE type = ? AND id = dst)",
            (ORDER[type],),
        )
        if type not in self.unread:
            self._dangling(type)
        self._check_late(type)
        self._check_rings(type)
        self._spread(type)
        if tables and type not in self.unread:
            self._check_owners(type)
        self._ring_heads.clear()
        self.stage.settle()

    def _dangling(self, type: str) -> None:
        edges = self.stage.db.execute("SELECT src, dst, file, line, name, record FROM edge WHERE dst_row IS NULL")
        for src, dst, file, line, name, record in edges.fetchall():
            if (type, dst) in self.gone:
                continue
            hint = suggestion(dst, self.stage.neighbours(type, dst))
            problem = Problem(
                message=f"there is no such record among the {type}",
                found=shown(dst),
                allowed=f"the id of one of the {type}{hint}",
            )
            self._reject(type, src, self._placed(problem, file, line, name, record))

    def _check_late(self, type: str) -> None:
        rows = "SELECT row, file, line, body FROM record WHERE row IN late AND row NOT IN (SELECT row FROM rejected)"
        for row, file, line, data in self.stage.db.execute(rows).fetchall():
            found: list[tuple[str, Path, Problem]] = []
            for rule in _RULES[type]:
                rule(parse(data), self._bodies, lambda _type, id, path, told, to=found: to.append((id, path, told)))  # type: ignore[misc]
            for id, path, problem in found:
                name = "_".join(str(step) for step in path)
                self._reject(type, row, self._placed(problem, file, line, name, id))

    def _check_rings(self, type: str) -> None:
        for chain in references.CHAINS.get(type, ()):
            for ring in list(rings(self.stage, chain)):
                ids = [self._place(row)[2] for row in [*ring, ring[0]]]
                trail = " → ".join(ids) if len(ids) < 10 else " → ".join([*ids[:5], "…", *ids[-2:]])
                file, line, id = self._place(ring[0])
                message = f"{chain} leads back to where it started"
                problem = Problem(message=message, found=printable(trail, 1000), allowed="a chain that ends")
                self._ring_heads.add(ring[0])
                self._reject(type, ring[0], self._placed(problem, file, line, chain, id))

    def _spread(self, type: str) -> None:
        """Reject what refers to a rejected row, and what refers to that."""
        db = self.stage.db
        start = "SELECT DISTINCT dst_row FROM edge WHERE dst_row IN (SELECT row FROM rejected) ORDER BY dst_row DESC"
        leading = "SELECT src, dst, file, line, name, record, chain FROM edge WHERE dst_row = ?"
        waiting = [row for (row,) in db.execute(start)]
        while waiting:
            for src, dst, file, line, name, record, chain in db.execute(leading, (waiting.pop(),)).fetchall():
                if chain is not None and src in self._ring_heads:
                    continue  # told already as a ring
                problem = Problem(message=f"refers to a rejected row of {type}", found=shown(dst))
                if self._reject(type, src, self._placed(problem, file, line, name, record)):
                    waiting.append(src)

    def _check_owners(self, type: str) -> None:
        """Rows of link tables whose record is not there, or is rejected."""
        rows = self.stage.db.execute(_OWNED, (ORDER[type],))
        for owner, file, line, first, row in rows:
            name: str = singular(type)
            if row is None:
                message = f"there is no such record among the {type}"
                hint = suggestion(owner, self.stage.neighbours(type, owner))
                problem = Problem(message=message, found=shown(owner), allowed=f"the id of one of the {type}{hint}")
            elif first is not None:
                found, name = f"the other at {self.stage.files[file]}:{first}", POSITION
                problem = Problem(message="a position stands twice", found=found, allowed="each once a record")
            else:
                problem = Problem(message=f"refers to a rejected row of {type}", found=shown(owner))
            self.report.counts[self.stage.files[file]] += 1
            self.report.add(self._placed(problem, file, line, name, owner))

    def _reject(self, type: str, row: int | None, problem: Problem) -> bool:
        """Tell a mistake in a row that was taken; whether the row was sound before."""
        if row is None:
            self.report.add(problem)
            return False
        file, line, id = self._place(row)
        self._tell(problem, self.stage.files[file])
        if not self.stage.reject(row):
            return False
        self.report.counts[type] += 1
        if problem.file != self.stage.files[file]:
            part = Problem(message="one of its rows is rejected", found=f"{problem.file}:{problem.line}")
            self.report.add(self._placed(part, file, line, None, id))
        return True

    def _placed(self, problem: Problem, file: int, line: int, name: str | None, record: str) -> Problem:
        return replace(problem, file=self.stage.files[file], line=line, field=name, record=named(record))

    def _place(self, row: int) -> tuple[int, int, str]:
        statement = "SELECT file, line, id FROM record WHERE row = ?"
        found: tuple[int, int, str] = self.stage.db.execute(statement, (row,)).fetchone()
        return found


assert set(READ_ORDER) == set(NAMES) == set(TYPES)
