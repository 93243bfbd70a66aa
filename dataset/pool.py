"""Work on several cores: a function over pieces of work, results in their order, with few pieces in memory at a time.

The processes are started afresh (`spawn`), so that they hold nothing of the program's; each ends when the program that
started it has ended, however that happened. Work that is worth no process is done here.
"""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final, Protocol, TypeVar

_MOST: Final = 8
#: Containers that are made before Python looks among them for rings that nobody holds.
_YOUNG: Final = 1_000_000
#: Bytes that a pipe holds: a whole piece or half of its result. By the 64 KB that it has of itself, both ends wait for
#: one another some thirty times a piece. Linux gives everybody so much.
_PIPE: Final = 1 << 20

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Pool(Protocol):
    """Does work on pieces."""

    def __call__(self, work: Callable[[Piece], Result], pieces: Iterable[Piece], /) -> Iterator[tuple[Piece, Result]]:
        """Each piece with what came of it, in the order of the pieces. The work is a function of a module."""


def cores() -> int:
    """How many cores this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)


@contextmanager
def pool(jobs: int) -> Iterator[Pool]:
    """A pool of so many processes; with none this one does the work."""
    if not jobs:
        yield here
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as executor:
        _widen(executor)

        def there(work: Callable[[Piece], Result], pieces: Iterable[Piece], /) -> Iterator[tuple[Piece, Result]]:
            return _in_order(executor, work, pieces, 2 * jobs + 1)

        try:
            yield there
        finally:
            executor.shutdown(cancel_futures=True)


def _widen(executor: ProcessPoolExecutor) -> None:
    """Let the pipes of an executor hold more, where the system has pipes that do and the executor is as we know it."""
    with suppress(AttributeError, OSError):
        for queue in (executor._call_queue, executor._result_queue):  # type: ignore[attr-defined]  # noqa: SLF001
            fcntl.fcntl(queue._reader.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)  # type: ignore[union-attr]  # noqa: SLF001


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for rings of garbage seldom: rows come and go by the thousand, and none is part of a ring.

    As Python does it otherwise, a quarter of the time that a load takes goes to looking.
    """
    before = gc.get_threshold()
    _collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _collect_seldom() -> None:
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


def here(work: Callable[[Piece], Result], pieces: Iterable[Piece], /) -> Iterator[tuple[Piece, Result]]:
    """The pool that is none."""
    return ((piece, work(piece)) for piece in pieces)


def _in_order(
    executor: ProcessPoolExecutor, work: Callable[[Piece], Result], pieces: Iterable[Piece], ahead: int
) -> Iterator[tuple[Piece, Result]]:
    waiting: deque[tuple[Piece, Future[Result]]] = deque()
    for piece in pieces:
        waiting.append((piece, executor.submit(work, piece)))
        if len(waiting) > ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    while waiting:
        first, future = waiting.popleft()
        yield first, future.result()


def _begin() -> None:
    """Leave Ctrl-C to the program that started this process, end when it ends, and do nothing but the work."""
    _collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
