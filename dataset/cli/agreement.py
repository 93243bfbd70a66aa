"""`onrecord agreement`: how far two sets of records of the same texts agree."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dataset.canonical import Body
from dataset.cli.output import fail, show_json
from dataset.problems import Problem
from dataset.records import Records, read_records
from dataset.review.agreement import Agreement, Difference, compare

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("agreement", short_help="Compare two readings of the same texts.")
@click.argument("a", type=FOLDER)
@click.argument("b", type=FOLDER)
@click.option("--overlap", type=click.FloatRange(0, 1, min_open=True), help="Share of overlap that makes a pair.")
@click.option("--differences", is_flag=True, help="List every difference below the table.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, differences included.")
def agreement(a: Path, b: Path, overlap: float | None, differences: bool, as_json: bool) -> None:
    """Compare two folders of records, A and B, made from the same texts.

    Quotes and claims are matched by the overlap of their stretches (by default a half of what both cover, for claims
    three tenths), other records by id or name. For each type the F1 of the matching, for each field the share of
    matched pairs that agree, Cohen's kappa for codes and ids, F1 for lists. Records with mistakes of their own are left
    out and counted; that other records are missing from a folder does not matter.
    """
    sides = {}
    left_out = {}
    for name, folder in (("a", a), ("b", b)):
        try:
            records, _ = read_records(folder)
        except OSError as error:
            fail([Problem(message=error.strerror or str(error), file=error.filename)], as_json=as_json)
        sides[name] = records
        left_out[name] = _unsound(records)
    found = compare(sides["a"].bodies, sides["b"].bodies, overlap)
    if as_json:
        show_json(_as_json(found, left_out))
        return
    _show_table(found)
    for name, ids in left_out.items():
        if ids:
            click.echo(f"left out of {name.upper()} for their own mistakes: {', '.join(ids)}", err=True)
    if differences:
        for difference in found.differences:
            click.echo(_line(difference, sides["a"], sides["b"]))
    else:
        click.echo(f"{len(found.differences)} differences; --differences lists them")


def _unsound(records: Records) -> list[str]:
    return sorted(id for type, id in records.places if id not in records.bodies[type])


def _show_table(found: Agreement) -> None:
    row = "{:<28}{:>7}{:>7}{:>9}{:>11}{:>8}"
    click.echo(row.format("type, field", "A", "B", "pairs", "agreement", "kappa"))
    for type in found.types:
        same = "" if type.same_stretch is None else f"  F1; {type.same_stretch} on the very same stretch"
        click.echo(row.format(type.type, type.a, type.b, type.matched, _number(type.f1), "") + same)
        for field in type.fields:
            kappa = _number(field.kappa) if field.kappa is not None else ""
            click.echo(
                row.format(f"  {field.field}", "", "", field.pairs, _number(field.agreement), kappa)
                + f"  {field.measure}"
            )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _line(difference: Difference, a: Records, b: Records) -> str:
    if difference.field is not None:
        values = f"{_value(difference.a_value)} | {_value(difference.b_value)}"
        return f"{difference.type}: {difference.a} | {difference.b}: {difference.field}: {values}"
    side, records, id = ("A", a, difference.a) if difference.a is not None else ("B", b, difference.b)
    body: Body = records.bodies[difference.type][id or ""]
    words = body.get("statement") or body.get("text") or body.get("title") or body.get("name") or ""
    anchor = body.get("anchor")
    place = f" {anchor['start']}:{anchor['end']}" if anchor else ""
    return f"{difference.type}: only {side}: {id}{place}: {words if isinstance(words, str) else ''}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)


def _as_json(found: Agreement, left_out: dict[str, list[str]]) -> dict[str, object]:
    types = [asdict(type) | {"f1": type.f1} for type in found.types]
    differences = [
        {name: value for name, value in asdict(difference).items() if value is not None}
        for difference in found.differences
    ]
    return {"types": types, "differences": differences, "left_out": left_out}
