"""The two readings, what became of their differences, and the third reader: all of it is there and fits together."""

from __future__ import annotations

import pytest

from dataset.records import read_records
from dataset.review.agreement import compare
from dataset.review.quality import MARKS, PASSES, SETTLED, agreement, key_of, readings, rows, settlements
from dataset.settings import PACKAGE

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow


def test_both_readings_are_sound_and_of_the_same_texts() -> None:
    for name in ("first", "second"):
        records, problems = read_records(PASSES / name)
        assert [str(problem) for problem in problems] == []
        assert {source for source, body in records.bodies["sources"].items() if "text" in body} == {
            source for source, _ in settlements()
        }


def test_every_difference_is_settled_and_nothing_else() -> None:
    differences = {key_of(difference) for difference in agreement().differences}
    told = [settlement.key for _, settlement in settlements()]
    assert len(told) == len(set(told))
    assert differences - set(told) == set(), "differences that nobody settled"
    assert set(told) - differences == set(), "settlements of no difference"


def test_every_settlement_has_a_decision_and_a_reason() -> None:
    wrong = [
        settlement for _, settlement in settlements() if settlement.settled not in SETTLED or not settlement.reason
    ]
    assert wrong == []


def test_the_two_readings_are_independent() -> None:
    """They differ, as two readings do; a copy of one would not."""
    first, second = readings()
    assert first.bodies["claims"] != second.bodies["claims"]
    found = {type.type: type for type in compare(first.bodies, second.bodies).types}
    assert 0.5 < (found["claims"].f1 or 0) < 1


@pytest.mark.parametrize("source", sorted({source for source, _ in rows(PASSES / "third")}))
def test_the_third_reader_marked_the_whole_text(source: str) -> None:
    records, _ = read_records(PACKAGE / "records")
    text = records.bodies["sources"][source]["text"]
    found = [row for name, row in rows(PASSES / "third") if name == source]
    assert all(row["mark"] in MARKS for row in found)
    assert all(bool(row["finding"] and row["settled"]) == (row["mark"] != "complete") for row in found)
    starts = [int(row["start"]) for row in found]
    assert starts == sorted(starts)
    end = text.get("end", text.get("characters"))
    assert all(text.get("start", 0) <= int(row["start"]) < int(row["end"]) <= end for row in found)


def test_the_third_reader_marked_every_text() -> None:
    assert {source for source, _ in rows(PASSES / "third")} == {source for source, _ in settlements()}
