"""Files as people make them and as nobody should: what is recognised is told, what is dangerous is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from dataset.importing import limits
from dataset.importing.run import Options, load
from dataset.importing.streams import lines
from dataset.problems import Problems
from tests.conftest import NewDatabase
from tests.importing.support import (
    SMALL,
    describe,
    newest,
    rehearse,
    releases,
    write_sheets,
)

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ((";", "\r\n", b"\xef\xbb\xbf"), "separator semicolon, line ends CRLF, with a byte order mark"),
        (("\t", "\n", b""), "separator tab, line ends LF"),
        ((",", "\r", b""), "separator comma, line ends CR"),
    ],
)
def test_dialects(url: str, new_database: NewDatabase, sheets: Path, made: tuple[str, str, bytes], said: str) -> None:
    """What programs make of a CSV is recognised, told, and gives the same records."""
    separator, end, mark = made
    same = new_database("sqlite")
    load(sheets, same, Options())
    for file in sheets.glob("*.csv"):
        text = file.read_bytes().decode()
        file.write_bytes(mark + text.replace(",", separator).replace("\r\n", end).encode())
    outcome = load(sheets, url, Options())
    assert outcome.result == "loaded"
    assert f"{sheets / 'claims.csv'}: {said}" in outcome.notes
    assert releases(url)[0].sha256 == releases(same)[0].sha256


def test_columns(url: str, sheets: Path) -> None:
    """Unknown, missing and repeated columns are told once each, with a guess."""
    topics = sheets / "topics.csv"
    topics.write_text("id,lable,broader\ntrade,Trade,\n")
    (sheets / "places.csv").write_text("id,name,name\npier,Pier,Pier\n")
    (sheets / "actors.csv").write_text("id,name,\nada,Ada,\nbob,Bob,by the way\n")
    _, problems = rehearse(sheets, url)
    told = [(Path(str(one.file)).name, one.line, one.field, one.message) for one in problems]
    assert ("topics.csv", 1, "lable", "unknown column (did you mean 'label'?)") in told
    assert ("topics.csv", 1, "label", "a required column is missing") in told
    assert ("topics.csv", 2, "label", "missing") in told
    assert ("places.csv", 1, "name", "a column stands twice") in told
    assert ("actors.csv", 3, None, "a cell in a column without a name") in told
    assert ("actors.csv", 2, None, "a cell in a column without a name") not in told


def test_rows_that_are_none(url: str, sheets: Path) -> None:
    """Too few or too many cells, quotation marks astray, bytes that are no UTF-8: told by line, and read on."""
    (sheets / "topics.csv").write_bytes(
        b'id,label,broader\r\ntrade,Trade,\r\nshort,Short\r\nlong,Long,,x\r\n\r\n"ba"d,Bad,\r\n'
        b"latin,Caf\xe9,\r\nlines,\"Two\r\nlines\",\r\ntrade-small,Small,trade\r\nopen,\"Open,\r\n"
    )  # fmt: skip
    outcome, problems = rehearse(sheets, url)
    told = {one.line: (one.record, one.message, one.found) for one in problems}
    assert told[3] == ("short", "not as many cells as columns", "2")
    assert told[4] == ("long", "not as many cells as columns", "4")
    assert told[6][1] == "not a row"
    assert told[7] == ("latin", "not UTF-8", "byte 0xE9 in line 7")
    assert told[11][1] == "not a row"
    assert told.keys() == {3, 4, 6, 7, 11}
    assert outcome.read["topics"] == 8


def test_link_rows(url: str, sheets: Path) -> None:
    """Rows of lists: no owner, no position, a position twice, an owner that is not there."""
    (sheets / "claims_topics.csv").write_text(
        "claim,position,topic\ngazette-1.c1,1,trade\ngazette-1.c1,1,trade-small\ngazette-1.c1,first,trade\n"
        ",2,trade\ngazette-1.c7,1,trade\n"
    )
    _, problems = rehearse(sheets, url)
    table = str(sheets / "claims_topics.csv")
    told = {(Path(str(one.file)).name, one.line, one.field): (one.message, one.found) for one in problems}
    assert told["claims_topics.csv", 3, "position"] == ("a position stands twice", f"the other at {table}:2")
    assert told["claims_topics.csv", 4, "position"] == ("not a position", "'first'")
    assert told["claims_topics.csv", 5, "claim"] == ("empty", "nothing")
    assert told["claims_topics.csv", 6, "claim"] == ("there is no such record among the claims", "'gazette-1.c7'")
    assert told["claims.csv", 2, None] == ("one of its rows is rejected", f"{table}:3")


def test_long_lists(url: str, sheets: Path) -> None:
    """A list of a CSV is as limited as one of JSON."""
    rows = "".join(f"ada,{number},A. {number}\n" for number in range(limits.ITEMS + 1))
    (sheets / "actors_aliases.csv").write_text("actor,position,value\n" + rows)
    _, problems = rehearse(sheets, url)
    assert ("actors.csv", 2, "a list of too many items") in {
        (Path(str(one.file)).name, one.line, one.message) for one in problems
    }


def test_guarded_texts(url: str, sheets: Path) -> None:
    """The apostrophe that a download puts before a formula is taken away; every other cell stands."""
    (sheets / "topics.csv").write_text("id,label,broader\ntrade,'=1+1,\ntrade-small,'tis so,trade\n")
    load(sheets, url, Options())
    bodies = newest(url)
    assert json.loads(bodies["topics"]["trade"])["label"] == "=1+1"
    assert json.loads(bodies["topics"]["trade-small"])["label"] == "'tis so"
    assert json.loads(bodies["actors"]["ada"])["aliases"] == ["A.", "=A1"]


def test_names_of_files(url: str, small: Path, tmp_path: Path) -> None:
    """A table of an unknown name is told; what lies beside in a download is left alone."""
    (small / "topic.csv").write_text("id,label\n")
    (small / "claims.json").write_text("[]")
    (small / "claims.parquet").write_text("")
    (small / "delta-0.1.0-0.2.0.jsonl").write_text("")
    outcome, problems = rehearse(small, url)
    assert [(one.message, one.found) for one in problems] == [
        ("a table of an unknown name (did you mean 'topics.csv'?)", "topic.csv")
    ]
    assert outcome.notes == [f"{small / 'claims.json'} is not read, for claims.jsonl is"]


def test_lines_before_sheets(url: str, small: Path) -> None:
    """Where a type lies there in both forms JSON Lines are read, or the form that was asked for."""
    write_sheets(small, [*SMALL, ("topics", {"id": "sheets-only", "label": "Sheets"})])
    outcome, _ = rehearse(small, url)
    assert f"{small / 'topics.csv'} is not read, for topics.jsonl is" in outcome.notes
    assert outcome.read["topics"] == 2
    assert rehearse(small, url, form="csv")[0].read["topics"] == 3


def test_described_digests(url: str, small: Path) -> None:
    """A file is the one that the descriptor describes, or it is told."""
    topics = small / "topics.jsonl"
    sums = {"path": topics.name, "hash": f"sha256:{hashlib.sha256(topics.read_bytes()).hexdigest()}"}
    assert rehearse(describe(small, resources=[sums]), url)[0].result == "rehearsed"
    topics.write_bytes(topics.read_bytes().splitlines(keepends=True)[0])
    _, problems = rehearse(small, url)
    assert ("topics.jsonl", "not the file that is described") in {
        (Path(str(one.file)).name, one.message) for one in problems
    }


@pytest.mark.parametrize(
    ("descriptor", "field"),
    [
        ({"resources": [{"path": "https://example.org/claims.csv"}]}, "resources.0.path"),
        ({"resources": [{"path": "../claims.csv"}]}, "resources.0.path"),
        ({"resources": [{"path": ["/etc/passwd"]}]}, "resources.0.path"),
        ({"resources": [{"path": "C:\\claims.csv"}]}, "resources.0.path"),
        ({"version": "2.0"}, "version"),
        ({"created": "yesterday"}, "created"),
        ({"name": 5}, "name"),
    ],
)
def test_descriptor_is_checked(url: str, small: Path, descriptor: dict[str, object], field: str) -> None:
    """Addresses and paths out of the package are refused, and what is no version or time is told."""
    with pytest.raises(Problems) as caught:
        load(describe(small, **descriptor), url, Options())
    assert [one.field for one in caught.value.problems] == [field]


def test_descriptor_of_another_name(url: str, small: Path) -> None:
    """Descriptor and record name one dataset."""
    outcome = load(describe(small, name="other"), url, Options(keep_going=True))
    assert (outcome.result, outcome.first[0].message) == ("rejected", "the descriptor names another dataset")


J = "not allowed in JSON here: "


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": "x", "label": "L", "label": "M"}', J + "the name 'label' twice in one object"),
        (b'{"id": "x", "label": NaN}', J + "NaN is no number; allowed: leave the member out"),
        (b'{"id": "x", "label": -Infinity}', J + "-Infinity is no number; allowed: leave the member out"),
        (b'{"id": ' + b"9" * 5000 + b"}", J + "a number of 5000 digits; allowed: at most 40"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "nested too deeply"),
        (b'{"id": "x", "label": "Caf\xe9"}', "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"id": "x", "label": "a\x00b"}', "not JSON: Invalid control character at"),
        (b'{"id": "x", "label": "a\\u0000b"}', "not allowed here"),
        (b'{"id": "x", "label": "a\\ud800b"}', "not allowed here"),
        (b'{"id": "x", "label": "L"} {"id": "y"}', "not JSON: Extra data"),
        (b'["x", "L"]', "not a record"),
        (b"null", "not a record"),
        (b"id,label", "not JSON: Expecting value"),
        (b"{" + b",".join(b'"k%d":1' % n for n in range(500)) + b"}",
         J + "an object of 500 members; allowed: at most 200"),
        (b'{"id": "x", "label": [' + b",".join([b"1"] * 6000) + b"]}",
         J + "a list of 6000 items; allowed: at most 5000"),
        (b'{"id": "x", "label": "' + b"a" * limits.LINE + b'"}', "a line that is too long"),
        (b'{"id": "x", "label": "L", "latitude": 1e999}', "unknown field"),
        (b'{"id": "x\\u001b[31m", "label": "L"}', "not allowed here"),
    ],
)  # fmt: skip
def test_hostile_lines(url: str, small: Path, line: bytes, message: str) -> None:
    """Whatever a line holds, it is one rejected row with a message that can be printed, and reading goes on."""
    topics = small / "topics.jsonl"
    topics.write_bytes(line + b"\n" + topics.read_bytes())
    outcome, problems = rehearse(small, url)
    assert outcome.result == "rejected"
    (problem,) = problems
    assert (problem.line, problem.message) == (1, message)
    assert str(problem).isprintable()
    assert len(str(problem)) < 1000
    assert outcome.read["topics"] == 3


def test_numbers_are_kept_to_the_last_digit(url: str, small: Path, sheets: Path) -> None:
    """A number that a double does not hold is told, in both forms; one that it holds is loaded."""
    number = "50.123456789012345678"
    (small / "places.jsonl").write_text(f'{{"id": "pier", "name": "P", "latitude": {number}, "longitude": -3.5}}\n')
    _, problems = rehearse(small, url)
    assert f"the number {number} cannot be kept" in problems[0].message
    (sheets / "places.csv").write_text(f"id,name,latitude,longitude\npier,P,{number},-3.5\n")
    _, problems = rehearse(sheets, url)
    assert ("latitude", f"'{number}'") in {(one.field, one.found) for one in problems}
    (sheets / "places.csv").write_text("id,name,latitude,longitude\npier,P,125.75433000000001,-3.50\n")
    (sheets / "places.csv").write_text("id,name,latitude,longitude\npier,P,25.754330000000003,-3.50\n")
    assert rehearse(sheets, url)[1] == []


def test_marks_and_ends_of_lines(url: str, small: Path) -> None:
    """JSON Lines with a byte order mark, CRLF, empty lines and no end are read, and the mark is told."""
    topics = small / "topics.jsonl"
    topics.write_bytes(b"\xef\xbb\xbf" + topics.read_bytes().replace(b"\n", b"\r\n\r\n").rstrip())
    outcome, problems = rehearse(small, url)
    assert (problems, outcome.read["topics"]) == ([], 2)
    assert outcome.notes == [f"{topics}: with a byte order mark"]


def test_wide_characters(url: str, sheets: Path) -> None:
    """A CSV in UTF-16 is told as such, and nothing is loaded, whatever was asked for."""
    (sheets / "topics.csv").write_bytes("id,label\ntrade,Trade\n".encode("utf-16"))
    outcome = load(sheets, url, Options(keep_going=True))
    assert outcome.result == "rejected"
    assert ("no header", "UTF-16") in {(one.message, one.found) for one in outcome.first}
    assert all("topics" not in str(one.message) for one in outcome.first)  # references to what was not read


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_cut_the_same_whatever_the_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends of lines may fall between two pieces; a line that is too long is one line."""
    monkeypatch.setattr(limits, "LINE", 8)
    data = b"a\r\nbb\rccc\n\n\r\r\n" + b"x" * 20 + b"\nlast\r"
    found = list(lines(iter([data[at : at + size] for at in range(0, len(data), size)])))
    assert [line for _, line in found] == [b"a\r\n", b"bb\r", b"ccc\n", b"\n", b"\r", b"\r\n", None, b"last\r"]
    assert [number for number, _ in found] == list(range(1, 9))
