"""A download of a redacted release goes round; a redacted id comes back by no package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dataset.exports.building import build
from dataset.importing.choosing import Form
from dataset.importing.run import Options, Outcome, load
from dataset.log import read_log
from dataset.problems import Problems
from dataset.redacting import redact_log
from dataset.store.publishing import publish
from dataset.store.steps import Refused
from tests.api.support import close, make_app
from tests.conftest import NewDatabase
from tests.importing.support import problems_of, releases
from tests.redacting.support import VICTIM, WANTED, WHY, with_secret
from tests.store.support import contents

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def offered(pristine: Path, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the releases, of which a quote was taken out that claims name."""
    folder = tmp_path_factory.mktemp("offered")
    log = shutil.copytree(pristine, folder / "log")
    redact_log(log, WANTED)
    url = new_database("sqlite")
    publish(url, read_log(log))
    build(url, folder / "files", ["0.1.0", "0.2.0"])
    return folder / "files"


def lines_of(package: Path, folder: Path) -> Path:
    """The JSON Lines of a download, with its descriptor, to be bent; without the digests of the files."""
    folder.mkdir()
    for file in package.glob("*.jsonl"):
        if not file.name.startswith("delta"):
            shutil.copy(file, folder)
    described = json.loads((package / "datapackage.json").read_text())
    del described["resources"]
    (folder / "datapackage.json").write_text(json.dumps(described))
    return folder


def put(folder: Path, version: str) -> None:
    """Put the victim into a package, as the next version."""
    body = next(change.data() for change in with_secret()[0].held if (change.type, change.id) == VICTIM)
    with (folder / "quotes.jsonl").open("ab") as file:
        file.write(body + b"\n")
    described = json.loads((folder / "datapackage.json").read_text())
    (folder / "datapackage.json").write_text(json.dumps({**described, "version": version}))


def refused(outcome: Outcome) -> list[tuple[str | None, str | None, str, str | None]]:
    """Record, field, message and finding of each mistake."""
    return [(one.record, one.field, one.message, one.found) for one in problems_of(outcome)]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_round_trip(offered: Path, form: Form, new_database: NewDatabase, tmp_path: Path) -> None:
    """Records, digests, figures and redactions of each release come back, and the same tables are made of them."""
    url = new_database("sqlite")
    for version in ("0.1.0", "0.2.0"):
        outcome = load(offered / version / f"onrecord-{version}.zip", url, Options(form=form))
        assert (outcome.result, outcome.problems, outcome.version) == ("loaded", 0, version)
    again = tmp_path / "again"
    build(url, again, ["0.2.0"])
    for release in releases(url)[1:]:
        place, made = offered / release.version, again / release.version
        before, after = (json.loads((one / "datapackage.json").read_text()) for one in (place, made))
        assert after["redactions"] == before["redactions"] == release.manifest["redacted"]["records"]
        assert after["resources"] == before["resources"]  # with the digest of every table, and its keys
        for name in ("claims.jsonl", "claims_quotes.csv", "claims.parquet"):
            assert (made / name).read_bytes() == (place / name).read_bytes()
    app = make_app(url)
    answer = app.test_client().get(f"/v1/quotes/{VICTIM[1]}")
    assert (answer.status_code, answer.get_json()["reason"]) == (451, WHY)
    close(app)


def test_without_the_descriptor_references_dangle(offered: Path, new_database: NewDatabase, tmp_path: Path) -> None:
    """Nobody says then that the record was ever there."""
    folder = lines_of(offered / "0.2.0", tmp_path / "bare")
    (folder / "datapackage.json").unlink()
    told = problems_of(load(folder, new_database("sqlite"), Options()))
    assert {one.message for one in told} == {"there is no such record among the quotes"}
    assert {one.found for one in told} == {f"'{VICTIM[1]}'"}


def test_a_redacted_id_is_not_used_again(offered: Path, new_database: NewDatabase, tmp_path: Path) -> None:
    """Neither where the package itself says so, nor where the database does."""
    url = new_database("sqlite")
    fate = f"redacted on {WANTED.date}: {WHY}"
    expected = [(VICTIM[1], "id", "ids are never used again", fate)]
    folder = lines_of(offered / "0.2.0", tmp_path / "contradicting")
    put(folder, "0.2.0")
    own = load(folder, url, Options())
    assert own.result == "rejected"
    assert expected[0] in refused(own)
    load(offered / "0.2.0", url, Options())
    before = contents(url)
    described = json.loads((folder / "datapackage.json").read_text())
    (folder / "datapackage.json").write_text(json.dumps({**described, "version": "0.3.0", "redactions": []}))
    later = load(folder, url, Options())
    assert later.result == "rejected"
    assert expected[0] in refused(later)
    place = problems_of(later)[0]
    assert (Path(str(place.file)).name, place.line) == (
        "quotes.jsonl",
        len((folder / "quotes.jsonl").read_bytes().splitlines()),
    )
    assert contents(url) == before


def test_a_database_that_holds_the_record(pristine: Path, offered: Path, new_database: NewDatabase) -> None:
    """It is not withdrawn in passing, for that would leave its words in the releases before."""
    url = new_database("sqlite")
    publish(url, read_log(pristine)[:1])
    with pytest.raises(Refused, match=f"onrecord redact quotes {VICTIM[1]}"):
        load(offered / "0.2.0", url, Options(withdraw=True))


@pytest.mark.parametrize(
    "one", ["q1", {"type": "quotes"}, {"type": "dataset", "id": "a", "date": "2032-02-01", "reason": "x"},
            {"type": "quotes", "id": "a.q1", "date": "soon", "reason": "x"}],
)  # fmt: skip
def test_what_is_no_redaction(one: object, offered: Path, new_database: NewDatabase, tmp_path: Path) -> None:
    folder = lines_of(offered / "0.2.0", tmp_path / "odd")
    (folder / "datapackage.json").write_text(json.dumps({"name": "regatta", "redactions": [one]}))
    with pytest.raises(Problems) as told:
        load(folder, new_database("sqlite"), Options())
    assert [problem.field for problem in told.value.problems] == ["redactions.0"]
