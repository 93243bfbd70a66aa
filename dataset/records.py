"""The records that curators edit: a folder of YAML, read whole, with the place of every record and every mistake in it.

    dataset.yaml   actors.yaml   places.yaml   topics.yaml   events.yaml   questions.yaml
    sources/<id>.yaml        a source, with its quotes and claims inside, whose `source` is implied there

Nothing stops at the first mistake: what cannot be read is told and left out, and the rest is read on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Final

from marshmallow import ValidationError

from dataset import references, yamlfile
from dataset.canonical import Body
from dataset.problems import Problem, Problems, shown
from dataset.references import Path
from dataset.schemas import TYPES
from dataset.yamlfile import Node

#: Files that hold a list of records, by type.
LISTS: Final = {f"{type}.yaml": type for type in ("actors", "places", "topics", "events", "questions")}
#: What a source's file holds beside the source's own fields.
HANGING: Final = ("quotes", "claims")
#: A file beside the records that is not one of them: exceptions to the review, never released.
EXCEPTIONS: Final = "exceptions.yaml"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its file and its node in it."""

    file: str
    node: Node

    def line_at(self, path: Path) -> int:
        """The line of the field at `path`, or of the record when it has no such field."""
        return self.node.line_at(path)

    def __str__(self) -> str:
        return f"{self.file}:{self.node.line}"


@dataclass(slots=True)
class Records:
    """The sound records of a folder; `places` also knows those that are not sound, by type and id."""

    bodies: dict[str, dict[str, Body]] = field(default_factory=lambda: {type: {} for type in TYPES})
    places: dict[tuple[str, str], Place] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Number of sound records by type."""
        return {type: len(records) for type, records in self.bodies.items()}


def read_records(folder: FilePath) -> tuple[Records, list[Problem]]:
    """Read and check a folder of records.

    Returns:
        The sound records, and every mistake in file order; the records are complete only when there is no mistake.

    Raises:
        OSError: a file of the folder cannot be read.
    """
    reader = _Reader(folder)
    reader.read()
    return reader.records, sorted(reader.problems, key=lambda problem: (problem.file or "", problem.line or 0))


class _Reader:
    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        self.records = Records()
        self.problems: list[Problem] = []
        self.unread: set[str] = set()
        self.unsound: list[tuple[str, Place, Body, frozenset[Path]]] = []
        self.schemas = {type: schema() for type, schema in TYPES.items()}

    def read(self) -> None:
        if not self.folder.is_dir():
            self.problems.append(Problem(message="there is no such folder of records", file=str(self.folder)))
            return
        for path in sorted(self.folder.iterdir()):
            if path.name == "dataset.yaml":
                self._file(path, self._dataset, {"dataset"})
            elif path.name in LISTS:
                self._file(path, self._list, {LISTS[path.name]})
            elif not (path.name in (EXCEPTIONS, "sources") or path.name.startswith(".")):
                allowed = ", ".join(["dataset.yaml", *LISTS, EXCEPTIONS, "sources/<id>.yaml"])
                self.problems.append(
                    Problem(message="a file that is none of the records", file=str(path), allowed=allowed)
                )
        for path in sorted(self.folder.glob("sources/*")):
            if path.suffix == ".yaml":
                self._file(path, self._source, {"sources", *HANGING})
            elif not path.name.startswith("."):
                self.problems.append(
                    Problem(message="a file that is none of the records", file=str(path), allowed="sources/<id>.yaml")
                )
        if not any(type == "dataset" for type, _ in self.records.places) and "dataset" not in self.unread:
            self.problems.append(
                Problem(
                    message="the dataset is not described", file=str(self.folder / "dataset.yaml"), allowed="one file"
                )
            )
        self._check_references()

    def _file(self, path: FilePath, take: Any, types: set[str]) -> None:
        try:
            take(path, yamlfile.read(path))
        except Problems as error:
            self.problems.extend(error.problems)
            self.unread |= types

    def _dataset(self, path: FilePath, node: Node) -> None:
        if self._is_mapping(path, node, "the dataset"):
            self._record("dataset", Place(str(path), node), node.plain())

    def _list(self, path: FilePath, node: Node) -> None:
        for item in self._items(path, node, LISTS[path.name]):
            self._record(LISTS[path.name], Place(str(path), item), item.plain())

    def _source(self, path: FilePath, node: Node) -> None:
        if not self._is_mapping(path, node, "a source"):
            return
        members: Any = node.plain()
        hanging = {type: members.pop(type, None) for type in HANGING}
        id = members.get("id")
        if isinstance(id, str) and path.stem != id:
            self.problems.append(
                Problem(
                    message="the file is not named after its source",
                    file=str(path),
                    line=node.line_at(["id"]),
                    record=id,
                    field="id",
                    found=shown(id),
                    allowed=shown(path.stem),
                )
            )
        self._record("sources", Place(str(path), node), members)
        for type in (type for type in HANGING if hanging[type] is not None):
            assert isinstance(node.value, dict)
            for item in self._items(path, node.value[type], type):
                plain: Any = item.plain()
                if "source" in plain:
                    self.problems.append(
                        Problem(
                            message="the source is implied by the file",
                            file=str(path),
                            line=item.line_at(["source"]),
                            record=_name(plain, item),
                            field="source",
                            found=shown(plain["source"]),
                            allowed="leave it out",
                        )
                    )
                self._record(type, Place(str(path), item), {**plain, "source": path.stem})

    def _is_mapping(self, path: FilePath, node: Node, what: str) -> bool:
        if isinstance(node.value, dict):
            return True
        found = "nothing" if node.value is None else "a list" if isinstance(node.value, list) else shown(node.value)
        allowed = f"the fields of {what}, each as `name: value`"
        self.problems.append(
            Problem(message="not a record", file=str(path), line=node.line, found=found, allowed=allowed)
        )
        return False

    def _items(self, path: FilePath, node: Node, type: str) -> Iterator[Node]:
        if node.value is None:
            return
        if not isinstance(node.value, list):
            allowed = f"a list of {type}, each item with a hyphen"
            self.problems.append(
                Problem(message="not a list", file=str(path), line=node.line, found="something else", allowed=allowed)
            )
            return
        for item in node.value:
            if self._is_mapping(path, item, f"one of the {type}"):
                yield item

    def _record(self, type: str, place: Place, plain: Any) -> None:
        id = plain.get("id")
        if isinstance(id, str):
            first = self.records.places.setdefault((type, id), place)
            if first is not place:
                self.problems.append(
                    Problem(
                        message=f"two of the {type} have one id",
                        file=place.file,
                        line=place.line_at(("id",)),
                        record=id,
                        field="id",
                        found=f"the other at {first}",
                        allowed="each id once",
                    )
                )
                return
        try:
            body: Body = self.schemas[type].load(plain)
        except ValidationError as error:
            messages = list(flatten(error.messages))
            self.unsound.append((type, place, plain, frozenset(path for path, _ in messages)))
            for path, message in messages:
                self.problems.append(
                    replace(
                        from_message(message),
                        file=place.file,
                        line=place.line_at(path),
                        record=_name(plain, place.node),
                        field=dotted(path),
                    )
                )
            return
        self.records.bodies[type][body["id"]] = body

    def _check_references(self) -> None:
        known: dict[str, set[str]] = {type: set() for type in TYPES if type not in self.unread}
        for type, id in self.records.places:
            if type in known:
                known[type].add(id)

        def report(type: str, id: str, path: Path, problem: Problem) -> None:
            place = self.records.places[type, id]
            line = place.line_at(path)
            self.problems.append(replace(problem, file=place.file, line=line, record=id, field=dotted(path)))

        references.check(self.records.bodies, known, report)
        for type, place, plain, told in self.unsound:
            for path, problem in references.dangling(type, plain, known):
                if path not in told:
                    line, record = place.line_at(path), _name(plain, place.node)
                    self.problems.append(
                        replace(problem, file=place.file, line=line, record=record, field=dotted(path))
                    )


def _name(plain: Any, node: Node) -> str:
    id = plain.get("id")
    return id if isinstance(id, str) else f"(record without id at line {node.line})"


def flatten(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Marshmallow's nested messages, each with the path of its field; a message about the whole has the path above."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from flatten(inner, path if key == "_schema" else (*path, key))
    elif isinstance(messages, list):
        for inner in messages:
            yield from flatten(inner, path)
    else:
        yield path, str(messages)


def from_message(message: str) -> Problem:
    """A message of a schema, taken apart into what is wrong, what was found and what is allowed."""
    if message.startswith("Missing data"):
        return Problem(message="missing", found="nothing", allowed="a value: the field is required")
    if message.startswith("Field may not be null"):
        return Problem(message="empty", found="null", allowed="a value, or no item at all")
    text, mark, allowed = message.partition("allowed: ")
    text = text.removesuffix("; ")
    before, found_mark, found = text.rpartition("found ") if text.startswith("found ") else text.partition("; found ")
    return Problem(
        message=before or ("not allowed here" if found_mark else text),
        found=found if found_mark else None,
        allowed=allowed if mark else None,
    )


def dotted(path: Path) -> str | None:
    """A path as messages show it, `answers.0.question`; None for the whole record."""
    return ".".join(str(step) for step in path) or None
