"""`onrecord verify`: whether database, log and files are still what they were when they were made."""

from __future__ import annotations

from dataclasses import asdict

import click

from dataset.cli.output import fail, show_json, show_problems
from dataset.cli.progress import bars
from dataset.exports.verifying import Checked
from dataset.exports.verifying import verify as run
from dataset.problems import Problem
from dataset.settings import read_settings
from dataset.store.addresses import NotReady
from dataset.store.steps import PublishingError


@click.command(short_help="Compare database, log and files.")
@click.argument("versions", metavar="[VERSION]…", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def verify(*, versions: tuple[str, ...], as_json: bool) -> None:
    """Read everything that is kept of releases and compare it with the digests that were written down.

    That is: the records and change-sets in the database, the entries of the log in ONRECORD_RELEASES, the files in
    ONRECORD_FILES. Without VERSION, of every release in the database. Nothing is changed; the exit status is 1 when
    something is not what it was.

    \b
    Examples:
      onrecord verify                     everything
      onrecord verify --json 0.1.0        one release, for a program to read
    """  # noqa: D301 - click wants the character \b itself
    settings = read_settings()
    try:
        with bars(shown=not as_json) as observer:
            found = run(settings.database_url, settings.files, settings.releases, versions, observer)
    except (PublishingError, NotReady, ValueError) as error:
        fail([Problem(message=str(error))], as_json=as_json)
    if as_json:
        problems = [problem.as_dict() for problem in found.problems]
        show_json({"problems": problems, "releases": [asdict(one) for one in found.checked]})
    else:
        show_problems(found.problems)
        for one in found.checked:
            click.echo(_told(one))
        click.echo(f"{len(found.errors)} not as they were" if found.errors else "all as they were made")
    raise SystemExit(1 if found.errors else 0)


def _told(one: Checked) -> str:
    files = "no files built" if one.files is None else f"{one.files} files"
    return f"{one.version}: {one.records} records, {files}"
