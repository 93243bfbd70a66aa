"""Exceptions from the review, each with its reason: `exceptions.yaml` beside the records, never released.

    - rule: unclaimed_number
      source: some-source
      anchor: {start: 120, end: 128, sha256: …}
      reason: The number is part of a programme's name.
    - rule: unnamed_event
      type: events
      record: some-event
      reason: …

An item in a text is excepted by an anchor that holds it, one on a record by the record (and `other`, where it is about
two). Rules that are errors know no exception, and an exception from nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, validates_schema

from dataset import yamlfile
from dataset.anchors import sha256
from dataset.canonical import Body
from dataset.problems import Problem, Problems, shown
from dataset.records import Records, dotted, flatten, from_message
from dataset.review.items import REPORTS, RULES, Item
from dataset.schemas import TYPES, Strict
from dataset.schemas.fields import Code, Part, Text
from dataset.schemas.parts import Anchor
from dataset.texts import Stretch


class ExceptionRecord(Strict):
    """One exception from one rule, at a place or for a record."""

    rule = Code("The rule.", tuple(REPORTS), closed=True, required=True)
    source = Text("The source in whose text the place is.")
    anchor = Part("The place.", Anchor)
    type = Code("The type of the record.", tuple(TYPES), closed=True)
    record = Text("The record.")
    other = Text("The second record, where the item is about two.")
    reason = Text("Why the rule does not hold here.", required=True)

    @validates_schema
    def check_place(self, data: Body, **kwargs: Any) -> None:
        """An anchor in a source, or a record."""
        in_text, on_record = {"source", "anchor"} <= set(data), {"type", "record"} <= set(data)
        half = {"source", "anchor", "type", "record", "other"} & set(data)
        if in_text == on_record or half - ({"source", "anchor"} if in_text else {"type", "record", "other"}):
            found = ", ".join(sorted(half)) or "neither"
            raise ValidationError(f"found {found}; allowed: source and anchor, or type and record")


@dataclass(slots=True)
class Exceptions:
    """The exceptions of a folder, and how often each was used."""

    file: str
    records: list[tuple[Body, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """Number of exceptions by rule."""
        rules = [body["rule"] for body, _ in self.records]
        return {rule: rules.count(rule) for rule in RULES if rule in rules}

    def take(self, items: Iterable[Item]) -> list[Item]:
        """The items that no exception covers."""
        left = []
        for item in items:
            covering = [number for number, (body, _) in enumerate(self.records) if _covers(body, item)]
            self.used.update(covering)
            if not covering:
                left.append(item)
        return left

    def unused(self, stretches: Mapping[str, Stretch]) -> list[Item]:
        """Exceptions that no item needed; one in a text that is not at hand cannot be judged."""
        found = []
        for number, (body, line) in enumerate(self.records):
            if number not in self.used and body.get("source", "") in {"", *stretches}:
                message = f"unused_exception: {RULES['unused_exception']}"
                place = body.get("record") or f"{body['source']} {body['anchor']['start']}:{body['anchor']['end']}"
                problem = Problem(
                    message=message,
                    file=self.file,
                    line=line,
                    found=f"{body['rule']} for {place}",
                    allowed="remove it",
                    severity="warning",
                )
                found.append(Item(rule="unused_exception", problem=problem))
        return found


def _covers(body: Body, item: Item) -> bool:
    if body["rule"] != item.rule:
        return False
    if "anchor" in body:
        start, end = body["anchor"]["start"], body["anchor"]["end"]
        inside = item.start is not None and item.end is not None and start <= item.start and item.end <= end
        return bool(inside and body["source"] == item.source)
    same = body["record"] == item.record and body["type"] == item.type
    return same and body.get("other") in {None, item.other}


def read_exceptions(path: Path, records: Records, stretches: Mapping[str, Stretch]) -> Exceptions:
    """The exceptions of a file; one with a mistake is told and left out. No file is no exceptions.

    An anchor is verified where the text is at hand.
    """
    found = Exceptions(str(path))
    if not path.is_file():
        return found
    try:
        node = yamlfile.read(path)
    except Problems as error:
        found.problems += error.problems
        return found
    items = node.value if isinstance(node.value, list) else []
    if node.value is not None and not isinstance(node.value, list):
        found.problems.append(
            Problem(message="not a list", file=str(path), line=node.line, allowed="a list of exceptions")
        )
    schema = ExceptionRecord()
    for item in items:
        plain: Any = item.plain()
        try:
            body: Body = schema.load(plain)
        except ValidationError as error:
            for place, message in flatten(error.messages):
                problem = from_message(message)
                found.problems.append(_at(problem, str(path), item.line_at(place), dotted(place)))
            continue
        mistakes = list(_mistakes(body, records, stretches))
        found.problems += [_at(problem, str(path), item.line, problem.field) for problem in mistakes]
        if not mistakes:
            found.records.append((body, item.line))
    return found


def _at(problem: Problem, file: str, line: int, field: str | None) -> Problem:
    return Problem(
        message=problem.message, file=file, line=line, field=field, found=problem.found, allowed=problem.allowed
    )


def _mistakes(body: Body, records: Records, stretches: Mapping[str, Stretch]) -> Iterable[Problem]:
    if "record" in body:
        if body["record"] not in records.bodies[body["type"]]:
            yield Problem(message="there is no such record", field="record", found=shown(body["record"]))
    elif body["source"] not in records.bodies["sources"]:
        yield Problem(message="there is no such source", field="source", found=shown(body["source"]))
    elif body["source"] in stretches:
        anchor = body["anchor"]
        words = stretches[body["source"]].text.content[anchor["start"] : anchor["end"]]
        if sha256(words) != anchor["sha256"]:
            message = "the digest is not that of the words there"
            yield Problem(message=message, field="anchor.sha256", found=anchor["sha256"], allowed=sha256(words))
