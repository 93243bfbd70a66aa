"""Reading a folder of records: every mistake with its file, line, record and field, and none that hides another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dataset.records import read_records

Write = Callable[[str, str], Path]


def told(folder: Path) -> list[str]:
    """All problems as a curator reads them, paths shortened to the name of the file."""
    _, problems = read_records(folder)
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


def test_a_sound_folder(folder: Path) -> None:
    records, problems = read_records(folder)
    assert problems == []
    assert {type: count for type, count in records.counts().items() if count} == {
        "dataset": 1, "sources": 1, "claims": 2, "actors": 4, "topics": 1, "questions": 1
    }  # fmt: skip
    claim = records.bodies["claims"]["gazette-1.c1"]
    assert claim["source"] == "gazette-1"
    assert records.places["claims", "gazette-1.c1"].line_at(("quantity", "value")) == 13


def test_each_mistake_is_told_with_its_line_and_none_hides_another(folder: Path, write: Write) -> None:
    write(
        "actors.yaml",
        """
        - id: ada
          name: Ada
          named: no
        - id: ada
          name: Another
        - just words
        - name: Nameless
        - id: bob
          kin: person
        """,
    )
    write(
        "topics.yaml",
        """
        - id: trade
          label: Trade
          broader: fish
        - id: fish
          label: Fish
          broader: trade
        """,
    )
    found = told(folder)
    for line in [
        "actors.yaml:3: ada: named: not allowed here; found 'no'; allowed: true or false",
        "actors.yaml:4: ada: id: two of the actors have one id; found the other at actors.yaml:1",
        "actors.yaml:6: not a record; found 'just words'",
        "actors.yaml:7: (record without id at line 7): id: missing",
        "actors.yaml:8: bob: name: missing; found nothing",
        "actors.yaml:9: bob: kin: unknown field (did you mean 'kind'?)",
        "sources/gazette-1.yaml:5: gazette-1: publisher: there is no such record among the actors; found 'gazette'",
        "sources/gazette-1.yaml:21: gazette-1.c2: claimant: there is no such record among the actors; found 'dockers'",
        "topics.yaml:6: fish: broader: broader leads back to where it started; found fish → trade → fish",
    ]:
        assert any(entry.startswith(line) for entry in found), (line, found)
    assert not any("'bob'" in entry or "'ada'" in entry for entry in found), "a record told unsound does exist"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("topics.yaml", "id: trade\n", "topics.yaml:1: not a list"),
        ("topics.yaml", "- id: trade\n  id: fish\n", "topics.yaml:2: the key 'id' stands twice"),
        ("sources/gazette-1.yaml", "- a\n", "sources/gazette-1.yaml:1: not a record; found a list"),
        (
            "sources/other.yaml",
            "id: another\n",
            "sources/other.yaml:1: another: id: the file is not named after its source",
        ),
        ("sources/notes.txt", "x", "sources/notes.txt: a file that is none of the records"),
        ("notes.yaml", "x", "notes.yaml: a file that is none of the records"),
        (
            "sources/other.yaml",
            "id: other\nclaims:\n  - id: gazette-1.c9\n    source: other\n",
            "sources/other.yaml:4: gazette-1.c9: source: the source is implied by the file",
        ),
        (
            "sources/other.yaml",
            """
            id: other
            quotes:
              - id: gazette-1.q9
                text: Ho
                speaker_basis: unknown
                anchor: {start: 3, end: 5, sha256: b9c28c4d5da8df7f9eb44c5f0bdbc6fde89b2d9d9ba8fd21cd9ba2b3c8cb3df9}
            """,
            "sources/other.yaml:6: gazette-1.q9: anchor.sha256: is not the SHA-256 of the quote's text",
        ),
        (
            "sources/other.yaml",
            """
            id: other
            claims:
              - id: other.c1
                statement: Ho
                claimant_basis: unknown
                modality: asserted
                anchor: {start: 3, end: 5, sha256: %s}
                answers: [{question: ships, position: many}]
            """
            % ("0" * 64,),
            "sources/other.yaml:7: other.c1: anchor: an anchor without a captured text",
        ),
        (
            "sources/other.yaml",
            """
            id: other
            claims:
              - id: other.c1
                statement: Ho
                claimant_basis: unknown
                modality: asserted
                answers: [{question: ships, position: over_30}]
            """,
            "sources/other.yaml:7: other.c1: answers.0.position: the question ships has no such position",
        ),
        (
            "sources/other.yaml",
            """
            id: other
            text: {file: a.txt, sha256: %s, characters: 4}
            claims:
              - id: gazette-1.c7
                statement: Ho
                claimant_basis: unknown
                modality: asserted
                anchor: {start: 3, end: 5, sha256: %s}
            """
            % ("0" * 64, "0" * 64),
            "sources/other.yaml:8: gazette-1.c7: anchor: the anchor lies outside its source's text",
        ),
        (
            "sources/other.yaml",
            "id: other\ntext: {part_of: gazette-1, start: 3, end: 5}\n",
            "sources/other.yaml:2: other: text.part_of: the source that is named holds no file",
        ),
    ],
)
def test_mistakes(folder: Path, write: Write, name: str, text: str, expected: str) -> None:
    write(name, text)
    found = told(folder)

    assert any(entry.startswith(expected) for entry in found), found


def test_an_unreadable_file_is_told_once_and_not_by_everything_that_refers_to_it(folder: Path, write: Write) -> None:
    write("actors.yaml", "- id: [\n")
    found = told(folder)
    assert len(found) == 1
    assert found[0].startswith("actors.yaml:")


def test_no_folder_and_no_dataset(folder: Path, tmp_path: Path) -> None:
    assert told(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: there is no such folder of records"]
    (folder / "dataset.yaml").unlink()
    assert told(folder) == ["dataset.yaml: the dataset is not described; allowed: one file"]
