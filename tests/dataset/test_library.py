"""The log from Python: typed records, any version, nothing but the files."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest

import dataset
from dataset.bodies import Claim
from dataset.exports.arrow import table_schema
from dataset.library import Records, UnknownRelease
from dataset.log import read_log
from dataset.plan import Plan
from dataset.records import read_records
from dataset.releasing import cut, state_of, write


@pytest.fixture
def log(folder: Path, tmp_path: Path) -> Path:
    """A log of two releases; the second changes the first claim."""
    path = tmp_path / "releases"
    for plan, old, new in [
        (Plan(notes="First."), "", ""),
        (Plan(notes="Second.", reasons={("claims", "gazette-1.c1"): "Shorter."}), "More than 40", "Over 40"),
    ]:
        file = folder / "sources" / "gazette-1.yaml"
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
        records, _ = read_records(folder)
        write(path, cut(read_log(path), state_of(records.bodies), plan, name="harbour-talks", date="2021-05-04"))
    return path


def test_any_release_by_version(log: Path) -> None:
    assert dataset.releases(log=log) == ["0.1.0", "0.1.1"]
    first, newest = dataset.release("0.1.0", log=log), dataset.release(log=log)
    assert newest.version == "0.1.1"
    assert repr(newest) == "<release 0.1.1 of harbour-talks, 2021-05-04>"
    assert first.claims()[0]["statement"].startswith("More than 40")
    assert [claim["statement"][:7] for claim in newest.claims()] == ["Over 40", "30 ship"]
    assert newest.claims()[0:1][0]["id"] == "gazette-1.c1"
    assert len(newest.actors()) == newest.manifest["counts"]["actors"] == 4
    assert newest.dataset()["title"] == "The harbour talks"


def test_a_record_by_id_and_a_type_by_name(log: Path) -> None:
    newest = dataset.release(log=log)
    found = newest.actors().get("ada")
    assert found is not None
    assert found["name"] == "Ada"
    assert newest.actors().get("eve") is None
    assert [record["id"] for record in newest.records("topics")] == ["trade"]
    with pytest.raises(KeyError, match="allowed: actors"):
        newest.records("ships")
    assert b"".join(newest.topics().jsonl()).endswith(b'"label":"Trade"}\n')


def test_an_unknown_release_names_those_there_are(log: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownRelease, match=r"found '9\.9\.9'; allowed: 0\.1\.0, 0\.1\.1"):
        dataset.release("9.9.9", log=log)
    with pytest.raises(UnknownRelease, match="none yet"):
        dataset.release(log=tmp_path / "nowhere")


@pytest.mark.slow  # pandas and Polars take a second to import
def test_tables_hold_what_the_records_hold(log: Path) -> None:
    """The columns of the Parquet file, typed; pandas and Polars keep whole numbers, days, lists and what is absent."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    claims = dataset.release(log=log).claims()
    table = claims.arrow()
    assert table.schema.equals(table_schema("claims"))
    assert table.column("id").to_pylist() == [claim["id"] for claim in claims]
    assert table.column("statement").to_pylist() == [claim["statement"] for claim in claims]
    assert [found or [] for found in table.column("topics").to_pylist()] == [c.get("topics", []) for c in claims]
    starts = [claim["anchor"]["start"] if "anchor" in claim else None for claim in claims]
    frame, other = claims.pandas(), claims.polars()
    for found in (frame, other):
        assert list(found.columns) == table.schema.names
        assert len(found) == len(claims)
    assert [None if start is pandas.NA else start for start in frame["anchor_start"]] == starts
    assert other["anchor_start"].to_list() == starts
    assert other["time_earliest"].dtype == polars.Date
    assert frame["time_earliest"].dtype == pandas.ArrowDtype(pa.date32())
    assert other.to_arrow().column("statement").to_pylist() == table.column("statement").to_pylist()


@pytest.mark.slow
def test_a_type_without_records_is_a_table_without_rows() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    empty: Records[Claim] = Records("claims", {})
    assert empty.arrow().num_rows == len(empty.pandas()) == len(empty.polars()) == 0
    assert list(empty.pandas().columns) == table_schema("claims").names


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_library_that_is_not_installed_is_named(name: str, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=f"wants {name}: run `pip install {name}`"):
        getattr(dataset.release(log=log).claims(), name)()
