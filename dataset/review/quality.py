"""Writes `docs/quality.md`: how the records were made, how far two readings agreed, and what is known to be weak.

Every figure is computed from what is committed: the two readings as they were before settling (`dataset/passes/first`,
`second`), what became of each difference (`settlement/<source>.csv`), what a third reader found in each paragraph
(`third/<source>.csv`), the records, and the exceptions to the review.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dataset import yamlfile
from dataset.canonical import Body
from dataset.records import EXCEPTIONS, Records, read_records
from dataset.review.agreement import Agreement, Difference, compare
from dataset.settings import PACKAGE

PASSES: Final = PACKAGE / "passes"
SETTLED: Final = ("first", "second", "both", "neither")
MARKS: Final = ("complete", "missing", "wrong", "doubtful")
#: Record types that both readings made by themselves; the others were one list, shared before they began.
READ: Final = ("sources", "quotes", "claims")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of one difference between the two readings."""

    type: str
    first: str
    second: str
    field: str
    settled: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """By which a settlement is found for a difference."""
        return self.type, self.first, self.second, self.field


def key_of(difference: Difference) -> tuple[str, str, str, str]:
    """The key of the settlement that belongs to a difference."""
    return difference.type, difference.a or "", difference.b or "", difference.field or ""


def readings() -> tuple[Records, Records]:
    """The two readings as they were before settling."""
    first, _ = read_records(PASSES / "first")
    second, _ = read_records(PASSES / "second")
    return first, second


def agreement() -> Agreement:
    """The comparison of the two readings."""
    first, second = readings()
    return compare(first.bodies, second.bodies)


def rows(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of all CSV files of a folder, each with the id of its source, which is the name of its file."""
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, strict=True):
                yield file.stem, row


def settlements() -> Iterator[tuple[str, Settlement]]:
    """What became of each difference, by source."""
    for source, row in rows(PASSES / "settlement"):
        yield source, Settlement(**row)


def write() -> Iterator[str]:
    """The page, line by line, without line ends."""
    records, _ = read_records(PACKAGE / "records")
    yield from _METHOD.splitlines()
    yield from _counts(records)
    yield from _agreement(agreement())
    yield from _settled()
    yield from _third()
    yield from _exceptions()
    yield from _WEAK.splitlines()


_METHOD = """# Quality

How the records of the first volume were made, how far two readings of the same texts agreed, and what is known to be
weak. This page is written from what is committed; a test compares it.

## Method

1. Every text was read twice, from the first word to the last, each time with the [codebook](codebook.md) and without
   sight of the other reading. The readings shared the lists of actors, places, topics, events and questions, so that
   ids could be compared; agreement on those lists is therefore not measured. The codebook was written along with the
   first reading.
2. The two readings were compared mechanically (`onrecord agreement dataset/passes/first dataset/passes/second`).
   Quotes and claims are matched by where they stand in the text: pairs whose stretches share half of what they cover
   together (claims three tenths), each record once. Both readings are kept as they were.
3. Each difference was settled by the codebook with the text in view; what became of it, and why, stands in
   `dataset/passes/settlement/`. Where the codebook did not decide, a rule was added to it.
4. In a third reading, without sight of the first two, each paragraph was held against the settled records and marked;
   the marks, and what was done, stand in `dataset/passes/third/`.
5. `onrecord check` with the texts verifies every anchor and asks what a reviewer would ask. What stands as it is has a
   reason in `dataset/records/exceptions.yaml`.
"""

_WEAK = """
## Known to be weak

- **Where one claim ends and the next begins** is the hardest decision; most of the records that only one reading has
  are a finer or coarser cut of the same sentence, not another reading of it.
- **Time** is the field on which the two readings differed most: whether a sentence without a date is dated by its
  context.
- The readings share one codebook and one set of lists, so the figures tell how reproducible the method is, not how
  right it is.
- Facts from outside the texts (`external` dates, coordinates, Wikidata items) were not compared between the readings.
- The author of the unsigned weblog has no name; that voice is counted by its text.
- Kappa is low where nearly all records have one value (`uttered`): the share is the figure to read there.
"""

_AGREEMENT = """
## Agreement

F1 of the matching: twice the matched records over all records of both readings. For fields the share of the matched
pairs that agree (of those where either has a value, for dates, figures and hedges), F1 of the members for lists, and
Cohen's kappa for codes and ids.

| type, field | first | second | matched or compared | agreement | kappa |
|---|---|---|---|---|---|"""

_COUNTS = """
## Records

| source | quotes | claims | of these with a figure | hedged |
|---|---|---|---|---|"""


def _counts(records: Records) -> Iterator[str]:
    yield from _COUNTS.splitlines()
    for source in records.bodies["sources"]:
        quotes = [body for body in records.bodies["quotes"].values() if body["source"] == source]
        claims = [body for body in records.bodies["claims"].values() if body["source"] == source]
        figures, hedged = sum("quantity" in claim for claim in claims), sum("hedge" in claim for claim in claims)
        yield f"| `{source}` | {len(quotes)} | {len(claims)} | {figures} | {hedged} |"
    others = {type: count for type, count in records.counts().items() if type not in ("dataset", "quotes", "claims")}
    yield from ("", "Besides: " + ", ".join(f"{count} {type}" for type, count in others.items()) + ".")


def _agreement(found: Agreement) -> Iterator[str]:
    yield from _AGREEMENT.splitlines()
    for type in found.types:
        if type.type not in READ:
            continue
        yield f"| **{type.type}** | {type.a} | {type.b} | {type.matched} | **{_number(type.f1)}** | |"
        for one in type.fields:
            yield f"| `{one.field}` | | | {one.pairs} | {_number(one.agreement)} | {_number(one.kappa)} |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _settled() -> Iterator[str]:
    yield from ("", "## Differences and how they were settled", "")
    yield "| source | differences | " + " | ".join(SETTLED) + " |"
    yield "|---|---|" + "---|" * len(SETTLED)
    found: dict[str, Counter[str]] = {}
    for source, settlement in settlements():
        found.setdefault(source, Counter())[settlement.settled] += 1
    for source, counted in found.items():
        yield f"| `{source}` | {counted.total()} | " + " | ".join(str(counted[name]) for name in SETTLED) + " |"
    whole = sum(found.values(), Counter[str]())
    yield f"| all | {whole.total()} | " + " | ".join(str(whole[name]) for name in SETTLED) + " |"


def _third() -> Iterator[str]:
    yield from ("", "## The third reader", "")
    yield "| source | paragraphs | " + " | ".join(MARKS) + " |"
    yield "|---|---|" + "---|" * len(MARKS)
    marked: dict[str, Counter[str]] = {}
    paragraphs: dict[str, set[str]] = {}
    for source, row in rows(PASSES / "third"):
        marked.setdefault(source, Counter())[row["mark"]] += 1
        paragraphs.setdefault(source, set()).add(row["start"])
    for source, counted in marked.items():
        yield f"| `{source}` | {len(paragraphs[source])} | " + " | ".join(str(counted[name]) for name in MARKS) + " |"
    yield from ("", "A paragraph may have several findings.")


def _exceptions() -> Iterator[str]:
    node = yamlfile.read(PACKAGE / "records" / EXCEPTIONS)
    listed: list[Body] = [item for item in node.plain() or [] if isinstance(item, dict)]
    counted = Counter(str(item["rule"]) for item in listed)
    yield from ("", "## Exceptions to the review", "", "| rule | exceptions |", "|---|---|")
    for rule, number in sorted(counted.items()):
        yield f"| `{rule}` | {number} |"
