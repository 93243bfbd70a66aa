"""How much work a load is, by exact counts: what is sound at first sight is judged once, and read once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dataset.canonical import encode, prune
from dataset.importing import checking, jsonlines
from dataset.importing.checking import Judged, check
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


def held(judged: Judged) -> list[tuple[int, str | None]]:
    """The rows that were made: the place of each, and the text of each sound one."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(judged.made)
        return connection.execute("SELECT row, body FROM record ORDER BY row").fetchall()


def claims() -> list[bytes]:
    """The lines of some claims."""
    return [encode(prune(body)) + b"\n" for type, body in Maker(2, CLAIMS).records() if type == "claims"]


def test_canonical_lines_cost_no_second_look(judged: list[str]) -> None:
    """Our own files: marshmallow sees none of their records."""
    found = check(chunk_of(*claims()))
    assert held(found) == [(place, line.decode().rstrip()) for place, line in enumerate(claims())]
    assert judged == []


def test_line_ends_cost_no_second_look(judged: list[str]) -> None:
    """Whatever ends a line, and the last one may have none."""
    first, second, third = (line.rstrip(b"\n") for line in claims()[:3])
    found = check(chunk_of(first + b"\r\n", second + b"\r", third))
    assert held(found) == [(0, first.decode()), (1, second.decode()), (2, third.decode())]
    assert judged == []


def test_other_lines_are_read_strictly(judged: list[str]) -> None:
    """The same record with spaces in its line is read once more, for a name that stands twice; and is the same."""
    spaced = [line.replace(b'","', b'" , "') for line in claims()]
    assert check(chunk_of(*spaced)) == check(chunk_of(*claims()))
    assert judged == ["parse"] * CLAIMS


def test_a_flaw_goes_to_marshmallow(judged: list[str]) -> None:
    """And only the row that has it."""
    first, *rest = claims()
    doubled = first.replace(b"{", b'{"statement":"Another.",', 1)
    found = check(chunk_of(FLAW, doubled, *rest))
    assert list(found.flawed) == [0, 1]
    assert "the name 'statement' twice" in found.flawed[1].problems[0].message
    sound = [(place, line.decode().rstrip()) for place, line in enumerate(rest, 2)]
    assert held(found) == [(0, None), *sound]  # the id of the first is known; which one the second has is not
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
