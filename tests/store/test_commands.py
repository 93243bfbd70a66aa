"""`onrecord publish` and `onrecord migrate` as an operator uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dataset.cli import main
from dataset.log import Release
from dataset.store.publishing import migrate, publish
from dataset.store.tables import HEAD
from tests.store.support import contents
from tests.store.victim import write_log
from tests.synthetic import make_log

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

#: Runs a command of the program with the made-up log and the database of the test.
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, log: Sequence[Release]) -> Path:
    return write_log(tmp_path_factory.mktemp("log"), list(log))


@pytest.fixture
def run(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ONRECORD_DATABASE_URL", database_url)
    monkeypatch.setenv("ONRECORD_RELEASES", str(folder))
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_the_first_publish_and_the_second(run: Run) -> None:
    first = run("publish")
    assert (first.exit_code, first.stderr) == (0, "")
    assert "now holds regatta 0.3.0 (loaded: 0.1.0, 0.2.0, 0.3.0)" in first.stdout
    second = run("publish")
    assert second.exit_code == 0
    assert "holds regatta 0.3.0 already" in second.stdout


def test_answers_for_programs(run: Run) -> None:
    answer = json.loads(run("publish", "--json").stdout)
    assert (answer["action"], answer["dataset"], answer["before"], answer["newest"]) == (
        "published",
        "regatta",
        None,
        "0.3.0",
    )
    assert answer["loaded"] == ["0.1.0", "0.2.0", "0.3.0"]
    assert json.loads(run("publish", "--json").stdout)["action"] == "none"
    assert json.loads(run("publish", "--if-empty", "--json").stdout) == {
        "action": "none",
        "dataset": "regatta",
        "message": "the database holds regatta 0.3.0",
        "newest": "0.3.0",
    }
    assert json.loads(run("migrate", "--json").stdout)["revision"] == HEAD


def test_if_empty_fills_an_empty_database_only(run: Run, database_url: str) -> None:
    migrate(database_url)
    assert "now holds regatta 0.3.0" in run("publish", "--if-empty").stdout
    before = contents(database_url)
    again = run("publish", "--if-empty")
    assert (again.exit_code, again.stdout) == (0, "the database holds regatta 0.3.0\n")
    assert contents(database_url) == before


def test_if_empty_tells_what_would_bring_it_up_to_date(run: Run, database_url: str, log: Sequence[Release]) -> None:
    publish(database_url, log[:2])
    behind = run("publish", "--if-empty")
    assert behind.stdout == (
        "the database holds regatta 0.2.0, the log is at 0.3.0: `onrecord publish` brings it up to date\n"
    )
    publish(database_url, log)
    migrate(database_url, revision="0001")
    older = run("publish", "--if-empty")
    assert "in older tables: `onrecord migrate` brings them up to date" in older.stdout
    assert (behind.exit_code, older.exit_code) == (0, 0)


def other_dataset() -> list[Release]:
    """The same records under another name."""
    from tests.synthetic import History, Maker

    history = History()
    maker = Maker(9, 20)
    records = [(type_, {**body, "id": "elections"} if type_ == "dataset" else body) for type_, body in maker.records()]
    history.release("1.0.0", [history.add(*record) for record in records])
    return history.releases


def test_another_dataset_is_left_alone(run: Run, database_url: str) -> None:
    publish(database_url, other_dataset())
    before = contents(database_url)
    quiet = run("publish", "--if-empty")
    assert (quiet.exit_code, quiet.stdout) == (0, "the database holds elections 1.0.0, not regatta; it is left alone\n")
    for arguments in (["publish"], ["publish", "--replace"]):
        loud = run(*arguments)
        assert loud.exit_code == 1
        assert "holds the dataset 'elections', the log is of 'regatta'" in loud.stderr
        assert "Traceback" not in loud.stderr
    assert contents(database_url) == before


def test_another_history_is_replaced_when_asked(run: Run, database_url: str) -> None:
    publish(database_url, make_log(seed=8, claims=40, releases=2))
    quiet, loud = run("publish", "--if-empty"), run("publish")
    assert quiet.exit_code == 0
    assert "`onrecord publish --replace` rebuilds" in quiet.stdout
    assert loud.exit_code == 1
    assert "`onrecord publish --replace` rebuilds" in loud.stderr
    assert "now holds regatta 0.3.0" in run("publish", "--replace").stdout


@pytest.mark.sqlite
def test_what_is_not_ours_is_left_alone(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    file = tmp_path / "theirs.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE letters (id INTEGER)")
    connection.close()
    monkeypatch.setenv("ONRECORD_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("ONRECORD_RELEASES", str(folder))
    quiet = CliRunner().invoke(main, ["publish", "--if-empty"])
    assert quiet.exit_code == 0
    assert "is left alone" in quiet.stdout


def test_mistakes_are_told_without_a_trace(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("migrate", "--to", "9").exit_code == 1
    monkeypatch.setenv("ONRECORD_RELEASES", str(tmp_path / "none"))
    empty = run("publish")
    assert (empty.exit_code, empty.stderr.splitlines()[0]) == (
        1,
        "error: the log holds no release: cut one with `onrecord release`",
    )
    monkeypatch.setenv("ONRECORD_DATABASE_URL", "mysql://me:secret@host/db")
    wrong = run("publish", "--json")
    assert wrong.exit_code == 1
    problems: list[dict[str, Any]] = json.loads(wrong.stdout)["problems"]
    assert "mysql" in problems[0]["message"]
    assert "secret" not in wrong.output


def test_migrate_there_and_back(run: Run) -> None:
    run("publish")
    assert f"schema {HEAD} -> 0001" in run("migrate", "--to", "0001").stdout
    assert f"schema 0001 -> {HEAD}" in run("migrate").stdout
    assert f"is at schema {HEAD} already" in run("migrate").stdout


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_second_start_costs_little(tmp_path: Path, folder: Path) -> None:
    """`make serve` asks at every start: no Alembic, no load, well under a second."""
    settings = {
        **os.environ,
        "ONRECORD_DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite",
        "ONRECORD_RELEASES": str(folder),
    }
    code = "import sys; from dataset.cli import main; main(standalone_mode=False); print('alembic' in sys.modules)"
    command = [sys.executable, "-c", code, "publish", "--if-empty"]
    subprocess.run(command, env=settings, check=True, capture_output=True)
    began = time.monotonic()
    done = subprocess.run(command, env=settings, check=True, capture_output=True, text=True)
    assert time.monotonic() - began < 3, "a generous bound for a busy machine; half a second is usual"
    assert done.stdout.splitlines() == ["the database holds regatta 0.3.0", "False"]
