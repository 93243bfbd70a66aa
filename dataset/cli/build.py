"""`onrecord build`: the files of releases, for download."""

from __future__ import annotations

import click

from dataset.cli.output import fail, show_json
from dataset.cli.progress import bars
from dataset.exports.standing import standing
from dataset.problems import Problem
from dataset.settings import read_settings
from dataset.store.addresses import NotReady
from dataset.store.steps import PublishingError


@click.command(short_help="Make the files of releases for download.")
@click.argument("versions", metavar="[VERSION]…", nargs=-1)
@click.option("--force", is_flag=True, help="Make the files that are there already once more.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def build(*, versions: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Make the files of releases for download: CSV, JSON, JSON Lines, Parquet, SQLite, an archive, their descriptions.

    Without VERSION, those of every release in the database that has none yet. They are written to ONRECORD_FILES, a
    folder a release; a release has all of its files or none. Two builds of one release give the same bytes. The service
    goes on while this runs and offers the files as soon as they are there.

    \b
    Examples:
      onrecord build                      whatever is lacking
      onrecord build --force 0.1.0        once more, after `onrecord verify` has found a damaged file
    """  # noqa: D301 - click wants the character \b itself
    settings = read_settings()
    try:
        outcome = None if force else standing(settings.database_url, settings.files, versions)
        if outcome is None:
            from dataset.exports.building import build as run  # noqa: PLC0415 - pyarrow is not needed for less

            with bars(shown=not as_json) as observer:
                outcome = run(settings.database_url, settings.files, versions, observer, force=force)
    except (PublishingError, NotReady, ValueError) as error:
        fail([Problem(message=str(error))], as_json=as_json)
    if as_json:
        show_json({"folder": str(outcome.folder), "built": outcome.built, "kept": outcome.kept})
    elif outcome.built:
        click.echo(f"{outcome.folder} now holds the files of {', '.join(outcome.built)}")
    else:
        click.echo(f"{outcome.folder} holds the files of {', '.join(outcome.kept) or 'no release'} already")
