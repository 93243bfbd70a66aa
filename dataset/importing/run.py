"""Loading a package: read and judge it, compare it with the database, publish it as a release, or do nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import URL

from dataset.importing import descriptor as descriptors
from dataset.importing.choosing import Choice, Form, choose
from dataset.importing.comparing import Gap, Staged, compare, hold, past, release
from dataset.importing.descriptor import Descriptor
from dataset.importing.members import Package, opened
from dataset.importing.reading import Reader
from dataset.importing.report import Report, default_path
from dataset.importing.stage import ORDER, Stage
from dataset.pool import collecting_seldom, cores, pool
from dataset.problems import Problem, Problems, shown
from dataset.store.holding import Held, held_by
from dataset.store.publishing import publish
from dataset.store.steps import Observer, Refused, Steps, ignore

READ: Final = "read"
COMPARE: Final = "compare"
#: Bytes of a package from which it pays to start other processes.
WORTH: Final = 4 << 20
#: Withdrawn records that are named.
SOME: Final = 20

#: What came of it: loaded; nothing to do; a rehearsal; or nothing was loaded, for rows are rejected or records would be
#: withdrawn.
Result = Literal["loaded", "unchanged", "rehearsed", "rejected", "withdraws"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a package is loaded; `jobs` processes check it, by default as many as pay."""

    form: Form | None = None
    reason: str | None = None
    keep_going: bool = False
    withdraw: bool = False
    rehearse: bool = False
    report: Path | None = None
    jobs: int | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run found and did; `read` and `rejected` count rows by type, those of link tables by file."""

    result: Result = "rejected"
    dataset: str | None = None
    before: str | None = None
    version: str | None = None
    date: str | None = None
    read: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    kept_out: int = 0
    problems: int = 0
    first: list[Problem] = field(default_factory=list)
    report: Path | None = None
    notes: list[str] = field(default_factory=list)


def load(path: Path, address: str | URL, options: Options, observer: Observer = ignore) -> Outcome:
    """Load the package at `path` into a database, as the whole next state of its dataset.

    Raises:
        Problems: the package is refused as a whole.
        Refused, Failed: see `dataset.store.publishing`; the database is as it was.
        OSError: the report cannot be written.
        ValueError: not the address of a database.
    """
    with collecting_seldom(), opened(path) as package, closing(Stage()) as stage:
        run = _Run(package, stage, address, options, observer)
        try:
            run.read()
            run.finish()
        finally:
            run.report.abandon()
        return run.outcome


class _Run:
    def __init__(
        self, package: Package, stage: Stage, address: str | URL, options: Options, observer: Observer
    ) -> None:
        self.package = package
        self.stage = stage
        self.address = address
        self.options = options
        self.steps = Steps(observer)
        self.observer = observer
        self.held: Held = held_by(address)
        self.choice: Choice = choose(package, options.form)
        member = package.members.get(descriptors.NAME)
        self.descriptor = Descriptor() if member is None else descriptors.read(member)
        self.report = Report(options.report or default_path(package.path))
        self.outcome = Outcome(before=self.held.version, notes=self.choice.notes)
        self.useless = False

    def read(self) -> None:
        """Read and judge everything; afterwards the outcome tells what was found."""
        for problem in self.choice.problems:
            self.report.add(problem)
        self._check_name(self.descriptor.name, descriptors.NAME)
        if "dataset" not in self.choice.files:
            message, allowed = "the dataset is not described", "dataset.jsonl or dataset.csv: one record, id and title"
            self.report.add(Problem(message=message, file=str(self.package.path), allowed=allowed))
            self.useless = True
        hold(self.stage, self.address, self.held, self.descriptor.redactions)
        size = self.choice.size
        jobs = self.options.jobs or (cores() if size > WORTH else 1)
        with self.steps.step(READ, size) as progress, pool(jobs if jobs > 1 else 0) as helpers:
            reader = Reader(
                self.stage, self.report, self.choice, self.descriptor, helpers, _summing(progress, size), self._settled
            )
            reader.run()
        self.useless = self.useless or bool(reader.unread)
        outcome = self.outcome
        outcome.read, outcome.notes = reader.read, [*outcome.notes, *reader.notes]
        outcome.rejected = dict(self.report.counts)
        outcome.problems, outcome.first = self.report.total, self.report.first
        outcome.report = self.report.finish()

    def _settled(self, type: str) -> None:
        if type != "dataset" or "dataset" not in self.choice.files:
            return
        rows = self.stage.db.execute("SELECT row, id FROM record WHERE type = ?", (ORDER[type],)).fetchall()
        sound = [id for row, id in rows if not self.stage.is_rejected(row)]
        file = self.choice.files[type].main.shown
        if len(sound) != 1:
            self.useless = True
            message, allowed = "a package describes one dataset", "one record, without mistakes"
            self.report.add(Problem(message=message, file=file, found=str(len(rows)), allowed=allowed))
            return
        self.outcome.dataset = sound[0]
        self._check_name(sound[0], file)
        if self.descriptor.name not in (None, sound[0]):
            self.useless = True
            problem = Problem(
                message="the descriptor names another dataset",
                file=file,
                field="id",
                found=shown(sound[0]),
                allowed=shown(self.descriptor.name),
            )
            self.report.add(problem)

    def _check_name(self, name: str | None, file: str) -> None:
        if name is not None and self.held.name not in (None, name):
            held = self.held.name
            raise Refused(f"{file}: the package is of {name!r}, the database holds {held!r}: one database, one dataset")

    def finish(self) -> None:
        """Compare and publish, unless something stands against it."""
        outcome, options = self.outcome, self.options
        if self.useless or (outcome.problems and not options.keep_going):
            return
        assert outcome.dataset is not None
        self.stage.finish()
        with self.steps.step(COMPARE):
            gap = compare(self.stage, SOME)
            self._tell(gap)
            if gap.empty:
                outcome.result, outcome.version = "unchanged", self.held.version
                return
            made = self._release(gap, outcome.dataset)
        outcome.version, outcome.date = made.version, made.date
        if gap.counts["withdrawn"] and not options.withdraw:
            outcome.result = "withdraws"
        elif options.rehearse:
            outcome.result = "rehearsed"
        else:
            publish(self.address, [*past(self.held), made], self.observer)
            outcome.result = "loaded"

    def _tell(self, gap: Gap) -> None:
        self.outcome.changes, self.outcome.withdrawn, self.outcome.kept_out = gap.counts, gap.withdrawn, gap.kept_out

    def _release(self, gap: Gap, name: str) -> Staged:
        version = self.descriptor.version
        reason = self.options.reason or f"Loaded from the package {name}{f' {version}' if version else ''}."
        try:
            return release(self.stage, self.held, gap, self.descriptor, name=name, reason=reason)
        except Problems as error:
            file = self.package.members[descriptors.NAME].shown
            raise Problems(replace(problem, file=file) for problem in error.problems) from None


def _summing(progress: Callable[[int], None], size: int) -> Callable[[int], None]:
    """Progress by sums, for files that are told piece by piece."""
    done = 0

    def advance(number: int) -> None:
        nonlocal done
        done = min(done + number, size)
        progress(done)

    return advance
