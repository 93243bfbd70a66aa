"""`onrecord release`: cut a release from the records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from dataset.checking import check_folder
from dataset.cli.output import fail, show_json
from dataset.difference import Difference, difference, fields_changed
from dataset.log import read_log, replay
from dataset.plan import Plan, draft_plan, read_plan
from dataset.problems import Problem, Problems, shown
from dataset.releasing import Cut, cut, state_of, write
from dataset.settings import read_settings
from dataset.state import State


@click.command(short_help="Cut a release from the records.")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="Notes and reasons; see the examples.")
@click.option("--draft", "draft_file", type=click.Path(path_type=Path), help="Write a plan to fill in, and end.")
@click.option("--notes", help="What is new, for a reader; instead of those in the plan.")
@click.option("--version", help="A larger step than the rule asks for, such as 1.0.0.")
@click.option("--date", help="Day of the release, UTC.  [default: today]")
@click.option("--dry-run", is_flag=True, help="Show the difference and what stands against the release; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def release(
    *,
    plan_file: Path | None,
    draft_file: Path | None,
    notes: str | None,
    version: str | None,
    date: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Cut a release: the difference between the records and the last release becomes one more change-set of the log.

    Every mistake in the records stands against it, and so does a changed, merged or withdrawn record without a reason.
    The version follows from the difference: new, merged or withdrawn records are a minor step, changed ones a patch.

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
        name, after = _records(settings.records, settings.texts)
        log = read_log(settings.releases)
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
            write(settings.releases, ready)
    except Problems as error:
        fail(error.problems, as_json=as_json)
    except OSError as error:
        fail([Problem(message=f"{error.strerror or error}", file=error.filename)], as_json=as_json)
    _report(ready, dry_run=dry_run, as_json=as_json)


def _records(folder: Path, texts: Path | None) -> tuple[str, State]:
    """The name and the state of the records; anchors are verified too where the texts are at hand."""
    result = check_folder(folder, texts)
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


def _report(ready: Cut, *, dry_run: bool, as_json: bool) -> None:
    manifest = ready.release.manifest
    if as_json:
        show_json({"written": not dry_run, "manifest": manifest})
        return
    counts = ", ".join(f"{number} {operation}" for operation, number in manifest["changes"].items() if number)
    verb = "would be released" if dry_run else "is released"
    click.echo(f"{manifest['version']} {verb}: {counts or 'no record changed'}; state SHA-256 {manifest['sha256']}")
    if not dry_run:
        click.echo("It is in the log; `onrecord publish` brings it into the database.")
