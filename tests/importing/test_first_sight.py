"""How much work a load is, by exact counts: what is sound at first sight is judged once, and read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dataset.canonical import encode, prune
from dataset.importing import checking, jsonlines
from dataset.importing.checking import Flawed, Judged, Sound, check
from dataset.importing.rows import LineChunk
from dataset.importing.run import Options, load
from dataset.problems import Problem
from dataset.schemas import RecordSchema
from tests.importing.support import describe
from tests.synthetic import Maker

CLAIMS = 60
FLAW = b'{"id":"gazette-000000.c1","source":"gazette-000000","statement":"","modality":"asserted"}\n'


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of rows that went to marshmallow, one an entry, and `parse` for each line that was read strictly."""
    found: list[str] = []
    schema, parse = checking._schema, jsonlines.parse

    def marshmallow(type: str) -> RecordSchema:
        found.append(type)
        return schema(type)

    def strictly(line: bytes) -> dict[str, Any] | Problem:
        found.append("parse")
        return parse(line)

    monkeypatch.setattr(checking, "_schema", marshmallow)
    monkeypatch.setattr(jsonlines, "parse", strictly)
    return found


def chunk_of(*lines: bytes) -> LineChunk:
    """A chunk of claims."""
    chunk = LineChunk("claims", "claims.jsonl")
    for number, line in enumerate(lines, 1):
        chunk.add(number, line)
    return chunk


def judged_whole(*lines: bytes) -> Judged:
    """What comes of lines, with the bytes of each sound one."""
    chunk = chunk_of(*lines)
    judged = check(chunk)
    rows = [
        one._replace(data=chunk.said(index)) if isinstance(one, Sound) and one.data is None else one
        for index, one in enumerate(judged.rows)
    ]
    return judged._replace(rows=rows)


def claims() -> list[bytes]:
    """The lines of some claims."""
    return [encode(prune(body)) + b"\n" for type, body in Maker(2, CLAIMS).records() if type == "claims"]


def test_canonical_lines_cost_no_second_look(judged: list[str]) -> None:
    """Our own files: marshmallow sees none of their records."""
    assert [(one.data or b"") + b"\n" for one in judged_whole(*claims()).rows if isinstance(one, Sound)] == claims()
    assert judged == []


def test_canonical_lines_do_not_come_back() -> None:
    """Who sent them has them, whatever ends them; any other line comes back as its canonical bytes."""
    first, second, third = claims()[:3]
    spaced = second.replace(b'","', b'" , "')
    chunk = chunk_of(first.replace(b"\n", b"\r\n"), spaced, third.rstrip(b"\n"))
    found = [one.data for one in check(chunk).rows if isinstance(one, Sound)]
    assert found == [None, second.rstrip(b"\n"), None]
    assert [chunk.said(0), chunk.said(2)] == [first.rstrip(b"\n"), third.rstrip(b"\n")]


def test_other_lines_are_read_strictly(judged: list[str]) -> None:
    """The same record with spaces in its line is read once more, for a name that stands twice; and is the same."""
    spaced = [line.replace(b'","', b'" , "') for line in claims()]
    assert judged_whole(*spaced) == judged_whole(*claims())
    assert judged == ["parse"] * CLAIMS


def test_a_flaw_goes_to_marshmallow(judged: list[str]) -> None:
    """And only the row that has it."""
    first, *rest = claims()
    doubled = first.replace(b"{", b'{"statement":"Another.",', 1)
    _, second, *found = judged_whole(FLAW, doubled, *rest).rows
    assert isinstance(second, Flawed)
    assert "the name 'statement' twice" in second.problems[0].message
    assert [(one.data or b"") + b"\n" for one in found if isinstance(one, Sound)] == rest
    # the first is read strictly for marshmallow; the second to see that it is no canonical line, and for the message
    assert judged == ["parse", "claims", "parse", "parse"]


@pytest.mark.slow
def test_a_whole_package(tmp_path: Path, judged: list[str]) -> None:
    """A package in our form loads without marshmallow."""
    folder = tmp_path / "package"
    folder.mkdir()
    describe(folder, name="regatta")
    for type, body in Maker(2, CLAIMS).records():
        with (folder / f"{type}.jsonl").open("ab") as file:
            file.write(encode(prune(body)) + b"\n")
    assert load(folder, f"sqlite:///{tmp_path / 'one.sqlite'}", Options(jobs=1)).result == "loaded"
    assert judged == []
