"""`onrecord check`: every anchor against the texts, and which texts are missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dataset.problems import Problem
from dataset.redactions import FILE, Redaction, redactions_text
from tests.curation.conftest import HERALD, Desk


def test_sound_records_pass(desk: Desk) -> None:
    result = desk.run("check")
    assert result.exit_code == 0, result.output
    assert "2 sources, 4 quotes, 2 claims" in result.output
    assert "6 of 6 anchors verified; 0 texts missing; 0 errors; " in result.output.splitlines()[-1]


@pytest.mark.parametrize("end", ["start", "end"])
@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("number", range(6))
def test_one_offset_changed_by_one_character_fails(desk: Desk, number: int, end: str, by: int) -> None:
    places = [
        (path, place)
        for path in sorted(desk.records.glob("sources/*.yaml"))
        for place in re.finditer(rf"(?<=^      {end}: )\d+$", path.read_text(), re.MULTILINE)
    ]
    assert len(places) == 6
    path, place = places[number]
    text = path.read_text()
    path.write_text(text[: place.start()] + str(int(place[0]) + by) + text[place.end() :])
    result = desk.run("check")
    assert result.exit_code == 1
    line = text.count("\n", 0, place.start())
    assert re.search(rf"{re.escape(str(path))}:({line - 1}|{line}|{line + 1}|{line + 2}): ", result.output), (
        result.output
    )


def test_without_the_texts_it_says_so(desk: Desk) -> None:
    result = desk.run("check", texts=False)
    assert result.exit_code == 0
    assert "anchors not verified: ONRECORD_TEXTS is not set" in result.output
    assert "0 of 6 anchors verified" in result.output
    (desk.texts / "herald.txt").unlink()
    missing = desk.run("check")
    assert missing.exit_code == 0
    assert f"missing text: {desk.texts / 'herald.txt'}" in missing.output
    assert "1 texts missing" in missing.output


def test_another_capture_fails_and_its_verdicts_are_counted(desk: Desk) -> None:
    desk.text("herald.txt", HERALD.replace("a farce", "a fabrication").replace("Mayor", "The mayor"))
    result = desk.run("check")
    assert result.exit_code == 1
    assert "the record describes another text than the one captured" in result.output
    answer = json.loads(desk.run("check", "--json").stdout)
    assert answer["anchors"]["total"] == 6
    assert answer["anchors"]["moved"] + answer["anchors"]["lost"] + answer["anchors"]["verified"] == 6
    assert answer["anchors"]["lost"] == 2
    assert answer["errors"] == sum(problem["severity"] == "error" for problem in answer["problems"])


def test_a_text_that_is_not_utf8_is_an_error(desk: Desk) -> None:
    (desk.texts / "herald.txt").write_bytes(b"\xff\xfe")
    result = desk.run("check")
    assert result.exit_code == 1
    assert "the captured text is not UTF-8" in result.output


def test_a_folder_that_is_not_there_is_told(desk: Desk) -> None:
    desk.environment["ONRECORD_TEXTS"] = str(desk.folder / "nowhere")
    result = desk.run("check")
    assert "ONRECORD_TEXTS names no folder" in result.output


def test_mistakes_in_records_and_in_anchors_are_told_together(desk: Desk) -> None:
    path = desk.records / "sources" / "herald.yaml"
    text = path.read_text().replace("modality: opinion", "modality: opinoin").replace("a farce\n", "a force\n", 1)
    path.write_text(text)
    result = desk.run("check")
    assert result.exit_code == 1
    assert "did you mean 'opinion'?" in result.output
    assert "a force" in result.output or "SHA-256" in result.output


def test_the_records_are_checked_for_it(desk: Desk, tmp_path: Path) -> None:
    """`check` and `release` name the file and the line of a record that was redacted."""
    other, gone = (Redaction("quotes", id, "2032-02-01", "The publisher objects.") for id in ("herald.q9", "herald.q2"))
    log = tmp_path / "log"
    log.mkdir()
    desk.environment["ONRECORD_RELEASES"] = str(log)
    (log / FILE).write_text(redactions_text([other], {}))
    assert desk.run("check").exit_code == 0
    (log / FILE).write_text(redactions_text([gone], {}))
    file = desk.records / "sources" / "herald.yaml"
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "id: herald.q2" in text)
    expected = str(Problem(
        message="the record was redacted", file=str(file), line=line, record="herald.q2", field="id",
        found="redacted on 2032-02-01: The publisher objects.", allowed="take it out of the records, and what names it",
    ))  # fmt: skip
    for arguments in (("check",), ("release", "--notes", "Again.", "--log-only")):
        done = desk.run(*arguments)
        assert done.exit_code == 1
        assert expected in done.output
    assert {path.name for path in log.iterdir()} == {FILE}
