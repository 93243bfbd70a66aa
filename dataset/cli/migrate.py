"""`onrecord migrate`: bring the tables of the database to the schema of this program."""

from __future__ import annotations

from dataclasses import asdict

import click

from dataset.cli.output import fail, show_json
from dataset.cli.progress import bars
from dataset.problems import Problem
from dataset.settings import read_settings
from dataset.store.publishing import migrate as run
from dataset.store.steps import PublishingError
from dataset.store.tables import HEAD


@click.command(short_help="Bring the tables to this program's schema.")
@click.option("--to", "revision", default=HEAD, help="Another revision, such as an older one.  [default: the newest]")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def migrate(*, revision: str, as_json: bool) -> None:
    """Bring the tables of the database to the schema that this program needs; no release is loaded or changed.

    Run it once after an upgrade of the program and before the service is started. All or nothing, as with `publish`:
    on SQLite in a copy that is renamed when it is whole, on PostgreSQL in one transaction. What the service reads is
    filled again from the records themselves, which no migration touches, so nothing is lost on the way back either.

    \b
    Examples:
      onrecord migrate                    to the newest schema
      onrecord migrate --to 0001          back, before an older program is started again
    """  # noqa: D301 - click wants the character \b itself
    try:
        with bars(shown=not as_json) as observer:
            outcome = run(read_settings().database_url, observer, revision=revision)
    except (PublishingError, ValueError) as error:
        fail([Problem(message=str(error))], as_json=as_json)
    if as_json:
        show_json(asdict(outcome))
    elif outcome.revision_before == outcome.revision:
        click.echo(f"{outcome.database} is at schema {outcome.revision} already")
    else:
        before = outcome.revision_before or "none"
        click.echo(f"{outcome.database}: schema {before} -> {outcome.revision}")
