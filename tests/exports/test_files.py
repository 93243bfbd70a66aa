"""What the files hold: the same records in every form, in default order, each form as its standard has it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dataset.canonical import parse
from dataset.exports.artefacts import CHECKSUMS, artefacts
from dataset.exports.flat import flatten
from dataset.exports.index import INDEX, checksums, file_digest, read_index
from dataset.exports.layout import layout, layouts
from dataset.log import Replay
from dataset.schemas import TYPES
from dataset.state import FILE_ORDER, digests, lines
from tests.exports.conftest import Offer
from tests.exports.support import bodies_from_csv, contents, records_of, rows_of
from tests.exports.test_flat import plain

pytestmark = pytest.mark.slow


def test_all_listed_files_are_there_and_no_other(offer: Offer) -> None:
    """Index, list of artefacts and folder agree; sizes and digests are those of the files."""
    for release in offer.log:
        folder = offer.folder / release.version
        index = read_index(offer.folder, release.version)
        assert index is not None
        assert (index.dataset, index.version, index.date) == (release.name, release.version, release.date)
        assert index.sha256 == release.sha256
        listed = artefacts(release.version, release.parent)
        assert [(file.name, file.media_type) for file in index.files] == [(one.name, one.media_type) for one in listed]
        assert {path.name for path in folder.iterdir()} == {one.name for one in listed} | {INDEX}
        for file in index.files:
            data = (folder / file.name).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)


def test_the_first_release_has_no_delta(offer: Offer) -> None:
    """There is nothing before it to differ from."""
    assert not list((offer.folder / "0.1.0").glob("delta*"))
    assert [path.name for path in offer.newest.glob("delta*")] == [
        "delta-0.1.0-0.2.0.jsonl",
        "delta-0.1.0-0.2.0.jsonl.gz",
    ]


def test_json_lines_are_the_state(offer: Offer) -> None:
    """Line by line the canonical bodies in default order; the digests are those of the manifest."""
    replay = Replay()
    for release in offer.log:
        replay.apply(release)
        folder = offer.folder / release.version
        whole = hashlib.sha256()
        for type in FILE_ORDER:
            data = (folder / f"{type}.jsonl").read_bytes()
            assert data == b"".join(lines(replay.state.get(type, {})))
            assert file_digest(folder / f"{type}.jsonl") == release.manifest["types"][type]
            whole.update(data)
        assert whole.hexdigest() == release.sha256


@pytest.mark.parametrize("type", TYPES)
def test_every_form_holds_the_same_records(offer: Offer, type: str) -> None:
    """JSON, CSV and Parquet give the bodies of the JSON Lines back, in their order."""
    files = contents(offer.newest)
    bodies = records_of(files[f"{type}.jsonl"])
    array = files[f"{type}.json"]
    assert json.loads(array) == bodies
    assert array.replace(b",\n", b"\n").removeprefix(b"[\n").removesuffix(b"]\n") == files[f"{type}.jsonl"]
    tables = {name.removesuffix(".csv"): data for name, data in files.items() if name.endswith(".csv")}
    assert bodies_from_csv(type, tables) == bodies
    rows = pq.read_table(offer.newest / f"{type}.parquet").to_pylist()
    header = layout(type).header
    flat = [flatten(type, body).row for body in bodies]
    assert [{name: plain(row[name]) for name in header} for row in rows] == flat


def test_csv_is_as_its_standard_has_it(offer: Offer) -> None:
    """UTF-8 without byte order mark, CRLF at every line end, the promised header; no cell begins like a formula."""
    for path in offer.newest.glob("*.csv"):
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        name = path.stem
        expected = {one.type: one.header for one in layouts()}
        expected |= {link.name: link.header for one in layouts() for link in one.links}
        assert data.split(b"\r\n")[0].decode() == ",".join(expected[name])
        for row in rows_of(data):
            for cell in row.values():
                assert not re.match(r"[=+@\t\r\n]|-(?![0-9.]+\Z)", cell)


def test_compressed_files_hold_the_same(offer: Offer) -> None:
    """Beside every CSV and JSON Lines file lies one compressed, without name and time."""
    plain_files = [*offer.newest.glob("*.csv"), *offer.newest.glob("*.jsonl")]
    assert len(plain_files) == len(list(offer.newest.glob("*.gz")))
    for path in plain_files:
        packed = path.with_name(path.name + ".gz").read_bytes()
        assert gzip.decompress(packed) == path.read_bytes()
        assert packed[3:8] == bytes(5)  # no flags (so no name), no time


def test_archive_is_a_package_of_its_own(offer: Offer, tmp_path: Path) -> None:
    """CSV, JSON Lines and descriptors, dated on the day of the release; its own checksums hold in it."""
    version = offer.log[-1].version
    with zipfile.ZipFile(offer.newest / f"onrecord-{version}.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        assert set(names) == {one.name for one in artefacts(version, None) if one.zipped}
        assert {entry.date_time for entry in archive.infolist()} == {(2032, 1, 2, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        archive.extractall(tmp_path)
    digests_inside = {name: file_digest(tmp_path / name) for name in names if name != CHECKSUMS}
    assert (tmp_path / CHECKSUMS).read_text("utf-8") == checksums(digests_inside)
    for name in set(names) - {CHECKSUMS}:
        assert (tmp_path / name).read_bytes() == (offer.newest / name).read_bytes()
    state = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("*.jsonl")))
    assert hashlib.sha256(state).hexdigest() == offer.log[-1].sha256


def test_checksums_name_every_file(offer: Offer) -> None:
    """SHA256SUMS is in the form of sha256sum, and complete."""
    text = (offer.newest / CHECKSUMS).read_text("utf-8")
    assert all(re.fullmatch(r"[0-9a-f]{64}  [A-Za-z0-9_.-]+", line) for line in text.splitlines())
    named = {line.split("  ")[1]: line.split("  ")[0] for line in text.splitlines()}
    expected = {path.name for path in offer.newest.iterdir()} - {CHECKSUMS, INDEX}
    assert named == {name: file_digest(offer.newest / name) for name in expected}


def test_delta_leads_from_one_release_to_the_next(offer: Offer) -> None:
    """It is the change-set of the log, and applied to the older files it gives the state of the newer ones."""
    older, newer = offer.log
    delta = (offer.newest / "delta-0.1.0-0.2.0.jsonl").read_bytes()
    order = list(TYPES)
    changes = sorted(newer.changes, key=lambda change: (order.index(change.type), change.id))
    assert delta == b"".join(change.line() for change in changes)
    state = {
        type: {body["id"]: line for line in data.split(b"\n")[:-1] if (body := parse(line))}
        for type in TYPES
        if (data := (offer.folder / older.version / f"{type}.jsonl").read_bytes())
    }
    for line in delta.split(b"\n")[:-1]:
        change = parse(line)
        records = state.setdefault(change["type"], {})
        if "body" in change:
            start = line.index(b'"body":') + len(b'"body":')
            records[change["id"]] = line[start : line.index(b',"digest":"', start)]
        else:
            del records[change["id"]]
    assert digests(state).state == newer.sha256


def test_sqlite_file_is_a_database(offer: Offer) -> None:
    """Sound, without a free page, with every row, every key, and a search that finds words, names and accents."""
    file = offer.newest / f"onrecord-{offer.log[-1].version}.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:

        def ask(statement: str) -> list[tuple[object, ...]]:
            return list(database.execute(statement))

        assert ask("PRAGMA integrity_check") == [("ok",)]
        assert ask("PRAGMA foreign_key_check") == []
        assert ask("PRAGMA freelist_count") == [(0,)]
        for one in layouts():
            bodies = records_of((offer.newest / f"{one.type}.jsonl").read_bytes())
            rows = ask(f'SELECT * FROM "{one.type}" ORDER BY rowid')
            assert rows == [tuple(flatten(one.type, body).row.values()) for body in bodies]
            for link in one.links:
                expected = [
                    tuple(row.values()) for body in bodies for row in flatten(one.type, body).links.get(link.name, [])
                ]
                assert sorted(ask(f'SELECT * FROM "{link.name}"'), key=repr) == sorted(expected, key=repr)
                assert len(ask(f'PRAGMA foreign_key_list("{link.name}")')) >= 1
        found = ask("SELECT id FROM search WHERE type = 'quotes' AND search MATCH '\"e combining\"'")
        assert found == [("gazette-000000.q116",)]
        assert ask("SELECT id FROM search WHERE type = 'actors' AND search MATCH 'other: \"S. 3\"'") == [
            ("skipper-00003",)
        ]
        readme = {about: text for about, text in ask("SELECT * FROM README")}  # noqa: C416 - rows of a known length
        assert readme["release"] == offer.log[-1].version
        assert readme["state SHA-256"] == offer.log[-1].sha256
        described = ask('SELECT "table", count(*) FROM README_columns GROUP BY 1')
        assert {name for (name, _) in described} == {
            name for one in layouts() for name in (one.type, *(link.name for link in one.links))
        }


def test_parquet_is_typed(offer: Offer) -> None:
    """Days are days, numbers numbers, lists lists; the file says of which release it is."""
    file = pq.ParquetFile(offer.newest / "claims.parquet")
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert types["time_earliest"] == "date32[day]"
    assert types["anchor_start"] == "int64"
    assert types["quantity_value"] == "double"
    assert types["topics"] == "list<element: string>"
    assert types["answers"] == "list<element: struct<question: string, position: string>>"
    metadata = file.schema_arrow.metadata
    assert metadata == {b"dataset": b"regatta", b"release": b"0.2.0", b"licence": b"CC-BY-4.0"}
