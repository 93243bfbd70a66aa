"""A package becomes the next release: from every form, on both engines, whole or not at all."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from dataset.cli import main
from dataset.importing.run import Options, load
from dataset.problems import Problems
from dataset.store.database import Database
from dataset.store.reading import history
from dataset.store.steps import LOAD, VERIFY, Refused
from tests.conftest import NewDatabase
from tests.importing.support import (
    SMALL,
    changed,
    describe,
    newest,
    rehearse,
    releases,
    without,
    write_lines,
    write_sheets,
    zipped,
)
from tests.store.support import Stop, contents, stopping_at
from tests.synthetic import Maker

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

GO = Options(withdraw=True)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """The small package as JSON Lines."""
    return write_lines(tmp_path / "lines", SMALL)


@pytest.fixture
def sqlite_url(new_database: NewDatabase) -> str:
    """An empty database, for tests of what is read."""
    return new_database("sqlite")


def test_every_form_gives_the_same_state(engine: str, new_database: NewDatabase, tmp_path: Path) -> None:
    """JSON Lines and CSV, plain and packed, in a folder and in a zip: one state, to the digest."""
    records = list(Maker(seed=5, claims=90).records())
    lines, sheets = write_lines(tmp_path / "l", records), write_sheets(tmp_path / "s", records)
    packed = tmp_path / "p"
    packed.mkdir()
    for file in sheets.iterdir():
        (packed / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    digests = set()
    for path in (lines, sheets, packed, zipped(lines), zipped(packed, inside="talks/")):
        url = new_database(engine)
        outcome = load(path, url, Options())
        assert (outcome.result, outcome.problems, outcome.version) == ("loaded", 0, "1.0.0")
        (release,) = releases(url)
        digests.add((release.sha256, json.dumps(release.manifest["types"])))
        assert sum(release.manifest["counts"].values()) == len(records)
    assert len(digests) == 1


def test_first_release(database_url: str, lines: Path) -> None:
    """Without a descriptor the first release is 1.0.0 and of today; its manifest is like any other."""
    outcome = load(lines, database_url, Options())
    (release,) = releases(database_url)
    assert (outcome.dataset, outcome.before, outcome.version) == ("harbour-talks", None, "1.0.0")
    assert (release.dataset, release.parent, release.date) == ("harbour-talks", None, str(datetime.now(UTC).date()))
    assert release.manifest["changes"] == {"added": len(SMALL), "changed": 0, "merged": 0, "withdrawn": 0}
    bodies = newest(database_url)
    assert json.loads(bodies["actors"]["bob"])["roles"][0]["time_earliest"] == "2031-07-01"
    assert set(bodies["claims"]) == {"gazette-1.c1"}


def test_descriptor_gives_version_and_day(sqlite_url: str, lines: Path) -> None:
    """The day is that of the time in UTC."""
    describe(lines, name="harbour-talks", version="2.4.0", created="2025-03-01T23:30:00-05:00")
    assert load(lines, sqlite_url, Options()).version == "2.4.0"
    assert releases(sqlite_url)[0].date == "2025-03-02"


def test_next_state(database_url: str, lines: Path, tmp_path: Path) -> None:
    """What differs is added, changed and withdrawn, with a reason; the version follows by the rule."""
    load(lines, database_url, Options())
    after = changed(
        without(SMALL, "topics", "trade-small"), "claims", "gazette-1.c1", topics=["trade"], hedge="perhaps"
    )
    after.append(("topics", {"id": "fishing", "label": "Fishing"}))
    outcome = load(write_lines(tmp_path / "next", after), database_url, GO)
    assert (outcome.result, outcome.before, outcome.version) == ("loaded", "1.0.0", "1.1.0")
    assert outcome.changes == {"added": 1, "changed": 1, "merged": 0, "withdrawn": 1}
    database = Database(database_url)
    with database.read() as connection:
        gone = history(connection, "topics", "trade-small")[-1]
        assert (gone.operation, gone.reason) == ("withdrawn", "Loaded from the package harbour-talks.")
        assert [event.operation for event in history(connection, "claims", "gazette-1.c1")] == ["added", "changed"]
    database.close()
    third = load(write_lines(tmp_path / "third", changed(after, "actors", "ada", note="Read again.")), database_url, GO)
    assert third.version == "1.1.1"


def test_reason_is_kept(sqlite_url: str, lines: Path, tmp_path: Path) -> None:
    """A reason that is given stands with each change."""
    load(lines, sqlite_url, Options())
    path = write_lines(tmp_path / "next", changed(SMALL, "actors", "ada", note="New."))
    load(path, sqlite_url, Options(reason="The registry was read again."))
    with Database(sqlite_url).read() as connection:
        assert history(connection, "actors", "ada")[-1].reason == "The registry was read again."


def test_withdrawal_is_told_first(database_url: str, lines: Path, tmp_path: Path) -> None:
    """What would be withdrawn is named, and nothing happens before it is agreed to."""
    load(lines, database_url, Options())
    before = contents(database_url)
    path = write_lines(tmp_path / "next", without(SMALL, "claims", "gazette-1.c1"))
    outcome = load(path, database_url, Options())
    assert (outcome.result, outcome.withdrawn) == ("withdraws", ["claims/gazette-1.c1"])
    assert contents(database_url) == before
    assert load(path, database_url, GO).result == "loaded"
    back = load(lines, database_url, GO)
    assert back.result == "rejected"
    assert [(one.record, one.message) for one in back.first] == [("gazette-1.c1", "ids are never used again")]


def test_same_package_again(database_url: str, lines: Path) -> None:
    """A package whose records the database holds is no release."""
    load(lines, database_url, Options())
    before = contents(database_url)
    assert load(lines, database_url, Options()).result == "unchanged"
    assert contents(database_url) == before


def test_other_dataset_is_refused(sqlite_url: str, lines: Path, tmp_path: Path) -> None:
    """One database, one dataset; whether the descriptor tells or the record."""
    load(lines, sqlite_url, Options())
    other = [("dataset", {"id": "other", "title": "Other"}), *SMALL[1:]]
    path = write_lines(tmp_path / "other", other)
    with pytest.raises(Refused, match="the package is of 'other', the database holds 'harbour-talks'"):
        load(path, sqlite_url, GO)
    with pytest.raises(Refused, match="other"):
        load(describe(path, name="other"), sqlite_url, GO)
    assert len(releases(sqlite_url)) == 1


@pytest.mark.parametrize(
    ("version", "said"),
    [("1.0.0", "1.1.0 or above"), ("1.0.9", "1.1.0 or above"), ("0.9.0", "1.1.0 or above")],
)
def test_version_must_follow(sqlite_url: str, lines: Path, tmp_path: Path, version: str, said: str) -> None:
    """A descriptor cannot take a smaller step than the change-set asks for."""
    load(lines, sqlite_url, Options())
    path = write_lines(tmp_path / "next", [*SMALL, ("topics", {"id": "new", "label": "New"})])
    with pytest.raises(Problems, match=said):
        load(describe(path, version=version), sqlite_url, GO)
    assert load(describe(path, version="3.0.0"), sqlite_url, GO).version == "3.0.0"


def test_date_must_follow(sqlite_url: str, lines: Path, tmp_path: Path) -> None:
    """A package is not older than what the database holds."""
    load(describe(lines, created="2025-01-01"), sqlite_url, Options())
    path = write_lines(tmp_path / "next", [*SMALL, ("topics", {"id": "new", "label": "New"})])
    with pytest.raises(Problems, match="before the last"):
        load(describe(path, created="2020-01-01"), sqlite_url, GO)


def test_all_or_nothing(database_url: str, lines: Path, tmp_path: Path) -> None:
    """One bad row keeps everything out; --keep-going leaves it out, and what refers to it."""
    load(lines, database_url, Options())
    before = contents(database_url)
    bad = [*changed(SMALL, "actors", "ada", note="New."), ("topics", {"id": "bad", "label": None})]
    bad.append(("topics", {"id": "below-bad", "label": "Below", "broader": "bad"}))
    path = write_lines(tmp_path / "bad", bad)
    outcome = load(path, database_url, GO)
    assert (outcome.result, outcome.problems, outcome.rejected) == ("rejected", 2, {"topics": 2})
    assert contents(database_url) == before
    outcome = load(path, database_url, Options(keep_going=True))
    assert (outcome.result, outcome.problems) == ("loaded", 2)
    assert outcome.changes["changed"] == 1
    assert set(newest(database_url)["topics"]) == {"trade", "trade-small"}


def test_rejected_rows_that_would_be_withdrawn(sqlite_url: str, lines: Path, tmp_path: Path) -> None:
    """A record that the database holds and whose row is rejected is withdrawn only when that is agreed to."""
    load(lines, sqlite_url, Options())
    path = write_lines(tmp_path / "bad", changed(SMALL, "claims", "gazette-1.c1", time="2031-13"))
    outcome = load(path, sqlite_url, Options(keep_going=True))
    assert (outcome.result, outcome.withdrawn, outcome.kept_out) == ("withdraws", ["claims/gazette-1.c1"], 1)


@pytest.mark.parametrize("step", [LOAD, VERIFY])
def test_failure_changes_nothing(database_url: str, lines: Path, tmp_path: Path, step: str) -> None:
    """Whatever ends a run, the database is as it was, and the next run succeeds."""
    load(lines, database_url, Options())
    before = contents(database_url)
    path = write_lines(tmp_path / "next", changed(SMALL, "actors", "ada", note="New."))
    with pytest.raises(Stop):
        load(path, database_url, GO, stopping_at(step))
    assert contents(database_url) == before
    assert load(path, database_url, GO).result == "loaded"


def test_rehearsal_changes_nothing(sqlite_url: str, lines: Path) -> None:
    """A rehearsal makes no database."""
    outcome, problems = rehearse(lines, sqlite_url)
    assert (outcome.result, outcome.version, problems) == ("rehearsed", "1.0.0", [])
    assert not Path(sqlite_url.removeprefix("sqlite:///")).exists()


def test_processes_give_the_same(sqlite_url: str, new_database: NewDatabase, tmp_path: Path) -> None:
    """Other processes that check change nothing in what is told and loaded."""
    records = [*Maker(seed=8, claims=600).records(), ("topics", {"id": "twice", "label": ""})]
    path, url = write_lines(tmp_path / "many", records), new_database("sqlite")
    one, first = rehearse(path, sqlite_url, jobs=1)
    two, second = rehearse(path, sqlite_url, jobs=2)
    assert first == second
    assert one.read == two.read
    load(path, sqlite_url, Options(keep_going=True, jobs=1))
    load(path, url, Options(keep_going=True, jobs=2))
    assert releases(url)[0].sha256 == releases(sqlite_url)[0].sha256


def test_command(sqlite_url: str, lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command says, and how it ends."""
    monkeypatch.setenv("ONRECORD_DATABASE_URL", sqlite_url)
    run = CliRunner()
    assert run.invoke(main, ["load", str(lines), "--dry-run"]).output.startswith("would load harbour-talks 1.0.0: 11")
    done = run.invoke(main, ["load", str(lines), "--json"])
    assert (done.exit_code, json.loads(done.output)["result"]) == (0, "loaded")
    assert "holds this already" in run.invoke(main, ["load", str(lines)]).output
    path = write_lines(tmp_path / "less", without(SMALL, "claims", "gazette-1.c1"))
    refused = run.invoke(main, ["load", str(path)])
    assert refused.exit_code == 1
    assert "  claims/gazette-1.c1\n" in refused.output
    assert "--yes withdraws, for good" in refused.output
    assert run.invoke(main, ["load", str(path), "--yes"]).output == (
        "1 record is withdrawn, for the package lacks it:\n  claims/gazette-1.c1\n"
        "loaded harbour-talks 1.1.0 after 1.0.0: 1 withdrawn\n"
    )
    with (path / "topics.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "Bad Id", "label": "Bad"}\n')
    report = tmp_path / "told.csv"
    bad = run.invoke(main, ["load", str(path), "--report", str(report)])
    assert bad.exit_code == 1
    assert f"{path / 'topics.jsonl'}:3: Bad Id: id: " in bad.output
    assert f"all of them in {report}" in bad.output
    assert report.read_text("utf-8").splitlines()[0] == "file,line,record,field,message,found,allowed"
