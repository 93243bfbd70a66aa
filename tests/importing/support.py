"""What the tests of loading share: packages on the disk, from bodies in every form, and what a run says of them."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dataset.canonical import Body, prune
from dataset.exports.cells import write_cell
from dataset.exports.flat import flatten
from dataset.exports.layout import layout
from dataset.importing.run import Options, Outcome, load
from dataset.problems import Problem
from dataset.store.database import Database
from dataset.store.reading import StoredRelease, stored_releases
from dataset.store.tables import RECORDS

Records = Iterable[tuple[str, Body]]

#: The least that is a package: a dataset, and one record of each kind that the tests turn over.
SMALL: Sequence[tuple[str, Body]] = (
    ("dataset", {"id": "harbour-talks", "title": "The harbour talks"}),
    ("actors", {"id": "ada", "name": "Ada", "aliases": ["A.", "=A1"]}),
    ("actors", {"id": "bob", "name": "Bob", "roles": [{"title": "Mayor", "organisation": "ada", "time": "2031-07"}]}),
    ("places", {"id": "pier", "name": "Pier", "latitude": 50.25, "longitude": -3.5}),
    ("topics", {"id": "trade", "label": "Trade"}),
    ("topics", {"id": "trade-small", "label": "Small trade", "broader": "trade"}),
    ("events", {"id": "feast", "title": "Feast", "date": "2031-07-14", "place": "pier"}),
    (
        "questions",
        {
            "id": "ships",
            "question": "How many ships?",
            "positions": [{"key": "few", "label": "Few"}, {"key": "many", "label": "Many"}],
        },
    ),
    ("sources", {"id": "gazette-1", "title": "Harbour full", "authors": ["bob"], "published": "2031-07-15"}),
    ("quotes", {"id": "gazette-1.q1", "source": "gazette-1", "text": "We sink", "speaker_basis": "unknown"}),
    (
        "claims",
        {
            "id": "gazette-1.c1",
            "source": "gazette-1",
            "statement": "Many ships lay in the harbour.",
            "claimant": "ada",
            "claimant_basis": "stated",
            "modality": "asserted",
            "quotes": ["gazette-1.q1"],
            "topics": ["trade", "trade-small"],
            "answers": [{"question": "ships", "position": "many"}],
            "quantity": {"value": 40, "qualifier": "over", "unit": "items"},
        },
    ),
)


def changed(records: Records, type: str, id: str, **members: Any) -> list[tuple[str, Body]]:
    """The records with some members of one of them replaced."""
    return [(kind, {**body, **members} if (kind, body["id"]) == (type, id) else body) for kind, body in records]


def without(records: Records, type: str, id: str) -> list[tuple[str, Body]]:
    """The records without one of them."""
    return [(kind, body) for kind, body in records if (kind, body["id"]) != (type, id)]


def write_lines(folder: Path, records: Records) -> Path:
    """A folder of JSON Lines; nothing is checked or put in order."""
    folder.mkdir(parents=True, exist_ok=True)
    for type, body in records:
        with (folder / f"{type}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(body, ensure_ascii=False) + "\n")
    return folder


def write_sheets(folder: Path, records: Records) -> Path:
    """A folder of CSV; of the bodies, null members are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Sequence[str]]] = {}
    for type, body in records:
        flat = flatten(type, prune(body))
        tables = layout(type)
        rows.setdefault(type, [tables.header]).append([write_cell(flat.row[name]) for name in tables.header])
        for table in tables.links:
            for row in flat.links.get(table.name, ()):
                cells = [write_cell(row[name]) for name in table.header]
                rows.setdefault(table.name, [table.header]).append(cells)
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    return folder


def describe(folder: Path, **members: Any) -> Path:
    """Put a `datapackage.json` into a folder."""
    (folder / "datapackage.json").write_text(json.dumps(members), "utf-8")
    return folder


def zipped(folder: Path, inside: str = "") -> Path:
    """The folder as a zip beside it, its files in the folder `inside` of the archive."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{inside}{file.name}")
    return target


def problems_of(outcome: Outcome) -> list[Problem]:
    """Every mistake that the report tells."""
    if outcome.report is None:
        return []
    return [Problem(**json.loads(line)) for line in outcome.report.read_text("utf-8").splitlines()]


def rehearse(path: Path, url: str, **options: Any) -> tuple[Outcome, list[Problem]]:
    """Read and judge a package, and change nothing."""
    outcome = load(path, url, Options(rehearse=True, **options))
    return outcome, problems_of(outcome)


def places(problems: Iterable[Problem]) -> set[tuple[str, int | None, str | None, str | None]]:
    """File name, line, record and field of each mistake."""
    return {(Path(str(one.file)).name, one.line, one.record, one.field) for one in problems}


def releases(url: str) -> list[StoredRelease]:
    """The releases in a database; none where there is no database."""
    with closing(Database(url)) as database, database.read() as connection:
        return stored_releases(connection)


def newest(url: str) -> Mapping[str, Mapping[str, str]]:
    """Type -> id -> canonical text of the newest state."""
    with closing(Database(url)) as database, database.read() as connection:
        return {
            type: {
                row.id: row.body
                for row in connection.execute(select(table.c.id, table.c.body).where(table.c.until.is_(None)))
            }
            for type, table in RECORDS.items()
        }
