"""A bar for each step of a long run, on a terminal only: a log file or a pipe sees results alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dataset.store.steps import Observer, ignore

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@contextmanager
def bars(*, shown: bool) -> Iterator[Observer]:
    """An observer that draws on standard error, or one that draws nothing."""
    if not (shown and sys.stderr.isatty()):
        yield ignore
        return
    drawing = _Bars()
    try:
        yield drawing.observe
    finally:
        drawing.close()


class _Bars:
    def __init__(self) -> None:
        self._step = ""
        self._bar: ProgressBar[int] | None = None

    def observe(self, step: str, done: int, total: int) -> None:
        """Draw how far a step is; a new step ends the bar of the one before."""
        if step != self._step:
            self.close()
            self._step = step
            self._bar = click.progressbar(length=max(total, 1), label=f"{step:<8}", file=sys.stderr)
            self._bar.render_progress()
        if self._bar is not None:
            self._bar.update(done - self._bar.pos if total else 1 - self._bar.pos)

    def close(self) -> None:
        """End the line of the bar that is drawn last."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None
