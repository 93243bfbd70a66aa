"""The folder of files as a place: held by one run at a time, swept, releases put in it whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataset.durable import sync
from dataset.store.steps import LOCK, Refused, Steps


@contextmanager
def lock(folder: Path, steps: Steps) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it when the process ends, however it ends."""
    with steps.step(LOCK):
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Refused(
                f"another run builds files in {folder}: nothing was changed; try again when it is done"
            ) from None
    try:
        yield
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what an earlier run left behind, and put back what it was about to replace."""
    for stale in folder.glob(".building-*"):
        shutil.rmtree(stale)
    for old in folder.glob(".old-*"):
        target = folder / old.name.removeprefix(".old-")
        if target.exists():
            shutil.rmtree(old)
        else:
            old.rename(target)


def place(beside: Path, target: Path) -> None:
    """Rename the new files to their place; those that were there go aside first and then away."""
    old = target.with_name(f".old-{target.name}")
    if target.exists():
        target.rename(old)
    beside.rename(target)
    sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)
