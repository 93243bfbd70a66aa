"""Checking chunks on several cores, in their order, with few of them in memory at a time.

The processes are started afresh (`spawn`), so that they hold nothing of the program's; each ends when the program that
started it has ended, however that happened.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final, Protocol

from dataset.importing.checking import Checked, check
from dataset.importing.rows import Chunk

#: Bytes of a package from which it pays to start other processes.
WORTH: Final = 4 << 20
_MOST = 8


class Checker(Protocol):
    """Checks chunks, in their order."""

    def __call__(self, chunks: Iterable[Chunk], /) -> Iterator[tuple[Chunk, list[Checked]]]:
        """Each chunk with what came of it."""


def cores() -> int:
    """How many cores this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)


@contextmanager
def checker(size: int, jobs: int | None = None) -> Iterator[Checker]:
    """A checker for a package of `size` bytes: on `jobs` cores, by default as many as pay."""
    number = jobs if jobs is not None else cores() if size > WORTH else 1
    if number <= 1:
        yield lambda chunks: ((chunk, check(chunk)) for chunk in chunks)
        return
    with ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_begin) as executor:
        try:
            yield lambda chunks: _in_order(executor, chunks, 2 * number + 1)
        finally:
            executor.shutdown(cancel_futures=True)


def _in_order(
    executor: ProcessPoolExecutor, chunks: Iterable[Chunk], ahead: int
) -> Iterator[tuple[Chunk, list[Checked]]]:
    waiting: deque[tuple[Chunk, Future[list[Checked]]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, executor.submit(check, chunk)))
        if len(waiting) > ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def _begin() -> None:
    """Leave Ctrl-C to the program that started this process, and end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
