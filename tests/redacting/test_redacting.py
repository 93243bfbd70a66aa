"""A record is taken out of everything: the log, the database, the files; what is left is as it was."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from dataset.log import read_log, replay
from dataset.plan import Plan
from dataset.problems import Problems
from dataset.redacting import EMPTY, TELL, redact_log
from dataset.redactions import FILE, remaining
from dataset.releasing import cut, write
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.reading import stored_releases
from tests.api.support import close, make_app
from tests.conftest import NewDatabase
from tests.redacting.conftest import Run
from tests.redacting.support import SECRET, VICTIM, WANTED, WHY, holding, with_secret
from tests.store.support import Stop, contents, stopping_at

pytestmark = pytest.mark.slow


def test_it_is_gone_from_everything(run: Run, database_url: str, log: Path, tmp_path: Path) -> None:
    """Told first; then out of log, database and files, with nothing else changed; a second run does nothing."""
    files = tmp_path / "files"
    assert holding(log)
    assert len(holding(files)) >= 10
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


def test_the_log_alone_gives_the_same(bare_run: Run, database_url: str, log: Path, new_database: NewDatabase) -> None:
    """A redacted log that is published elsewhere, or over a database that holds the record, gives the same database."""
    engine = make_url(database_url).get_backend_name()
    older = new_database(engine)
    publish(older, read_log(log)[:2])
    bare_run("redact", *VICTIM, "--reason", WHY, "--yes")
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


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
def test_the_digests_are_kept_and_those_of_what_is_left_are_right(run: Run, log: Path, tmp_path: Path) -> None:
    """The manifest on the disk is as it was; what is left can be checked with `sha256sum` as ever."""
    manifests = {one.version: (log / one.version / "manifest.json").read_bytes() for one in read_log(log)}
    digests = [change.digest for change in read_log(log)[0].changes if (change.type, change.id) == VICTIM]
    run("redact", *VICTIM, "--reason", WHY, "--yes")
    for release in read_log(log):
        assert (log / release.version / "manifest.json").read_bytes() == manifests[release.version]
        assert release.sha256 == remaining(release.manifest)["sha256"] != release.manifest["sha256"]
        place = tmp_path / "files" / release.version
        if release.version != "0.2.0":  # the one that has files
            continue
        whole = b"".join(
            file.read_bytes() for file in sorted(place.glob("*.jsonl")) if not file.name.startswith("delta")
        )
        assert hashlib.sha256(whole).hexdigest() == release.sha256
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
    with pytest.raises(Stop):
        redact_log(log, WANTED, stopping_at(step))
    if step == TELL:
        assert replay(read_log(log)).redacted == {}
        assert not (log / FILE).exists()
    else:
        assert holding(log) != []
        assert replay(read_log(log)).redacted == {VICTIM: WANTED}
    assert redact_log(log, WANTED)
    assert holding(log) == []
    assert not redact_log(log, WANTED)


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
def test_what_cannot_be_redacted(bare_run: Run, log: Path) -> None:
    for arguments, message in [
        (("quotes", "nowhere.q1", "--reason", WHY), "there is no such record"),
        (("quotes", VICTIM[1], "--reason", "  "), "a redaction needs a reason"),
        (("dataset", "regatta", "--reason", WHY), "is not one of"),
        (VICTIM, "Missing option '--reason'"),
    ]:
        done = bare_run("redact", *arguments, "--yes")
        assert done.exit_code in (1, 2)
        assert message in done.output
    assert not (log / FILE).exists()


def test_a_release_after_a_redaction(bare_run: Run, database_url: str, log: Path) -> None:
    """The state goes on without the record; its id is never used again, and is answered with 451."""
    bare_run("redact", *VICTIM, "--reason", WHY, "--yes")
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
