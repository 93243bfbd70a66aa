"""Files as people make them and as nobody should: what is recognised is told, what is dangerous is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from dataset.importing import limits, members, streams
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
    write_lines,
    write_sheets,
    zipped,
)


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    """An empty database."""
    return new_database("sqlite")


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """The small package as CSV."""
    return write_sheets(tmp_path / "sheets", SMALL)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small package as JSON Lines."""
    return write_lines(tmp_path / "small", SMALL)


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


def archive(path: Path, entries: dict[str, bytes], **members: int) -> Path:
    """A zip with entries of any name, and with attributes that no honest program gives them."""
    with zipfile.ZipFile(path, "w") as target:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            for member, value in members.items():
                setattr(info, member, value)
            target.writestr(info, data)
    return path


@pytest.mark.parametrize("name", ["../claims.csv", "/claims.csv", "a/../../b.csv", "C:/claims.csv", "..\\claims.csv"])
def test_paths_in_archives(url: str, tmp_path: Path, name: str) -> None:
    """An archive with a path that leads out of it is refused as a whole."""
    with pytest.raises(Problems, match="leads out of the archive"):
        load(archive(tmp_path / "bad.zip", {"dataset.jsonl": b"", name: b""}), url, Options())


def test_links_and_secrets_in_archives(url: str, small: Path, tmp_path: Path) -> None:
    """Links, encrypted files and two files of one name."""
    link = archive(tmp_path / "link.zip", {"claims.csv": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(Problems, match="a link"):
        load(link, url, Options())
    secret = zipped(small)
    data = bytearray(secret.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    secret.write_bytes(data)
    with pytest.raises(Problems, match="encrypted"):
        load(secret, url, Options())
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as twice:
        twice.writestr("claims.jsonl", "")
        with pytest.warns(UserWarning, match="Duplicate name"):
            twice.writestr("claims.jsonl", "")
    with pytest.raises(Problems, match="two files of one name"):
        load(tmp_path / "twice.zip", url, Options())


def test_links_in_folders(url: str, small: Path) -> None:
    """A folder holds files, nothing else."""
    (small / "claims.csv").symlink_to("/etc/passwd")
    with pytest.raises(Problems, match="a link"):
        load(small, url, Options())
    (small / "claims.csv").unlink()
    os.mkfifo(small / "quotes.csv")
    with pytest.raises(Problems, match="no ordinary file"):
        load(small, url, Options())


def test_bombs(url: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A little that unpacks to a lot is given up early, in an archive and in gzip; nothing is loaded."""
    monkeypatch.setattr(limits, "RATIO_FROM", 1 << 20)
    bomb = b" " * (64 << 20)
    (small / "topics.jsonl").unlink()
    (small / "topics.jsonl.gz").write_bytes(gzip.compress(bomb))
    read: list[int] = []
    monkeypatch.setattr(streams.Budget, "spend", lambda _budget, size: read.append(size))
    for path in (small, zipped(small)):
        outcome = load(path, url, Options(keep_going=True))
        assert outcome.result == "rejected"
        assert any("more than 200 times its size" in one.message for one in outcome.first)
    (small / "topics.jsonl.gz").unlink()
    (small / "topics.jsonl").write_bytes(bomb)
    outcome = load(zipped(small), url, Options(keep_going=True))
    assert any("more than 200 times its size" in one.message for one in outcome.first)
    assert sum(read) < 24 << 20  # of 192


def test_sizes(url: str, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many files, too long a table of contents, too many bytes."""
    path = archive(tmp_path / "many.zip", {f"f{number}": b"" for number in range(1001)})
    with pytest.raises(Problems, match="too many files"):
        load(path, url, Options())
    monkeypatch.setattr(limits, "CONTENTS", 1000)
    with pytest.raises(Problems, match="table of contents is too large"):
        load(path, url, Options())
    monkeypatch.setattr(limits, "MEMBER_BYTES", 100)
    outcome = load(small, url, Options(keep_going=True))
    assert any("more than 100 bytes" in one.message for one in outcome.first)
    monkeypatch.setattr(limits, "MEMBER_BYTES", 1 << 30)
    monkeypatch.setattr(limits, "TOTAL_BYTES", 500)
    outcome = load(small, url, Options(keep_going=True))
    assert any("more than 500 bytes" in one.message for one in outcome.first)


def test_damage(url: str, small: Path) -> None:
    """A file that ends early or is changed on the way is told; nothing is loaded, whatever was asked for."""
    packed = gzip.compress((small / "claims.jsonl").read_bytes())
    (small / "claims.jsonl").unlink()
    for damaged in (packed[:-9], b"no gzip at all", packed[:20] + b"\0\0\0\0" + packed[24:]):
        (small / "claims.jsonl.gz").write_bytes(damaged)
        outcome = load(small, url, Options(keep_going=True))
        assert outcome.result == "rejected"
        assert any("the file is damaged" in one.message for one in outcome.first)
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w") as target:
        target.writestr("dataset.jsonl", '{"id": "harbour-talks", "title": "The harbour talks"}\n')
    path = small.with_suffix(".zip")
    path.write_bytes(good.getvalue().replace(b"talks", b"tales"))
    outcome = load(path, url, Options(keep_going=True))
    assert any("the file is damaged" in one.message for one in outcome.first)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, b"x" * 5000])
def test_no_archive(url: str, tmp_path: Path, data: bytes) -> None:
    """What is no zip is told as such; so is what is not there."""
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(Problems, match=r"not a zip|too large"):
        load(tmp_path / "x.zip", url, Options())
    with pytest.raises(Problems, match="no such folder"):
        load(tmp_path / "y.zip", url, Options())


def test_litter_is_left_alone(url: str, small: Path) -> None:
    """What programs leave in folders and archives is no file of the package."""
    (small / ".DS_Store").write_text("x")
    (small / "__MACOSX").mkdir()
    assert rehearse(small, url)[0].result == "rehearsed"
    (small / "__MACOSX").rmdir()
    path = zipped(small, inside="talks/")
    with zipfile.ZipFile(path, "a") as target:
        target.writestr("__MACOSX/talks/._claims.jsonl", "x")
    assert rehearse(path, url)[0].result == "rehearsed"


def test_nothing_is_unpacked(url: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive is read where it lies."""
    path = zipped(small)
    before = set(small.parent.iterdir())
    monkeypatch.setattr(zipfile.ZipFile, "extract", None)
    monkeypatch.setattr(zipfile.ZipFile, "extractall", None)
    assert load(path, url, Options()).result == "loaded"
    assert set(small.parent.iterdir()) == before
    assert members.opened is not None
