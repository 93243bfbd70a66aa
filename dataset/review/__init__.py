"""The reviewer that never tires: what an expert with a pencil would mark in the texts and in the records.

`onrecord check` reports what it finds by rule, file, line and place in the text. A few rules are errors and stand
against a release; the others are a report that ends at zero, or at an exception with a reason
(`dataset.review.exceptions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataset.problems import Problem
from dataset.records import EXCEPTIONS, Records
from dataset.review.consistency import inconsistent
from dataset.review.copying import Copies, copied, project_files
from dataset.review.coverage import held_sources, uncovered
from dataset.review.exceptions import read_exceptions
from dataset.review.items import RULES, Item
from dataset.texts import Stretch

__all__ = ["RULES", "Item", "Review", "review"]


@dataclass(frozen=True, slots=True)
class Review:
    """What was found and not excepted, mistakes in the exceptions, and the number of exceptions by rule."""

    items: list[Item]
    problems: list[Problem]
    exceptions: dict[str, int]

    def counts(self) -> dict[str, int]:
        """Number of items by rule, rules without any left out."""
        rules = [item.rule for item in self.items]
        return {rule: rules.count(rule) for rule in RULES if rule in rules}


def review(
    records: Records,
    stretches: Mapping[str, Stretch],
    folder: Path,
    *,
    texts: Path | None = None,
    project: Sequence[Path] = (),
) -> Review:
    """Review the records of `folder`; rules about a text judge the sources whose `stretches` are at hand.

    `project` are the folders in which no run of a source may stand; `texts`, the captured texts, is left out of them.
    """
    exceptions = read_exceptions(folder / EXCEPTIONS, records, stretches)
    items = [item for source in held_sources(records, stretches) for item in uncovered(source)]
    items += inconsistent(records)
    if stretches:
        roots = [folder, *project]
        items += copied(Copies(records, stretches), project_files(roots, texts), Path.cwd())
    left = exceptions.take(items)
    return Review([*left, *exceptions.unused(stretches)], exceptions.problems, exceptions.counts())
