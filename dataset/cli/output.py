"""How commands speak: problems one a line on standard error, results on standard output, JSON where it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

import click

from dataset.problems import Problem


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems on standard error, errors in red where that is a terminal."""
    for problem in problems:
        colour = "red" if problem.severity == "error" else "yellow"
        click.echo(click.style(problem.severity, fg=colour) + f": {problem}", err=True)


def show_json(value: Any) -> None:
    """Print a value as JSON for a program to read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def fail(problems: Iterable[Problem], *, as_json: bool = False) -> NoReturn:
    """Show the problems and end with exit code 1."""
    listed = list(problems)
    if as_json:
        show_json({"problems": [problem.as_dict() for problem in listed]})
    else:
        show_problems(listed)
        errors = sum(problem.severity == "error" for problem in listed)
        click.echo(f"{errors} {'error' if errors == 1 else 'errors'}", err=True)
    raise SystemExit(1)
