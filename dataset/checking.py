"""The whole check of a folder of records: each record, what they say of one another, and their texts.

`onrecord check` prints what this finds, `onrecord release` refuses on its errors. With the captured texts at hand every
digest and every anchor is verified; without them the check says what it could not look at, and nothing else depends on
them. What an expert would ask beyond that is in `dataset.review`, and told with the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from dataset import anchors
from dataset.anchors import Status
from dataset.problems import Problem, Problems
from dataset.records import Records, read_records
from dataset.redactions import Redaction
from dataset.references import Path
from dataset.review import Review, review
from dataset.review.copying import checkout_of
from dataset.texts import Stretch, TextFolder, stretch_of


@dataclass(slots=True)
class Check:
    """The sound records of a folder, everything that is wrong with them, and what the texts say of them."""

    records: Records
    problems: list[Problem]
    texts: TextFolder
    verification: Verification
    review: Review

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand against a release, those of the review among them."""
        return [problem for problem in self._all() if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """The others."""
        return [problem for problem in self._all() if problem.severity == "warning"]

    def _all(self) -> list[Problem]:
        return [*self.problems, *(item.problem for item in self.review.items)]


def check_folder(folder: FilePath, texts: FilePath | None, redactions: Iterable[Redaction] = ()) -> Check:
    """Check the records in `folder`; against the captured texts too where that folder is given.

    `redactions` are those of the log: their ids are never used again.

    Raises:
        OSError: a file of the records cannot be read.
    """
    records, problems = read_records(folder)
    held = TextFolder(texts)
    problems += _redacted(records, redactions)
    verification = verify_texts(records, held)
    if texts is not None and not texts.is_dir():
        message, allowed = "ONRECORD_TEXTS names no folder", "the folder of the captured texts"
        problems.append(Problem(message=message, found=str(texts), allowed=allowed, severity="warning"))
    reviewed = review(records, verification.stretches, folder, texts=texts, project=checkout_of(folder))
    found = [*problems, *verification.problems, *reviewed.problems]
    found.sort(key=lambda problem: (problem.file or "", problem.line or 0))
    return Check(records, found, held, verification, reviewed)


def _redacted(records: Records, redactions: Iterable[Redaction]) -> Iterator[Problem]:
    """The records that were taken out of the releases, and stand here still or again."""
    for one in redactions:
        if one.key in records.places:
            found, allowed = f"redacted on {one.date}: {one.reason}", "take it out of the records, and what names it"
            problem = Problem(message="the record was redacted", field="id", found=found, allowed=allowed)
            yield placed(records, problem, one.type, one.id)


@dataclass(slots=True)
class Verification:
    """What was found: mistakes, the verdict of each anchor by record id, and the stretch of each source at hand."""

    problems: list[Problem] = field(default_factory=list)
    verdicts: dict[str, Status] = field(default_factory=dict)
    stretches: dict[str, Stretch] = field(default_factory=dict)

    def count(self, status: Status) -> int:
        """How many anchors have this verdict."""
        return sum(verdict == status for verdict in self.verdicts.values())


def verify_texts(records: Records, texts: TextFolder) -> Verification:
    """Compare every source's text and every anchor with what was captured; `texts.missing` tells what was not there."""
    found = Verification()
    told: set[str] = set()
    sources = records.bodies["sources"]
    for name in sources:
        try:
            stretch = stretch_of(name, sources, texts)
        except Problems as error:
            # a file that cannot be taken is told once, at the source that names it
            found.problems += [placed(records, problem, "sources", name) for problem in error.problems]
            continue
        if stretch is not None:
            found.stretches[name] = stretch
            found.problems += _file_problems(records, name, stretch, told)
    for type in ("quotes", "claims"):
        for id, body in records.bodies[type].items():
            if "anchor" in body:
                verdict = anchors.verify(found.stretches.get(body["source"]), body)
                found.verdicts[id] = verdict.status
                found.problems += [placed(records, problem, type, id) for problem in verdict.problems]
    return found


def placed(records: Records, problem: Problem, type: str, id: str) -> Problem:
    """The problem with file, line and record, as far as it does not name them itself."""
    place = records.places[type, id]
    path: Path = tuple(int(step) if step.isdigit() else step for step in (problem.field or "").split(".") if step)
    line = problem.line or place.line_at(path)
    return replace(problem, file=problem.file or place.file, line=line, record=problem.record or id)


def _file_problems(records: Records, name: str, stretch: Stretch, told: set[str]) -> Sequence[Problem]:
    text = records.bodies["sources"][name]["text"]
    if "part_of" in text:
        return []
    file = stretch.text
    problems = []
    if file.file in told:
        message = "two sources name one file"
        problems.append(Problem(message=message, field="text.file", found=file.file, allowed="`part_of` the other"))
    told.add(file.file)
    for field_name, there in (("sha256", file.sha256), ("characters", file.characters)):
        if text[field_name] != there:
            message = "the record describes another text than the one captured"
            problems.append(
                Problem(message=message, field=f"text.{field_name}", found=str(text[field_name]), allowed=str(there))
            )
    return [placed(records, problem, "sources", name) for problem in problems]
