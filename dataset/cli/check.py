"""`onrecord check`: everything that is wrong with the records, at once."""

from __future__ import annotations

import click

from dataset.checking import Check, check_folder
from dataset.cli.output import fail, show_json, show_problems
from dataset.problems import Problem, Problems
from dataset.redactions import read_redactions
from dataset.review import RULES, Item
from dataset.settings import read_settings


@click.command("check", short_help="Check records and anchors; review them.")
@click.option(
    "--rule", "rules", multiple=True, type=click.Choice(list(RULES)), help="Report this rule alone; may repeat."
)
@click.option("--source", help="Report what concerns this source alone.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def check(rules: tuple[str, ...], source: str | None, as_json: bool) -> None:
    """Check the records; with ONRECORD_TEXTS every anchor too, and say which texts are missing.

    Every mistake is told with file, line, record, field, what was found and what is allowed. Warnings are the report of
    a reviewer: each is mended, or excepted with a reason in exceptions.yaml beside the records. The last line counts
    everything. The exit status is 1 when there is an error.
    """
    settings = read_settings()
    try:
        redactions, _ = read_redactions(settings.releases)
        found = check_folder(settings.records, settings.texts, redactions)
    except Problems as error:
        fail(error.problems, as_json=as_json)
    except OSError as error:
        fail([Problem(message=error.strerror or str(error), file=error.filename)], as_json=as_json)
    if as_json:
        show_json(_as_json(found, _chosen(found, rules, source)))
    else:
        show_problems(found.problems)
        show_problems(item.problem for item in _chosen(found, rules, source))
        _show_texts(found)
        for rule, number in found.review.counts().items():
            click.echo(f"{number:5} {rule}: {RULES[rule]}")
        if found.review.exceptions:
            counted = ", ".join(f"{number} {rule}" for rule, number in found.review.exceptions.items())
            click.echo(f"exceptions: {counted}")
        click.echo(_summary(found))
    raise SystemExit(1 if found.errors else 0)


def _show_texts(found: Check) -> None:
    if found.texts.folder is None:
        if found.verification.verdicts:
            click.echo("anchors not verified: ONRECORD_TEXTS is not set", err=True)
        return
    for name in found.texts.missing:
        click.echo(f"missing text: {found.texts.folder / name}", err=True)


def _chosen(found: Check, rules: tuple[str, ...], source: str | None) -> list[Item]:
    """The items asked for; errors are always told."""
    return [
        item
        for item in found.review.items
        if item.problem.severity == "error"
        or ((not rules or item.rule in rules) and (source is None or _concerns(item, source)))
    ]


def _concerns(item: Item, source: str) -> bool:
    return source == item.source or (item.record or "").partition(".")[0] == source


def _summary(found: Check) -> str:
    counts = ", ".join(f"{number} {type}" for type, number in found.records.counts().items())
    verdicts = found.verification
    anchors = f"{verdicts.count('ok')} of {len(verdicts.verdicts)} anchors verified"
    bad = ", ".join(f"{verdicts.count(status)} {status}" for status in ("moved", "lost") if verdicts.count(status))
    return "; ".join(
        [
            counts,
            f"{anchors}, {bad}" if bad else anchors,
            f"{len(found.texts.missing)} texts missing",
            f"{len(found.errors)} errors",
            f"{len(found.warnings)} warnings",
        ]
    )


def _as_json(found: Check, items: list[Item]) -> dict[str, object]:
    verdicts = found.verification
    return {
        "problems": [problem.as_dict() for problem in found.problems],
        "counts": found.records.counts(),
        "anchors": {
            "total": len(verdicts.verdicts),
            "verified": verdicts.count("ok"),
            "moved": verdicts.count("moved"),
            "lost": verdicts.count("lost"),
            "missing_text": verdicts.count("missing text"),
        },
        "review": {
            "items": [item.as_dict() for item in items],
            "counts": found.review.counts(),
            "exceptions": found.review.exceptions,
        },
        "texts_missing": found.texts.missing,
        "errors": len(found.errors),
        "warnings": len(found.warnings),
    }
