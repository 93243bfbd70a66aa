"""Rows that are made while a package is read come in as those of a log do, and by as many statements for more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dataset.canonical import Body
from dataset.importing import comparing
from dataset.importing.run import Options, load
from dataset.log import Release, from_manifest
from dataset.search import filling, gathering
from dataset.store import loading, preparing, readied
from dataset.store.publishing import publish
from dataset.store.tables import LINKS, RECORDS
from tests.conftest import NewDatabase
from tests.importing.support import write_lines
from tests.synthetic import Maker

Rows = list[tuple[Any, ...]]


def held(url: str) -> dict[str, Rows]:
    """What a SQLite database holds: rows by what they are of instead of their numbers; places as an order; words."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as driver:
        found = {
            name: driver.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall()
            for name in ("releases", "changes")
        }
        for name in ("positions", "relations"):
            found[name] = sorted(driver.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
        for type, table in RECORDS.items():
            columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "row")
            found[type] = driver.execute(f"SELECT {columns} FROM {type} ORDER BY id, since").fetchall()
            found[f"{type} searched"] = driver.execute(
                f"SELECT r.id, s.since, s.until FROM search s JOIN {type} r ON r.row = s.row"
                f" WHERE s.type = '{type}' ORDER BY s.place"
            ).fetchall()
            for link in LINKS[type]:
                values = ", ".join(f'l."{column.name}"' for column in link.columns if column.name != "row")
                found[link.name] = driver.execute(
                    f"SELECT r.id, r.since, {values} FROM {link.name} l JOIN {type} r USING (row) ORDER BY 1, 2, 3"
                ).fetchall()
        driver.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search_words, instance)")
        places = {place: (type, row) for place, type, row in driver.execute("SELECT place, type, row FROM search")}
        ids = {(type, row): id for type in RECORDS for row, id in driver.execute(f"SELECT row, id FROM {type}")}
        words = driver.execute("SELECT term, doc, offset FROM temp.vocabulary").fetchall()
        found["words"] = sorted((term, places[doc][0], ids[places[doc]], at) for term, doc, at in words)
        return found


def states() -> list[list[tuple[str, Body]]]:
    """The records of two packages, the second with claims that are new, changed, withdrawn and as they were."""
    records = list(Maker(seed=5, claims=120).records())
    claims = [body["id"] for type, body in records if type == "claims"]
    gone = next(id for id in reversed(claims) if not any(body.get("renders") == id for _, body in records))
    changed = [
        (type, {**body, "note": "Read again.", "hedge": None} if body["id"] == claims[7] else body)
        for type, body in records
        if (type, body["id"]) != ("claims", gone)
    ]
    new = {"id": "gazette-000000.c900", "source": "gazette-000000", "statement": "A new one.", "modality": "asserted"}
    return [records, [*changed, ("claims", {**new, "claimant_basis": "unknown"})]]


@pytest.mark.slow
def test_both_ways_lead_to_the_same(tmp_path: Path, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package into an empty database and another one over it, against the same change-sets from their lines."""
    made: list[Release] = []
    release = comparing.release

    def remembered(*given: Any, **named: Any) -> comparing.Staged:
        found = release(*given, **named)
        found.seal()
        assert list(found.lines) == [change.line() for change in found.changes]
        made.append(from_manifest(found.manifest, held=tuple(found.changes)))
        return found

    monkeypatch.setattr("dataset.importing.run.release", remembered)
    url = new_database("sqlite")
    for number, records in enumerate(states()):
        package = write_lines(tmp_path / str(number), records)
        options = Options(jobs=1, withdraw=True, reason='Read "again":\t\x7f é.')
        assert load(package, url, options).result == "loaded"
    assert made[1].manifest["changes"] == {"added": 1, "changed": 1, "merged": 0, "withdrawn": 1}
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    publish(other, made)
    theirs = held(other)
    for name, rows in held(url).items():
        assert rows == theirs[name], name


@pytest.mark.slow
def test_no_body_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading a package makes no row and no word from a body that is written, and takes as many statements for more."""
    asked: list[str] = []
    found: list[list[str]] = []

    def never(*given: object) -> None:
        raise AssertionError(given)

    for module, name in ((preparing, "prepare"), (filling, "_words"), (loading, "prepare")):
        monkeypatch.setattr(module, name, never)
    attached = readied.attached

    def watched(connection: sqlite3.Connection, path: str) -> Any:
        connection.set_trace_callback(lambda text: asked.append(text.partition(" SELECT ")[0]))
        return attached(connection, path)

    monkeypatch.setattr(readied, "attached", watched)
    monkeypatch.setattr(gathering, "attached", watched)
    for claims in (60, 240):
        package = write_lines(tmp_path / str(claims), Maker(seed=2, claims=claims).records())
        load(package, f"sqlite:///{tmp_path / f'{claims}.sqlite'}", Options(jobs=1))
        found.append(sorted(text for text in asked if text.startswith("INSERT INTO target.")))
        asked.clear()
    assert found[0] == found[1]
    into = [text.split()[2].removeprefix("target.") for text in found[0]]
    by_type = {name for name in into if into.count(name) == len(RECORDS)}
    assert by_type == {"changes", "search"}
    assert sorted(name for name in into if name not in by_type and not name.startswith("search_words")) == sorted(
        [*RECORDS, *(link.name for links in LINKS.values() for link in links)]
    )
