"""`onrecord build` and `onrecord verify` as an operator meets them: what they say, and how they end."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dataset.canonical import canonical
from dataset.cli import main
from dataset.exports.verifying import verify
from dataset.log import Release
from tests.exports.conftest import Offer

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow


def write_log(folder: Path, releases: list[Release]) -> None:
    """A log on the disk, without digests of its change-sets."""
    for release in releases:
        (folder / release.version).mkdir(parents=True)
        (folder / release.version / "manifest.json").write_text(json.dumps(release.manifest), "utf-8")
        changes = b"".join(change.line() for change in release.changes)
        (folder / release.version / "changes.jsonl").write_bytes(changes)


@pytest.fixture
def settings(small_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a small database with its log; the folder of its files."""
    write_log(tmp_path / "log", list(_log()))
    monkeypatch.setenv("ONRECORD_DATABASE_URL", small_url)
    monkeypatch.setenv("ONRECORD_RELEASES", str(tmp_path / "log"))
    monkeypatch.setenv("ONRECORD_FILES", str(tmp_path / "files"))
    return tmp_path / "files"


def _log() -> list[Release]:
    from tests.exports.support import awkward_log

    return awkward_log()


def run(*arguments: str) -> Result:
    """A command, to its end."""
    return CliRunner().invoke(main, list(arguments))


def problems(*arguments: str) -> list[dict[str, str]]:
    """What `onrecord verify` finds, which must be something."""
    result = run("verify", "--json", *arguments)
    assert result.exit_code == 1, result.output
    found: list[dict[str, str]] = json.loads(result.stdout)["problems"]
    return found


def test_build_says_what_it_made(settings: Path) -> None:
    """The versions, as text and as JSON; the second time that there is nothing to do; a wrong version is refused."""
    assert run("build", "0.1.0").output == f"{settings} now holds the files of 0.1.0\n"
    answer = json.loads(run("build", "--json").stdout)
    assert answer == {"folder": str(settings), "built": ["0.2.0"], "kept": ["0.1.0"]}
    assert run("build").output == f"{settings} holds the files of 0.1.0, 0.2.0 already\n"
    refused = run("build", "1.0.0")
    assert refused.exit_code == 1
    assert "no release '1.0.0'; allowed: 0.1.0, 0.2.0" in refused.output


def test_all_is_as_it_was_made(settings: Path) -> None:
    """Database, log and files are sound; a release without files is no mistake."""
    run("build", "0.2.0")
    result = run("verify")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "0.1.0: 129 records, no files built",
        "0.2.0: 129 records, 101 files",
        "all as they were made",
    ]
    assert json.loads(run("verify", "--json", "0.1.0").stdout) == {
        "problems": [],
        "releases": [{"version": "0.1.0", "records": 129, "files": None}],
    }


def test_no_database_is_told(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both commands say which command makes one."""
    monkeypatch.setenv("ONRECORD_DATABASE_URL", f"sqlite:///{settings}/nowhere.sqlite")
    for command in ("build", "verify"):
        result = run(command)
        assert result.exit_code == 1
        assert "onrecord publish" in result.output


def test_damaged_files_are_named(settings: Path) -> None:
    """One byte changed, one file lost, one too many; `build --force` mends it all."""
    run("build", "0.2.0")
    folder = settings / "0.2.0"
    data = bytearray((folder / "claims.parquet").read_bytes())
    data[100] ^= 1
    (folder / "claims.parquet").write_bytes(data)
    (folder / "topics.csv").unlink()
    (folder / "extra").touch()
    found = problems("0.2.0")
    assert [Path(problem["file"]).name for problem in found] == ["extra", "claims.parquet", "topics.csv"]
    assert "onrecord build --force 0.2.0" in found[1]["message"]
    (folder / "extra").unlink()
    run("build", "--force", "0.2.0")
    assert run("verify").exit_code == 0


def test_checksums_that_lie_are_found(settings: Path) -> None:
    """SHA256SUMS is held against the index, even where the index knows its digest."""
    run("build", "0.2.0")
    sums = settings / "0.2.0" / "SHA256SUMS"
    sums.write_text(sums.read_text("utf-8").replace("0", "1", 1), "utf-8")
    assert [Path(problem["file"]).name for problem in problems()] == ["SHA256SUMS"]


def test_files_of_another_state_are_found(settings: Path) -> None:
    """Files that were built of another state than the database holds, and an index that cannot be read."""
    run("build", "0.2.0")
    index = settings / "0.2.0" / "index.json"
    text = index.read_text("utf-8")
    sha256 = json.loads(text)["sha256"]
    index.write_text(text.replace(sha256, "0" * 64), "utf-8")
    assert "another state" in problems()[0]["message"]
    index.write_text("[]", "utf-8")
    assert "not a readable index" in problems()[0]["message"]


def test_a_damaged_database_is_found(settings: Path, small_url: str) -> None:
    """A record that is not what it was, and a change that is not; both are told with both digests."""
    with closing(sqlite3.connect(small_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE topics SET body = replace(body, 'Later', 'Never')")
        database.commit()
    messages = [problem["message"] for problem in problems()]
    assert messages == ["another digest of topics", "another digest of the state"]
    with closing(sqlite3.connect(small_url.removeprefix("sqlite:///"))) as database:
        database.execute("DELETE FROM topics WHERE id = 'later'")
        database.commit()
    assert "another number of topics" in [problem["message"] for problem in problems("0.2.0")]


def test_a_damaged_log_is_found(settings: Path, tmp_path: Path) -> None:
    """A manifest that is not the one in the database, a change-set that is not the one of its manifest."""
    file = tmp_path / "log" / "0.2.0" / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**manifest, "changes_sha256": "0" * 64}), "utf-8")
    found = [problem["message"] for problem in problems()]
    assert found == ["another manifest than in the database", "another digest than its manifest gives"]
    file.write_bytes(canonical({**manifest, "notes": "Other."}))
    assert [problem["message"] for problem in problems()] == ["another manifest than in the database"]
    (tmp_path / "log" / "0.2.0" / "changes.jsonl").unlink()
    assert problems()[1]["message"].startswith("cannot be read")


def test_a_log_of_another_dataset_is_nobodys(offer: Offer, tmp_path: Path) -> None:
    """What was loaded from elsewhere has no entry in this log, whatever the versions in it are."""
    log = tmp_path / "log"
    write_log(log, _log())
    for release in ("0.1.0", "0.2.0"):
        file = log / release / "manifest.json"
        file.write_text(file.read_text("utf-8").replace("regatta", "other"), "utf-8")
    shutil.rmtree(tmp_path / "files", ignore_errors=True)
    assert verify(offer.url, tmp_path / "files", log).errors == []
