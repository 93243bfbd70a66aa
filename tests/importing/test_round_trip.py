"""Export, load into an empty database, export: the same records to the digest, through JSON Lines and through CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dataset.exports.building import build
from dataset.exports.index import read_index
from dataset.importing.choosing import Form
from dataset.importing.run import Options, load
from dataset.log import Release
from dataset.store.publishing import publish
from tests.conftest import NewDatabase
from tests.exports.support import awkward_log
from tests.importing.support import releases

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["made up", "awkward"])
def released(request: pytest.FixtureRequest, log: Sequence[Release]) -> Sequence[Release]:
    """A log, and one whose texts break what is not written with care."""
    return log if request.param == "made up" else awkward_log()


@pytest.fixture(scope="module")
def offered(released: Sequence[Release], new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of all its releases."""
    url, folder = new_database("sqlite"), tmp_path_factory.mktemp("offered")
    publish(url, released)
    build(url, folder)
    return folder


@pytest.mark.parametrize(
    "how", [("jsonl", "onrecord-{}.zip"), ("csv", "onrecord-{}.zip"), ("jsonl", ""), ("csv", "")], ids=str
)
def test_round_trip(
    released: Sequence[Release], offered: Path, database_url: str, tmp_path: Path, how: tuple[Form, str]
) -> None:
    """Every release goes round, from the archive and from the folder of the download."""
    last, (form, name) = released[-1], how
    outcome = load(offered / last.version / name.format(last.version), database_url, Options(form=form))
    assert (outcome.result, outcome.problems, outcome.version) == ("loaded", 0, last.version)
    (found,) = releases(database_url)
    assert found.sha256 == last.sha256
    assert found.manifest["types"] == last.manifest["types"]
    assert found.manifest["counts"] == last.manifest["counts"]
    assert (found.dataset, found.date) == (last.name, last.date)
    again = tmp_path / "again"
    build(database_url, again)
    before, after = read_index(offered, last.version), read_index(again, last.version)
    assert before is not None
    assert after is not None
    sums = {file.name: file.sha256 for file in after.files}
    same = [
        file for file in before.files if file.name.endswith((".jsonl", ".csv", ".json")) and "delta" not in file.name
    ]
    tables = [file for file in same if not file.name.startswith(("datapackage", "croissant"))]
    assert len(tables) > 30
    assert {file.name: file.sha256 for file in tables} == {file.name: sums[file.name] for file in tables}


def test_every_release_after_the_other(released: Sequence[Release], offered: Path, database_url: str) -> None:
    """The downloads of a history, loaded one after the other, give its states; versions are those of the packages."""
    for release in released:
        outcome = load(offered / release.version, database_url, Options(withdraw=True))
        assert (outcome.result, outcome.version) == ("loaded", release.version)
    assert [one.sha256 for one in releases(database_url)] == [one.sha256 for one in released]
