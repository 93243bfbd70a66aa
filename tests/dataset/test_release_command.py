"""`onrecord release` as a curator uses it: the log first, then the database and the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dataset.cli import main
from dataset.exports.index import read_index
from dataset.log import read_log
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.reading import stored_releases
from tests.synthetic import make_log

pytestmark = pytest.mark.slow

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, folder: Path, tmp_path: Path) -> Run:
    """The program on a folder of records, with an empty log, an empty database and no files."""
    environment = {
        "ONRECORD_DATABASE_URL": database_url,
        "ONRECORD_RECORDS": str(folder),
        "ONRECORD_RELEASES": str(tmp_path / "log"),
        "ONRECORD_FILES": str(tmp_path / "files"),
        "ONRECORD_TEXTS": "",
    }
    return lambda *arguments: CliRunner(env=environment).invoke(main, arguments)


def held(url: str) -> list[str]:
    """The versions in a database."""
    with closing(Database(url)) as database, database.read() as connection:
        return [release.version for release in stored_releases(connection)]


def test_a_release_is_offered_before_the_command_ends(
    run: Run, database_url: str, folder: Path, tmp_path: Path
) -> None:
    first = run("release", "--notes", "The first ships.")
    assert (first.exit_code, first.stderr) == (0, "")
    assert "0.1.0 is released" in first.stdout
    assert f"{tmp_path / 'files'} now holds its files" in first.stdout
    assert held(database_url) == ["0.1.0"]
    index = read_index(tmp_path / "files", "0.1.0")
    assert index is not None
    assert index.sha256 == read_log(tmp_path / "log")[0].sha256
    with (folder / "topics.yaml").open("a") as topics:
        topics.write("- id: ships\n  label: Ships\n")
    second = json.loads(run("release", "--notes", "A topic.", "--json").stdout)
    assert second["offered"] == {
        "database": second["offered"]["database"],
        "files": str(tmp_path / "files"),
        "problem": None,
    }
    assert held(database_url) == ["0.1.0", "0.2.0"]
    assert read_index(tmp_path / "files", "0.2.0") is not None


def test_the_log_alone(run: Run, tmp_path: Path) -> None:
    assert run("release", "--notes", "The first ships.", "--dry-run").exit_code == 0
    assert not (tmp_path / "log").exists()
    done = run("release", "--notes", "The first ships.", "--log-only")
    assert done.exit_code == 0
    assert not (tmp_path / "files").exists()
    assert "`onrecord publish` and `onrecord build` offer it" in done.stdout
    assert [release.version for release in read_log(tmp_path / "log")] == ["0.1.0"]
    assert (run("publish").exit_code, run("build").exit_code) == (0, 0)


def test_what_cannot_be_offered_is_in_the_log_all_the_same(run: Run, database_url: str, tmp_path: Path) -> None:
    """The database holds another dataset; then the folder of files cannot be made."""
    publish(database_url, make_log(claims=5, releases=1))
    done = run("release", "--notes", "The first ships.")
    assert done.exit_code == 1
    assert "0.1.0 is released" in done.stdout
    assert "it is in the log, but is not in the database: the database holds the dataset 'regatta'" in done.stderr
    assert "`onrecord publish` and `onrecord build` will do the rest" in done.stderr
    assert [release.version for release in read_log(tmp_path / "log")] == ["0.1.0"]


@pytest.mark.sqlite
def test_a_release_without_room_for_its_files(run: Run, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    done = run("release", "--notes", "The first ships.")
    assert done.exit_code == 1
    assert "now holds it" in done.stdout
    assert "it is in the log, but has no files: " in done.stderr
    assert "`onrecord build` will do the rest" in done.stderr
    assert held(database_url) == ["0.1.0"]
