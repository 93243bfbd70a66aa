"""`docs/import.md`, done as it says: its files are written, its commands run, its limits compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dataset.cli import main
from dataset.exports.layout import layouts
from dataset.importing import limits
from dataset.importing.run import Options, load
from dataset.references import REFERENCES
from dataset.schemas.fields import TEXT_LIMIT
from tests.importing.support import newest, rehearse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "import.md").read_text("utf-8")
BLOCK = re.compile(
    r"(?:^`(?P<name>[a-z_]+\.(?:csv|jsonl))`(?P<more> \(more\))?\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def matches(printed: str, expected: str) -> bool:
    """Whether lines are those of the page, `…` standing for anything."""
    lines = zip(printed.splitlines(), expected.splitlines(), strict=True)
    return all(re.fullmatch(".*".join(re.escape(part) for part in one.split("…")), line) for line, one in lines)


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are made as the page shows them, and each command prints what stands below it."""
    monkeypatch.chdir(tmp_path)
    url = "sqlite:///harbour.sqlite"
    monkeypatch.setenv("ONRECORD_DATABASE_URL", url)
    folder = Path("harbour")
    folder.mkdir()
    printed, ran = "", 0
    for block in BLOCK.finditer(PAGE):
        if block["kind"] == "csv":
            with (folder / block["name"]).open("a" if block["more"] else "w", encoding="utf-8") as file:
                file.write(block["text"])
        elif block["kind"] == "sh":
            (command,) = [line for line in block["text"].splitlines() if line.startswith("onrecord")]
            printed = CliRunner().invoke(main, command.split()[1:]).output
        elif block["kind"] == "text":
            assert matches(printed, block["text"]), printed
            ran += 1
    assert ran == 2
    claims = (folder / "claims.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "claims.csv").write_text("".join(claims[:-1]), "utf-8")
    assert load(folder, url, Options()).version == "1.1.0"
    line = next(block["text"] for block in BLOCK.finditer(PAGE) if block["name"] == "claims.jsonl")
    body = json.loads(newest(url)["claims"]["gazette-1.c1"])
    assert json.loads(line) == {name: value for name, value in body.items() if not name.startswith("time_")}
    (folder / "claims.jsonl").write_text(line, "utf-8")
    assert rehearse(folder, url)[0].result == "unchanged"


def test_limits_of_the_page() -> None:
    """The figures of the page are those of the program."""
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert rows["files in a folder or archive"] == f"{limits.MEMBERS:,}"
    assert rows["a file, unpacked"] == f"{limits.MEMBER_BYTES >> 30} GiB"
    assert rows["all files, unpacked"] == f"{limits.TOTAL_BYTES >> 30} GiB"
    assert rows["what one packed byte may become"] == f"{limits.RATIO} bytes"
    assert rows["a line, or a cell"] == f"{limits.LINE >> 20} MiB"
    assert rows["a text of a record"] == f"{TEXT_LIMIT:,} characters"
    several = rows["columns of a CSV; members of a JSON object; items of a list"]
    assert several == f"{limits.COLUMNS}; {limits.NAMES}; {limits.ITEMS:,}"


def test_types_of_the_page() -> None:
    """Required members and references of each type are those of the schemas."""
    rows = {row[0]: row[1:] for row in re.findall(r"^\| `([a-z]+)` \| ([^|]+) \| ([^|]*)\|$", PAGE, re.MULTILINE)}
    for one in layouts():
        required, led = rows[one.type]
        columns = {column.name for column in one.columns if column.required and "_" not in column.name}
        columns |= {column.name for column in one.columns if column.required and len(column.path) == 1}
        assert columns <= set(re.findall(r"`([a-z_]+)`", required)), one.type
        assert {to for _, to in REFERENCES[one.type]} == set(re.findall(r"[a-z]+", re.sub(r"\(.*?\)", "", led))), (
            one.type
        )
