"""A record is taken out of everything: the log, the database, the files, every answer; what is left is as it was."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import make_url

from dataset.canonical import digest
from dataset.cli import main
from dataset.exports.building import build
from dataset.log import Release, read_log, replay
from dataset.plan import Plan
from dataset.problems import Problems
from dataset.redacting import EMPTY, TELL, redact_log
from dataset.redactions import FILE, Redaction, remaining
from dataset.releasing import cut, write, write_changelog
from dataset.schemas import TYPES
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.reading import stored_releases
from tests.api.support import close, make_app, walk
from tests.conftest import NewDatabase
from tests.store.support import Stop, contents, stopping_at
from tests.store.victim import write_log
from tests.synthetic import History, Maker

pytestmark = pytest.mark.slow

#: Words that stand in the body of the victim alone.
SECRET = "Qxzzyq"
WHY = "The publisher objects."


def with_secret() -> list[Release]:
    """The releases of the made-up log, with a word of its own in one quote."""
    history = History()
    made = list(Maker(3, 80).records())
    for type, body in made:
        if (type, body["id"]) == ("quotes", "gazette-000000.q1"):
            body["text"] = f"{SECRET} at the pier"
    history.release("0.1.0", [history.add(*record) for record in made])
    victim = history.bodies["quotes"]["gazette-000000.q1"]
    claims = history.bodies["claims"]
    some = sorted(claims)[:5]
    changes = [history.change("quotes", {**victim, "note": f"{SECRET} again"})]
    changes += [history.change("claims", {**claims[id], "quotes": [victim["id"]]}) for id in some]
    history.release("0.2.0", changes)
    history.release("0.3.0", [history.change("claims", {**claims[some[0]], "note": "Read again."})])
    order = list(TYPES)
    made_releases = []
    for release in history.releases:  # in the order of the log on the disk
        held = tuple(sorted(release.held, key=lambda change: (order.index(change.type), change.id)))
        release.manifest["changes_sha256"] = digest(b"".join(change.line() for change in held))
        made_releases.append(replace(release, held=held))
    return made_releases


VICTIM = ("quotes", "gazette-000000.q1")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log, to be redacted."""
    folder = write_log(tmp_path / "log", with_secret())
    write_changelog(folder)
    return folder


@pytest.fixture
def run(database_url: str, log: Path, tmp_path: Path) -> Callable[..., Result]:
    """The program, on a published and built log."""
    publish(database_url, read_log(log))
    build(database_url, tmp_path / "files")
    environment = {
        "ONRECORD_DATABASE_URL": database_url,
        "ONRECORD_RECORDS": str(tmp_path / "records"),
        "ONRECORD_RELEASES": str(log),
        "ONRECORD_FILES": str(tmp_path / "files"),
    }
    return lambda *arguments: CliRunner(env=environment).invoke(main, arguments)


def holding(folder: Path) -> list[str]:
    """The files under a folder that hold the secret, unpacked where they are packed."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = [file.read_bytes()]
        if file.suffix == ".gz":
            texts.append(gzip.decompress(texts[0]))
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        if file.suffix == ".parquet":
            texts.append(str(pq.read_table(file).to_pylist()).encode())
        if any(SECRET.lower().encode() in text.lower() for text in texts):
            found.append(str(file.relative_to(folder)))
    return found


def test_it_is_gone_from_everything(run: Callable[..., Result], database_url: str, log: Path, tmp_path: Path) -> None:
    """Told first; then out of log, database and files, with nothing else changed; a second run does nothing."""
    files = tmp_path / "files"
    assert holding(log)
    assert len(holding(files)) > 10
    before = contents(database_url)
    told = run("redact", *VICTIM, "--reason", WHY)
    assert told.exit_code == 0, told.output
    assert "log: its body would be emptied in 0.1.0, 0.2.0, 0.3.0" in told.stdout
    assert "names it, and goes on naming it" in told.stdout
    assert "nothing was changed" in told.stdout
    assert contents(database_url) == before
    done = run("redact", *VICTIM, "--reason", WHY, "--yes")
    assert done.exit_code == 0, done.output
    assert "changed: log, database, files" in done.stdout
    assert (holding(log), holding(files)) == ([], [])
    if database_url.startswith("sqlite"):
        path = Path(str(make_url(database_url).database))
        assert SECRET.lower().encode() not in path.read_bytes().lower()
    after = contents(database_url)
    assert SECRET not in str(after)
    assert [row for row in before["quotes"] if row[1] != VICTIM[1]] == after["quotes"]
    assert after["claims"] == before["claims"]
    assert after["changes"] == before["changes"]
    verified = run("verify")
    assert verified.exit_code == 0, verified.output
    again = json.loads(run("redact", *VICTIM, "--reason", "Another.", "--yes", "--json").stdout)
    assert (again["changed"], again["done"]) == (False, [])
    assert WHY in again["redacted"]
    assert contents(database_url) == after


def test_the_log_alone_gives_the_same(
    run: Callable[..., Result], database_url: str, log: Path, new_database: NewDatabase
) -> None:
    """A redacted log that is published elsewhere, or over a database that holds the record, gives the same database."""
    engine = make_url(database_url).get_backend_name()
    older = new_database(engine)
    publish(older, read_log(log)[:2])
    run("redact", *VICTIM, "--reason", WHY, "--yes")
    redacted = read_log(log)
    assert replay(redacted).redacted.keys() == {VICTIM}
    fresh = new_database(engine)
    assert publish(fresh, redacted).loaded == ("0.1.0", "0.2.0", "0.3.0")
    publish(older, redacted)

    def without_rows(url: str) -> Any:
        held = contents(url)
        return {
            name: sorted(str(row[1:]) for row in rows) if name not in ("releases", "changes") else rows
            for name, rows in held.items()
            if "_" not in name and name != "search"
        }

    assert without_rows(fresh) == without_rows(database_url) == without_rows(older)
    assert publish(older, redacted).loaded == ()


def test_the_digests_are_kept_and_those_of_what_is_left_are_right(
    run: Callable[..., Result], log: Path, tmp_path: Path
) -> None:
    """The manifest on the disk is as it was; what is left can be checked with `sha256sum` as ever."""
    manifests = {one.version: (log / one.version / "manifest.json").read_bytes() for one in read_log(log)}
    digests = [change.digest for change in read_log(log)[0].changes if (change.type, change.id) == VICTIM]
    run("redact", *VICTIM, "--reason", WHY, "--yes")
    for release in read_log(log):
        assert (log / release.version / "manifest.json").read_bytes() == manifests[release.version]
        place = tmp_path / "files" / release.version
        whole = b"".join(
            file.read_bytes() for file in sorted(place.glob("*.jsonl")) if not file.name.startswith("delta")
        )
        assert hashlib.sha256(whole).hexdigest() == remaining(release.manifest)["sha256"] == release.sha256
        assert release.sha256 != release.manifest["sha256"]
        package = json.loads((place / "datapackage.json").read_text())
        assert [(one["type"], one["id"], one["reason"]) for one in package["redactions"]] == [(*VICTIM, WHY)]
        assert WHY in (place / "README.md").read_text()
        references = {
            key["reference"]["resource"]
            for resource in package["resources"]
            for key in resource.get("schema", {}).get("foreignKeys", [])
            if key["fields"] != ["quote"]
        }
        assert "quotes" not in references
        assert "sources" in references
    change = next(one for one in read_log(log)[0].changes if (one.type, one.id) == VICTIM)
    assert (change.body, [change.digest]) == (None, digests)
    assert WHY in (log / "CHANGELOG.md").read_text()


@pytest.mark.sqlite
@pytest.mark.parametrize("step", [TELL, EMPTY])
def test_a_log_whose_redaction_was_stopped(log: Path, step: str) -> None:
    """Before it is told nothing is changed; afterwards nobody reads the body, and the next run empties the files."""
    wanted = Redaction(*VICTIM, "2032-02-01", WHY)
    with pytest.raises(Stop):
        redact_log(log, wanted, stopping_at(step))
    if step == TELL:
        assert replay(read_log(log)).redacted == {}
        assert not (log / FILE).exists()
    else:
        assert holding(log) != []
        assert replay(read_log(log)).redacted == {VICTIM: wanted}
    assert redact_log(log, wanted)
    assert holding(log) == []
    assert not redact_log(log, wanted)


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
def test_what_cannot_be_redacted(run: Callable[..., Result], log: Path) -> None:
    for arguments, message in [
        (("quotes", "nowhere.q1", "--reason", WHY), "there is no such record"),
        (("quotes", VICTIM[1], "--reason", "  "), "a redaction needs a reason"),
        (("dataset", "regatta", "--reason", WHY), "is not one of"),
        (VICTIM, "Missing option '--reason'"),
    ]:
        done = run("redact", *arguments, "--yes")
        assert done.exit_code in (1, 2)
        assert message in done.output
    assert not (log / FILE).exists()


@pytest.fixture
def client(run: Callable[..., Result], database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """A service over it, which compares every answer with the document."""
    app = make_app(database_url, tmp_path / "files")
    yield app.test_client()
    close(app)


def test_the_service_answers_451(run: Callable[..., Result], client: FlaskClient) -> None:
    """In every release that held it; lists, searches, histories, differences and changes go on without its words."""
    path = f"/v1/quotes/{VICTIM[1]}"
    ids = [one["id"] for one in client.get("/v1/quotes?limit=500&release=0.1.0").get_json()["data"]]
    size = ids.index(VICTIM[1]) + 1  # a page that ends with it
    pinned = client.get(f"/v1/quotes?limit={size}&release=0.1.0")
    assert SECRET in pinned.get_data(as_text=True)
    cursor = pinned.get_json()["page"]["next"]
    assert client.get(path).status_code == 200
    assert client.get("/v1/releases/0.1.0/files/quotes.jsonl").status_code == 200
    done = run("redact", *VICTIM, "--reason", WHY, "--yes")
    assert done.exit_code == 0, done.output
    if "postgresql" in str(client.application.extensions["onrecord"].url):
        time.sleep(1.1)  # what is known of the releases is a second old at most
    for release in ("", "?release=0.1.0", "?release=0.2.0", "?release=0.3.0"):
        answer = client.get(f"{path}{release}")
        told = answer.get_json()
        assert (answer.status_code, told["type"], told["reason"]) == (451, "/problems/redacted-record", WHY)
        assert told["redacted_on"]
    assert client.get("/v1/quotes/gazette-000000.q99").status_code == 404
    address = f"/v1/quotes?limit={size}&release=0.1.0"
    again = client.get(address, headers={"If-None-Match": pinned.headers["ETag"]})
    assert [one["id"] for one in again.get_json()["data"]] == [*ids[: size - 1], ids[size]]
    assert client.get(f"{address}&cursor={cursor}").get_json()["data"][0]["id"] == ids[size]
    for address in (
        "/v1/quotes?limit=500", "/v1/quotes?limit=500&release=0.1.0", "/v1/changes?limit=500",
        f"/v1/quotes/{VICTIM[1]}/history", "/v1/releases/0.1.0/diff/0.2.0?limit=500",
        "/v1/releases/0.2.0/diff/0.1.0?limit=500",
        f"/v1/search?q={SECRET}", f"/v1/quotes?q={SECRET}&release=0.2.0", "/v1/claims?limit=500", "/v1/releases",
    ):  # fmt: skip
        for page in walk(client, address):
            assert SECRET.lower() not in page.get_data(as_text=True).lower().replace(f"q={SECRET}".lower(), "")
    history = client.get(f"{path}/history").get_json()["data"]
    assert [one["operation"] for one in history] == ["added", "changed"]
    release = client.get("/v1/releases/0.2.0").get_json()
    assert [one["id"] for one in release["redacted"]["records"]] == [VICTIM[1]]
    lines = client.get("/v1/releases/0.2.0/files/quotes.jsonl")
    assert lines.status_code == 200
    listed = [one["id"] for page in walk(client, "/v1/quotes?release=0.2.0") for one in page.get_json()["data"]]
    assert [json.loads(line)["id"] for line in lines.get_data().splitlines()] == listed


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
@pytest.mark.parametrize("type", ["sources", "claims", "events", "actors", "places", "topics", "questions"])
def test_any_type_leaves_the_service_whole(type: str, run: Callable[..., Result], client: FlaskClient) -> None:
    """Whatever names a record that is gone is answered all the same."""
    id = client.get(f"/v1/{type}?limit=1").get_json()["data"][0]["id"]
    done = run("redact", type, id, "--reason", WHY, "--yes")
    assert done.exit_code == 0, done.output
    assert client.get(f"/v1/{type}/{id}").status_code == 451
    assert run("verify").exit_code == 0
    for other in ("sources", "quotes", "claims", "events", "actors", "places", "topics", "questions"):
        for record in client.get(f"/v1/{other}?limit=20").get_json()["data"]:
            assert client.get(f"/v1/{other}/{record['id']}").status_code == 200


def test_a_release_after_a_redaction(run: Callable[..., Result], database_url: str, log: Path) -> None:
    """The state goes on without the record; its id is never used again, and is answered with 451."""
    run("redact", *VICTIM, "--reason", WHY, "--yes")
    releases = read_log(log)
    state = {type: dict(records) for type, records in replay(releases).state.items()}
    state["topics"]["later"] = b'{"id":"later","label":"Later"}'
    write(log, cut(releases, state, Plan(notes="Later."), name="regatta", date="2032-03-01"))
    publish(database_url, read_log(log))
    with closing(Database(database_url)) as database, database.read() as connection:
        newest = stored_releases(connection)[-1]
    assert newest.manifest["counts"]["quotes"] == len(state["quotes"])
    assert "redacted" not in newest.manifest
    app = make_app(database_url)
    assert app.test_client().get(f"/v1/quotes/{VICTIM[1]}").status_code == 451
    close(app)
    state["quotes"][VICTIM[1]] = next(one for one in with_secret()[0].held if one.id == VICTIM[1]).data()
    with pytest.raises(Problems, match="the record was redacted"):
        cut(read_log(log), state, Plan(notes="Again."), name="regatta", date="2032-03-02")
