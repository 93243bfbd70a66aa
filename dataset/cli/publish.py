"""`onrecord publish`: bring the released log into the database that the service reads."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from dataset.cli.output import fail, show_json
from dataset.cli.progress import bars
from dataset.log import Release, read_log
from dataset.problems import Problem, Problems
from dataset.settings import Settings, read_settings
from dataset.store.holding import Held, held_by, missing
from dataset.store.steps import PublishingError, Refused
from dataset.store.tables import HEAD

if TYPE_CHECKING:
    from dataset.store.publishing import Outcome


@click.command(short_help="Bring the log into the database.")
@click.option("--if-empty", is_flag=True, help="Load into an absent or empty database only; else say what it holds.")
@click.option("--replace", is_flag=True, help="Rebuild the whole database from the log; for releases below 1.0.0.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def publish(*, if_empty: bool, replace: bool, as_json: bool) -> None:
    """Bring the releases that the database lacks into it, so that the service serves them.

    The log is read from ONRECORD_RELEASES, the database is that of ONRECORD_DATABASE_URL; its tables are brought up to
    date too. All or nothing: whoever reads meanwhile sees the state before or the state after. The service goes on
    while this runs and takes the new releases up by itself.

    A database that holds another dataset is never touched, nor one whose releases are not those of the log. Only when
    releases below 1.0.0 were cut anew does --replace rebuild it.

    \b
    Examples:
      onrecord publish                    what is new in the log
      onrecord publish --if-empty         the first load; does nothing the second time
      onrecord publish --replace          after the 0.x releases were cut anew
    """  # noqa: D301 - click wants the character \b itself
    settings = read_settings()
    try:
        log = read_log(settings.releases)
        if if_empty and (note := _left_alone(settings, log)) is not None:
            if as_json:
                show_json({"action": "none", **note})
            else:
                click.echo(note["message"])
            return
        with bars(shown=not as_json) as observer:
            from dataset.store import publishing  # noqa: PLC0415 - Alembic is not needed to find that nothing is to do

            outcome = publishing.publish(settings.database_url, log, observer, replace=replace)
    except Problems as error:
        fail(error.problems, as_json=as_json)
    except (PublishingError, ValueError) as error:
        fail([Problem(message=str(error))], as_json=as_json)
    if as_json:
        show_json({"action": "published" if outcome.loaded else "none", **asdict(outcome)})
    else:
        click.echo(_told(outcome))


def _left_alone(settings: Settings, log: list[Release]) -> dict[str, str | None] | None:
    """Why the database is left as it is, for a reader; None when it is empty and to be filled."""
    try:
        held = held_by(settings.database_url)
    except Refused as error:
        return {"message": str(error), "dataset": None, "newest": None}
    if held.newest is None:
        return None
    return {"message": _holds(held, log), "dataset": held.name, "newest": held.version}


def _holds(held: Held, log: list[Release]) -> str:
    message = f"the database holds {held.name} {held.version}"
    if log and held.name != log[-1].name:
        return f"{message}, not {log[-1].name}; it is left alone"
    try:
        lacking = missing(held, log) if log else ()
    except Refused as error:
        return f"{message}; {error}"
    if lacking:
        return f"{message}, the log is at {lacking[-1].version}: `onrecord publish` brings it up to date"
    if held.revision != HEAD:
        return f"{message}, in older tables: `onrecord migrate` brings them up to date"
    return message


def _told(outcome: Outcome) -> str:
    if not outcome.loaded:
        tables = "" if outcome.revision_before == outcome.revision else "; its tables were brought up to date"
        return f"{outcome.database} holds {outcome.dataset} {outcome.newest} already{tables}"
    return f"{outcome.database} now holds {outcome.dataset} {outcome.newest} (loaded: {', '.join(outcome.loaded)})"
