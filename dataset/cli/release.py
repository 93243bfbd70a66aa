"""`onrecord release`: cut a release from the records, and offer it: in the database, then as files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from dataset.checking import check_folder
from dataset.cli.output import fail, show_json, show_problems
from dataset.cli.progress import bars
from dataset.difference import Difference, difference, fields_changed
from dataset.log import read_log, replay
from dataset.plan import Plan, draft_plan, read_plan
from dataset.problems import Problem, Problems, shown
from dataset.redactions import read_redactions
from dataset.releasing import Cut, cut, state_of, write, write_changelog
from dataset.settings import Settings, read_settings
from dataset.state import State
from dataset.store.addresses import NotReady
from dataset.store.steps import PublishingError


@click.command(short_help="Cut a release from the records.")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="Notes and reasons; see the examples.")
@click.option("--draft", "draft_file", type=click.Path(path_type=Path), help="Write a plan to fill in, and end.")
@click.option("--notes", help="What is new, for a reader; instead of those in the plan.")
@click.option("--version", help="A larger step than the rule asks for, such as 1.0.0.")
@click.option("--date", help="Day of the release, UTC.  [default: today]")
@click.option("--dry-run", is_flag=True, help="Show the difference and what stands against the release; write nothing.")
@click.option("--log-only", is_flag=True, help="Write the log; leave the database and the files alone.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def release(
    *,
    plan_file: Path | None,
    draft_file: Path | None,
    notes: str | None,
    version: str | None,
    date: str | None,
    dry_run: bool,
    log_only: bool,
    as_json: bool,
) -> None:
    """Cut a release: the difference between the records and the last release becomes one more change-set of the log.

    Every mistake in the records stands against it, and so does a changed, merged or withdrawn record without a reason.
    The version follows from the difference: new, merged or withdrawn records are a minor step, changed ones a patch.

    What is in the log is then brought into ONRECORD_DATABASE_URL, as by `onrecord publish`, and its files are made, as
    by `onrecord build`. A release that could not be offered stays in the log; those two commands make up for it.

    \b
    Examples:
      onrecord release --dry-run                      what would be in it
      onrecord release --notes "The first texts."     nothing but new records: notes are enough
      onrecord release --draft plan.yaml              a plan with a place for each reason; fill it in, then
      onrecord release --plan plan.yaml
      onrecord release --plan plan.yaml --version 1.0.0
    """  # noqa: D301 - click wants the character \b itself
    settings = read_settings()
    try:
        name, after = _records(settings)
        log = read_log(settings.releases)
        if not dry_run:
            write_changelog(settings.releases)  # a run that was killed may have left it behind the log
        before = replay(log).state
        gap = difference(before, after)
        if draft_file:
            _draft(draft_file, gap)
            return
        plan = read_plan(plan_file) if plan_file else Plan()
        plan.notes = notes.strip() if notes else plan.notes
        plan.version = version or plan.version
        if not as_json:
            _show(gap, before, after)
        ready = cut(log, after, plan, name=name, date=date or datetime.now(UTC).date().isoformat())
        if not dry_run:
            with bars(shown=not as_json) as observer:
                write(settings.releases, ready, observer)
    except Problems as error:
        fail(error.problems, as_json=as_json)
    except OSError as error:
        fail(
            [Problem(message=f"{error.strerror or error}", file=error.filename or str(settings.releases))],
            as_json=as_json,
        )
    offer = None if dry_run or log_only else _offer(settings, shown=not as_json)
    _report(ready, offer, dry_run=dry_run, as_json=as_json)
    raise SystemExit(1 if offer and offer.problem else 0)


@dataclass(slots=True)
class _Offer:
    """What became of a release behind the log: the database that holds it, the folder of its files, what went wrong."""

    database: str | None = None
    files: str | None = None
    problem: str | None = None


def _offer(settings: Settings, *, shown: bool) -> _Offer:
    """Bring the log into the database and make the files, as far as possible: the release is in the log already."""
    from dataset.exports.building import build  # noqa: PLC0415 - slow to import, and not needed to cut
    from dataset.store.publishing import publish  # noqa: PLC0415 - as above

    offer = _Offer()
    try:
        with bars(shown=shown) as observer:
            offer.database = publish(settings.database_url, read_log(settings.releases), observer).database
            offer.files = str(build(settings.database_url, settings.files, (), observer).folder)
    except (PublishingError, NotReady, ValueError) as error:
        offer.problem = str(error)
    return offer


def _records(settings: Settings) -> tuple[str, State]:
    """The name and the state of the records; anchors are verified too where the texts are at hand."""
    redactions, _ = read_redactions(settings.releases)
    result = check_folder(settings.records, settings.texts, redactions)
    if result.errors:
        raise Problems(result.errors)
    (name,) = result.records.bodies["dataset"]
    return name, state_of(result.records.bodies)


def _draft(file: Path, gap: Difference) -> None:
    if file.exists():
        allowed = "a new file; move the old plan away"
        raise Problems([Problem(message="the file exists", file=str(file), allowed=allowed)])
    file.write_text(draft_plan(gap), "utf-8")
    click.echo(f"{file}: fill in the notes and {len(gap.changed) + len(gap.gone)} reasons")


def _show(gap: Difference, before: State, after: State) -> None:
    for type, id in gap.added:
        click.echo(click.style(f"+ {type}/{id}", fg="green"))
    for type, id in gap.changed:
        click.echo(click.style(f"~ {type}/{id}", fg="yellow"))
        for change in fields_changed(before[type][id], after[type][id]):
            click.echo(f"    {change.field}: {shown(change.before)} → {shown(change.after)}")
    for type, id in gap.gone:
        click.echo(click.style(f"- {type}/{id}", fg="red"))


def _report(ready: Cut, offer: _Offer | None, *, dry_run: bool, as_json: bool) -> None:
    manifest = ready.release.manifest
    if as_json:
        show_json({"written": not dry_run, "manifest": manifest, "offered": asdict(offer) if offer else None})
        return
    counts = ", ".join(f"{number} {operation}" for operation, number in manifest["changes"].items() if number)
    verb = "would be released" if dry_run else "is released"
    click.echo(f"{manifest['version']} {verb}: {counts or 'no record changed'}; state SHA-256 {manifest['sha256']}")
    if offer is None:
        if not dry_run:
            click.echo("It is in the log alone; `onrecord publish` and `onrecord build` offer it.")
        return
    if offer.database:
        click.echo(f"{offer.database} now holds it")
    if offer.files:
        click.echo(f"{offer.files} now holds its files")
    if offer.problem:
        lacking = "has no files" if offer.database else "is not in the database"
        show_problems([Problem(message=f"it is in the log, but {lacking}: {offer.problem}")])
        then = "`onrecord build`" if offer.database else "`onrecord publish` and `onrecord build`"
        click.echo(f"When that is mended, {then} will do the rest.", err=True)
