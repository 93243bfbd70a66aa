"""`onrecord fmt`: the record files in their one stable form."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dataset import formatting, yamlfile
from dataset.problems import Problem, Problems
from dataset.settings import read_settings


@click.command("fmt", short_help="Put record files in their one form.")
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit status 1 when a file is in another form."
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
def fmt(only_check: bool, files: tuple[Path, ...]) -> None:
    """Rewrite FILES (files or folders; the records when none is given) in canonical form, keeping comments.

    No value ever changes. When any file cannot be read, every mistake is told and no file is touched.
    """
    problems: list[Problem] = []
    changes: dict[Path, str] = {}
    paths = list(_files(files or (read_settings().records,)))
    for path in paths:
        try:
            text = formatting.formatted(yamlfile.load_text(path), formatting.order_for(path.resolve()), str(path))
            if text.encode() != path.read_bytes():
                formatting.check_same(yamlfile.load_text(path), text, str(path))
                changes[path] = text
        except Problems as error:
            problems += error.problems
        except OSError as error:
            problems.append(Problem(message="the file cannot be read", file=str(path), found=str(error)))
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{len(problems)} mistakes; no file was changed", err=True)
        sys.exit(1)
    for path, text in changes.items():
        if only_check:
            click.echo(f"{path}:{_first_difference(path, text)}: not in canonical form; `onrecord fmt` rewrites it")
            continue
        try:
            formatting.write(path, text)
        except OSError as error:
            raise click.ClickException(f"{path}: not written, left as it was: {error.strerror}") from None
        click.echo(f"{path}: rewritten")
    what = "to rewrite" if only_check else "rewritten"
    click.echo(f"{len(paths)} files, {len(changes)} {what}", err=True)
    sys.exit(1 if only_check and changes else 0)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """The files meant: those named, and the YAML files of the folders named with their `sources`."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise click.ClickException(f"there is no {path}")
        if path.is_dir():
            found |= dict.fromkeys(sorted([*path.glob("*.yaml"), *path.glob("sources/*.yaml")]))
        else:
            found[path] = None
    return list(found)


def _first_difference(path: Path, text: str) -> int:
    before, after = path.read_bytes().split(b"\n"), text.encode().split(b"\n")
    pairs = enumerate(zip(before, after, strict=False), 1)
    return next((number for number, (old, new) in pairs if old != new), min(len(before), len(after)))
