"""`onrecord`: the command line of curators and operators, one module a command.

A command's module is imported when the command is called, so that a second start of the service costs little.
Exit codes: 0 done, 1 a mistake in what was given (told on the screen), 2 a wrong call, 130 interrupted.
"""

from __future__ import annotations

import importlib
from importlib import metadata

import click

# Command name -> module that holds a click command of that name.
COMMANDS = {
    "agreement": "dataset.cli.agreement",
    "anchor": "dataset.cli.anchor",
    "build": "dataset.cli.build",
    "check": "dataset.cli.check",
    "fmt": "dataset.cli.fmt",
    "load": "dataset.cli.load",
    "migrate": "dataset.cli.migrate",
    "publish": "dataset.cli.publish",
    "redact": "dataset.cli.redact",
    "release": "dataset.cli.release",
    "verify": "dataset.cli.verify",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        return command


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"onrecord {metadata.version('onrecord')}")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings come from the environment: see docs/operators.md.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version of the program and exit.",
)
def main() -> None:
    """Onrecord: a record of who said what, according to whom, and what happened."""
