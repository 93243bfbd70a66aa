"""`onrecord redact`: take a record out of every release."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from dataset.cli.output import fail, show_json, show_problems
from dataset.cli.progress import bars
from dataset.exports.index import read_index
from dataset.log import Release, read_log
from dataset.problems import Problem, Problems
from dataset.records import read_records
from dataset.redacting import reach, redact_log, referring
from dataset.redactions import Redaction, redacted_in
from dataset.schemas import TYPES
from dataset.settings import Settings, read_settings
from dataset.store.addresses import NotReady
from dataset.store.database import Database
from dataset.store.holding import Held, held_by
from dataset.store.redacting import releases_with
from dataset.store.steps import PublishingError
from dataset.store.tables import RECORDS

SHOWN = 10


@dataclass(slots=True)
class Found:
    """Where a record is, and what names it."""

    record: str
    log: tuple[str, ...] = ()
    database: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    records: str | None = None
    referring: tuple[str, ...] = ()
    redacted: str | None = None


@click.command(short_help="Take a record out of every release.")
@click.argument("type", type=click.Choice([type for type in TYPES if type != "dataset"]))
@click.argument("id")
@click.option("--reason", required=True, help="Why, for a reader; published with the id.")
@click.option("--yes", is_flag=True, help="Do it; without, only tell what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def redact(*, type: str, id: str, reason: str, yes: bool, as_json: bool) -> None:
    """Take the record ID of TYPE out of every release: the one exception to releases that never change.

    Its body is emptied in the log, in the database with all that is derived from it, and in the files, which are made
    anew and marked. Its id, its digest, the reason and the day are kept; the service answers 451. There is no way back,
    and what others have copied is not reached. Without --yes nothing is changed. A second run makes up for what a first
    one could not finish, and does nothing when there is nothing to do.

    \b
    Examples:
      onrecord redact quotes some-source.q3 --reason "The publisher objects to the quotation."
      onrecord redact quotes some-source.q3 --reason "The publisher objects to the quotation." --yes
    """  # noqa: D301 - click wants the character \b itself
    settings = read_settings()
    reason = " ".join(reason.split())
    if not reason:
        fail([Problem(message="a redaction needs a reason", field="--reason", found="nothing")], as_json=as_json)
    try:
        held = held_by(settings.database_url)
        log = _log(settings, held)
        found = _find(settings, log, held, type, id)
        if not (found.log or found.database or found.redacted):
            allowed = f"the id of one of the {type} that a release holds or held"
            fail([Problem(message="there is no such record", record=found.record, allowed=allowed)], as_json=as_json)
        done: tuple[str, ...] = ()
        if yes:
            wanted = _wanted(log, held, Redaction(type, id, datetime.now(UTC).date().isoformat(), reason))
            done = _redact(settings, log, wanted, shown=not as_json)
    except Problems as error:
        fail(error.problems, as_json=as_json)
    except (PublishingError, NotReady, ValueError) as error:
        fail([Problem(message=f"{error}; the same command makes up for what is not done")], as_json=as_json)
    except OSError as error:
        fail(
            [Problem(message=error.strerror or str(error), file=error.filename or str(settings.releases))],
            as_json=as_json,
        )
    if as_json:
        show_json({"done": list(done), "changed": yes and bool(done), **asdict(found)})
    else:
        _show(found, yes=yes, done=done)


def _log(settings: Settings, held: Held) -> list[Release]:
    """The log, where it is that of the database."""
    log = read_log(settings.releases)
    return log if log and held.name in (None, log[-1].name) else []


def _wanted(log: list[Release], held: Held, new: Redaction) -> Redaction:
    """The redaction, with the day and the reason that were published first."""
    known = redacted_in([*(one.manifest for one in held.releases), *(one.manifest for one in log)])
    return known.get(new.key, new)


def _find(settings: Settings, log: list[Release], held: Held, type: str, id: str) -> Found:
    found = Found(f"{type}/{id}")
    known = redacted_in([*(one.manifest for one in held.releases), *(one.manifest for one in log)])
    if redaction := known.get((type, id)):
        found.redacted = f"{redaction.date}: {redaction.reason}"
    if log:
        reached = reach(log, type, id)
        found.log, found.referring = reached.releases, reached.referring
    if held.newest:
        with closing(Database(settings.database_url)) as database, database.read() as connection:
            found.database = tuple(releases_with(connection, type, id))
            if not log and found.database:
                newest = {
                    kind: {
                        row.id: row.body.encode()
                        for row in connection.execute(select(table.c.id, table.c.body).where(table.c.until.is_(None)))
                    }
                    for kind, table in RECORDS.items()
                }
                found.referring = tuple(referring(newest, type, id))
    found.files = tuple(one for one in dict.fromkeys((*found.log, *found.database)) if _built(settings.files, one))
    if log:
        found.records = _in_records(settings.records, type, id)
    return found


def _built(folder: Path, version: str) -> bool:
    try:
        return read_index(folder, version) is not None
    except ValueError:
        return False


def _in_records(folder: Path, type: str, id: str) -> str | None:
    """The file of the records in which a record still stands."""
    if not folder.is_dir():
        return None
    read, _ = read_records(folder)
    return str(folder) if id in read.bodies.get(type, {}) else None


def _redact(settings: Settings, log: list[Release], wanted: Redaction, *, shown: bool) -> tuple[str, ...]:
    """The log first, then the database, then the files; what was changed."""
    from dataset.exports.building import build  # noqa: PLC0415 - slow to import, and not needed to tell
    from dataset.store import publishing  # noqa: PLC0415 - as above

    done: list[str] = []
    with bars(shown=shown) as observer:
        if log and redact_log(settings.releases, wanted, observer):
            done.append("log")
        before = held_by(settings.database_url)
        if not before.newest:
            return tuple(done)
        publishing.redact(settings.database_url, [wanted], observer)
        after = held_by(settings.database_url)
        if after != before:
            done.append("database")
        stale = [release.version for release in after.releases if _built(settings.files, release.version)]
        if stale and build(settings.database_url, settings.files, stale, observer).built:
            done.append("files")
    return tuple(done)


def _show(found: Found, *, yes: bool, done: tuple[str, ...]) -> None:
    if found.redacted:
        click.echo(f"{found.record} is redacted since {found.redacted}")
    places: dict[str, Any] = {"log": found.log, "database": found.database, "files": found.files}
    if not yes:
        for name, versions in places.items():
            if versions:
                click.echo(f"{name}: its body would be emptied in {', '.join(versions)}")
    for name in found.referring[:SHOWN]:
        click.echo(f"{name} names it, and goes on naming it")
    if len(found.referring) > SHOWN:
        click.echo(f"… and {len(found.referring) - SHOWN:,} more records name it")
    if found.records:
        message = "the record still stands among the records: take it out, and what names it, before the next release"
        show_problems([Problem(message=message, file=found.records, record=found.record, severity="warning")])
    if not yes:
        click.echo("nothing was changed; --yes does it, and there is no way back")
    elif done:
        click.echo(f"{found.record} is redacted; changed: {', '.join(done)}")
    else:
        click.echo("nothing was left to do")
