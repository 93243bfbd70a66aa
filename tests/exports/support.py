"""What the tests of the files share: made-up datasets with awkward contents, releases of them, bodies of any shape."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from marshmallow import Schema, fields

from dataset.canonical import Body, canonical, parse
from dataset.exports.cells import Value, read_cell
from dataset.exports.flat import unflatten
from dataset.exports.layout import POSITION, Column, layout
from dataset.log import Change, Release
from dataset.schemas import TYPES
from dataset.schemas.fields import Day, Flag, Integer, Items, Number, Part, Pattern
from tests.synthetic import History, Maker, anchor, dated

#: Texts that break what is not written with care.
AWKWARD = (
    "=SUM(A1:A9)",
    "'=SUM(A1:A9)",
    "-5",
    "+49 30 1234",
    "@here",
    "'tis said",
    "''",
    "\ttabbed",
    "two\r\nlines",
    "one\rreturn",
    'she said "no", twice',
    "comma, semicolon; and | pipe",
    "\u2028line separator",
    "no\u00a0break",
    "𝔐athematical 🚢",
    "e\u0301 combining",
    "\ufeffmark",
    "＝full",
    "null",
    "true",
    "0012",
    "1e9",
    " leading space",
)


def awkward_log() -> list[Release]:
    """Two releases whose quotes and notes are awkward texts, and which have every member of the dataset record."""
    history = History()
    records = list(Maker(3, 60).records())
    described: Body = {
        "description": "Made up, =every word of it.",
        "rights_note": "The words remain those of their speakers.",
        "creators": [
            {"name": "The “Made-up” Archive", "url": "https://example.org/archive"},
            {"name": "Nobody: known"},
        ],
        "contact": "data@example.org",
        "keywords": ["boats", "wind, tide"],
        "homepage": "https://example.org/regatta/",
    }
    changes: list[Change] = []
    for type, body in records:
        more: Body = {}
        if type == "dataset":
            more = described
        if type == "claims":
            more = {"note": AWKWARD[len(changes) % len(AWKWARD)].strip() or None}
        changes.append(history.add(type, {**body, **more}))
    for number, text in enumerate(AWKWARD, 1):
        quote = {
            "id": f"gazette-000000.q{100 + number}",
            "source": "gazette-000000",
            "text": text,
            "anchor": {**anchor(number * 10, text), "prefix": text[:8], "suffix": text[-8:]},
            "speaker_basis": "unknown",
            **dated("said", "2031-07"),
        }
        changes.append(history.add("quotes", quote))
    history.release("0.1.0", changes)
    held = history.bodies["places"]["pier-0000"]
    moved = history.change("places", {**held, "latitude": 0.000001, "longitude": -179.9999999}, 'read "again", twice')
    ended = history.end("quotes", "gazette-000000.q101")
    history.release("0.2.0", [moved, ended, history.add("topics", {"id": "later", "label": "Later"})])
    return history.releases


def records_of(lines: bytes) -> list[Body]:
    """The bodies of a JSON Lines file."""
    return [parse(line) for line in lines.split(b"\n")[:-1]]


def lines_of(bodies: Iterable[Body]) -> bytes:
    """Bodies as a JSON Lines file."""
    return b"".join(canonical(body) + b"\n" for body in bodies)


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by the names in its header."""
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def bodies_from_csv(type: str, tables: dict[str, bytes]) -> list[Body]:
    """The bodies that the CSVs of a type stand for, in the order of its table."""
    found = layout(type)
    links: dict[str, dict[str, list[dict[str, Value]]]] = {}
    for link in found.links:
        by_record = links.setdefault(link.name, {})
        for row in rows_of(tables[link.name]):
            values = _values(row, link.columns) | {POSITION: read_cell("integer", row[POSITION])}
            by_record.setdefault(row[link.key], []).append(values)
    bodies = []
    for row in rows_of(tables[type]):
        items = {name: by_record[row["id"]] for name, by_record in links.items() if row["id"] in by_record}
        bodies.append(unflatten(type, _values(row, found.columns), items))
    return bodies


def _values(row: dict[str, str], columns: Sequence[Column]) -> dict[str, Value]:
    return {column.name: read_cell(column.kind, row[column.name]) for column in columns}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def any_bodies(type: str) -> st.SearchStrategy[list[Body]]:
    """Lists of bodies with every member that the schema has, sound in their shape alone; ids differ."""
    return st.lists(_mapping(TYPES[type](), {"id"}), max_size=5, unique_by=lambda body: str(body["id"]))


def _mapping(schema: Schema, required: set[str]) -> st.SearchStrategy[Body]:
    members = {name: _value(field) for name, field in schema.fields.items()}
    needed = {name: members.pop(name) for name in required}
    return st.fixed_dictionaries(needed, optional=members)


def _value(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    if isinstance(field, Items):
        return st.lists(_value(field.inner), min_size=1, max_size=3)
    if isinstance(field, Part):
        return _mapping(field.schema, set()).filter(bool)
    if isinstance(field, Integer):
        return st.integers(field.least, 2**53 - 1)
    if isinstance(field, Number):
        numbers = st.floats(-(2.0**53) + 1, 2.0**53 - 1, allow_nan=False)
        return numbers.map(lambda number: int(number) if number.is_integer() else number)
    if isinstance(field, Flag):
        return st.booleans()
    if isinstance(field, Day):
        return st.dates(date(1000, 1, 1)).map(date.isoformat)
    if isinstance(field, Pattern):
        return st.from_regex(field.pattern, fullmatch=True)
    return st.sampled_from(AWKWARD) | st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


def all_columns() -> Iterator[tuple[str, Column]]:
    """Every column of every table with the name of its table."""
    for type in TYPES:
        for column in layout(type).columns:
            yield type, column
        for link in layout(type).links:
            for column in link.columns:
                yield link.name, column
