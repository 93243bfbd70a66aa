"""What the review tells: rules by code, and items that break them, each with its place in a file or in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dataset.problems import Problem, Severity
from dataset.records import Records
from dataset.references import Path
from dataset.texts import Text

#: Rules that stand against a release: nothing excepts from them.
ERRORS: Final[dict[str, str]] = {
    "verbatim_run": "twelve words or more of a source in one run, outside a quote's own words",
    "too_few_positions": "a question of which claims take fewer than two positions",
}
#: Rules whose items are a report: each is mended, or excepted with a reason.
REPORTS: Final[dict[str, str]] = {
    "unquoted_marks": "words between quotation marks that no quote covers",
    "unpaired_mark": "a quotation mark without its partner, where no quote begins or ends",
    "unclaimed_number": "a number in a text that no claim covers",
    "unclaimed_date": "a date in a text that no claim covers",
    "unclaimed_paragraph": "a paragraph without any claim",
    "unlinked_quote": "a quote inside a claim's stretch that the claim does not name",
    "other_speaker": "a quote that a claim rests on, whose speaker is not the claimant",
    "unanswered_quantity": "a claim that answers no question, though one with a quantity of the same things does",
    "unanswered_event": "a claim that answers no question, though one on the same events and topics does",
    "actor_spelling": "two actors whose names differ in spelling only",
    "unnamed_event": "an event that no claim names",
    "too_few_voices": "a question with fewer than two independent voices",
    "unused_exception": "an exception from nothing",
}
RULES: Final = ERRORS | REPORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One finding of the review.

    In a text: `source` with `start` and `end`, code points. On a record: `record` and its `type`; `other` is the id of
    a second record that it is about.
    """

    rule: str
    problem: Problem
    type: str | None = None
    record: str | None = None
    other: str | None = None
    source: str | None = None
    start: int | None = None
    end: int | None = None

    def as_dict(self) -> dict[str, str | int | None]:
        """The problem as a JSON object, with the rule and the place."""
        place = {name: getattr(self, name) for name in ("rule", "type", "other", "source", "start", "end")}
        found = self.problem.as_dict() | {name: value for name, value in place.items() if value is not None}
        return found | ({"record": self.record} if self.record else {})


def severity(rule: str) -> Severity:
    """`error` for what stands against a release."""
    return "error" if rule in ERRORS else "warning"


def on_record(
    records: Records, rule: str, type: str, id: str, path: Path = (), *, found: str, other: str | None = None
) -> Item:
    """An item about a record, at the line of the field at `path`."""
    place = records.places[type, id]
    problem = Problem(
        message=f"{rule}: {RULES[rule]}",
        file=place.file,
        line=place.line_at(path),
        record=id,
        field=".".join(str(step) for step in path) or None,
        found=found,
        severity=severity(rule),
    )
    return Item(rule=rule, problem=problem, type=type, record=id, other=other)


def in_text(rule: str, text: Text, source: str, start: int, end: int, *, found: str) -> Item:
    """An item about a stretch of a text; its line counts the text's line ends of every kind."""
    before = text.content[:start]
    line = before.count("\n") + before.count("\r") - before.count("\r\n") + 1
    problem = Problem(
        message=f"{rule}: {RULES[rule]}, at {start}:{end}",
        file=text.path or text.file,
        line=line,
        record=source,
        found=found,
        severity=severity(rule),
    )
    return Item(rule=rule, problem=problem, source=source, start=start, end=end)
