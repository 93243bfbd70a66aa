"""`onrecord load`: bring a package that somebody made into the database, as the next release of its dataset."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dataset.cli.output import fail, show_json, show_problems
from dataset.cli.progress import bars
from dataset.problems import Problem, Problems
from dataset.settings import read_settings
from dataset.store.steps import PublishingError

if TYPE_CHECKING:
    from dataset.importing.run import Outcome

#: Results after which the exit code is 0.
DONE = ("loaded", "unchanged", "rehearsed")


@click.command(short_help="Load a package made by anyone.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Withdraw the records that the package lacks.")
@click.option("--keep-going", is_flag=True, help="Load the rest when rows are rejected.")
@click.option("--dry-run", is_flag=True, help="Change nothing; tell what would be done.")
@click.option("--reason", help="Why records change or go.  [default: that the package was loaded]")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), help="Read files of this form alone.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where every rejected row is told; CSV where it ends so, else JSON Lines.  [default: beside PATH]",
)
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes that check.  [default: as many as pay]")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def load(
    *,
    path: Path,
    yes: bool,
    keep_going: bool,
    dry_run: bool,
    reason: str | None,
    form: str | None,
    report: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Load the package at PATH, a folder or a zip in the layout of our own download, into ONRECORD_DATABASE_URL.

    The package is the whole next state of its dataset: records that it lacks are withdrawn, which wants --yes. Version
    and date are those of its datapackage.json; without one, the first load is 1.0.0, later ones follow by the rule, and
    the date is today's. A database holds one dataset: a package of another name is refused.

    All or nothing: when any row is rejected nothing is loaded, unless --keep-going is given. Every rejected row is told
    with file, line, field and reason. docs/import.md says how to make a package.

    \b
    Examples:
      onrecord load talks/                        a folder of CSV or JSON Lines
      onrecord load talks.zip --dry-run           what would be done, and every mistake
      onrecord load talks.zip --yes               with the withdrawals that were told
    """  # noqa: D301 - click wants the character \b itself
    from dataset.importing import run  # noqa: PLC0415 - what it brings along is slow to import

    options = run.Options(
        form="jsonl" if form == "jsonl" else "csv" if form == "csv" else None,
        reason=reason,
        keep_going=keep_going,
        withdraw=yes,
        rehearse=dry_run,
        report=report,
        jobs=jobs,
    )
    try:
        with bars(shown=not as_json) as observer:
            outcome = run.load(path, read_settings().database_url, options, observer)
    except Problems as error:
        fail(error.problems, as_json=as_json)
    except (PublishingError, ValueError) as error:
        fail([Problem(message=str(error))], as_json=as_json)
    except OSError as error:
        fail([Problem(message=error.strerror or str(error), file=error.filename)], as_json=as_json)
    if as_json:
        show_json(_as_json(outcome))
    else:
        _show(outcome)
    raise SystemExit(0 if outcome.result in DONE else 1)


def _as_json(outcome: Outcome) -> dict[str, object]:
    members = asdict(outcome)
    members["first"] = [problem.as_dict() for problem in outcome.first]
    members["report"] = None if outcome.report is None else str(outcome.report)
    return members


def _show(outcome: Outcome) -> None:
    for note in outcome.notes:
        click.echo(f"note: {note}", err=True)
    show_problems(outcome.first)
    if outcome.problems:
        more = outcome.problems - len(outcome.first)
        rest = f"… and {more:,} more; all of them" if more else "all of them"
        click.echo(f"{rest} in {outcome.report}", err=True)
        rejected = ", ".join(f"{number:,} of {name}" for name, number in outcome.rejected.items())
        click.echo(f"{_count(outcome.problems, 'mistake')}; rows rejected: {rejected or 'none'}", err=True)
    if outcome.changes.get("withdrawn"):
        _show_withdrawn(outcome)
    click.echo(_told(outcome))


def _show_withdrawn(outcome: Outcome) -> None:
    number = outcome.changes["withdrawn"]
    verb, them = ("is", "it") if number == 1 else ("are", "them")
    verb = verb if outcome.result == "loaded" else "would be"
    click.echo(f"{_count(number, 'record')} {verb} withdrawn, for the package lacks {them}:", err=True)
    for name in outcome.withdrawn:
        click.echo(f"  {name}", err=True)
    if number > len(outcome.withdrawn):
        click.echo(f"  … and {number - len(outcome.withdrawn):,} more", err=True)
    if outcome.kept_out:
        click.echo(f"{outcome.kept_out:,} of them only because their rows are rejected", err=True)


def _told(outcome: Outcome) -> str:
    changes = ", ".join(f"{number:,} {operation}" for operation, number in outcome.changes.items() if number)
    name = f"{outcome.dataset} {outcome.version}"
    if outcome.result == "loaded":
        before = f" after {outcome.before}" if outcome.before else ""
        return f"loaded {name}{before}: {changes}"
    if outcome.result == "unchanged":
        return f"the database holds this already, as {name}; nothing was changed"
    if outcome.result == "rehearsed":
        return f"would load {name}: {changes}; nothing was changed"
    if outcome.result == "withdraws":
        return f"nothing was loaded: {name} would be {changes}; --yes withdraws, for good: ids are never used again"
    return "nothing was loaded"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
