"""What the tests of redaction share: the log on the disk, and the program over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from dataset.cli import main
from dataset.exports.building import build
from dataset.log import read_log
from dataset.releasing import write_changelog
from dataset.store.publishing import publish
from tests.api.support import close, make_app
from tests.redacting.support import with_secret
from tests.store.victim import write_log

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log, to be copied."""
    folder = write_log(tmp_path_factory.mktemp("secret") / "log", with_secret())
    write_changelog(folder)
    return folder


@pytest.fixture
def log(pristine: Path, tmp_path: Path) -> Path:
    """The log, to be redacted."""
    return shutil.copytree(pristine, tmp_path / "log")


@pytest.fixture
def bare_run(database_url: str, log: Path, tmp_path: Path) -> Run:
    """The program, on a published log without files."""
    publish(database_url, read_log(log))
    environment = {
        "ONRECORD_DATABASE_URL": database_url,
        "ONRECORD_RECORDS": str(tmp_path / "records"),
        "ONRECORD_RELEASES": str(log),
        "ONRECORD_FILES": str(tmp_path / "files"),
    }
    return lambda *arguments: CliRunner(env=environment).invoke(main, arguments)


@pytest.fixture
def run(bare_run: Run, database_url: str, tmp_path: Path) -> Run:
    """The program, on a published log; its second release has files."""
    build(database_url, tmp_path / "files", ["0.2.0"])
    return bare_run


@pytest.fixture
def client(bare_run: Run, database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """A service over it, which compares every answer with the document."""
    app = make_app(database_url, tmp_path / "files")
    yield app.test_client()
    close(app)
