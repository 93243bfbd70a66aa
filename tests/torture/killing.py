"""One kill: a run is started, ended by SIGKILL at a step or a moment, judged, started again and judged again.

The child is forked from a process that has everything in memory, so that a run begins within milliseconds. It writes
the step that it is at into a pipe that outlives it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import TypeVar, cast

from dataset.store.steps import Refused, ignore
from tests.torture.trials import AFTER, Trial

Result = TypeVar("Result")
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: after the `number`th end of a step, in the middle of it, or some seconds after the start."""

    step: str | None = None
    number: int = 0
    middle: bool = False
    seconds: float | None = None


@dataclass(slots=True)
class Kill:
    """What came of one: the step that it fell after or into, what was found, and what a reader saw meanwhile."""

    trial: str
    step: str
    within: bool
    found: str
    faults: list[str] = field(default_factory=list)
    looks: int = 0
    seconds: float = 0.0


def observe_run(trial: Trial) -> tuple[list[tuple[str, int, bool]], float]:
    """A run that nobody kills: its steps (name, which time, whether it is told in parts), and how many seconds."""

    def run() -> list[tuple[str, int, bool]]:
        steps: dict[tuple[str, int], bool] = {}
        times: dict[str, int] = {}

        def observe(name: str, done: int, total: int) -> None:
            if done == 0:
                times[name] = times.get(name, 0) + 1
            key = (name, times[name])
            steps[key] = steps.get(key, False) or 0 < done < total

        trial.run(observe)
        return [(name, number, parted) for (name, number), parted in steps.items()]

    began = time.monotonic()
    steps = in_child(run)
    return steps, time.monotonic() - began


def in_child(function: Callable[[], Result]) -> Result:
    """The result of a function that another process runs, so that no thread of it is left in this one.

    Raises:
        Exception: what it raised.
    """
    ours, theirs = FORK.Pipe(duplex=False)

    def work() -> None:
        try:
            theirs.send((function(), None))
        except Exception as error:  # noqa: BLE001 - told to the parent
            theirs.send((None, error))

    process = FORK.Process(target=work)
    process.start()
    theirs.close()
    try:
        result, error = ours.recv()
    except EOFError:
        raise RuntimeError("the process ended without a word") from None
    finally:
        process.join(60)
    if error:
        raise error
    return cast("Result", result)


def kill(trial: Trial, moment: Moment) -> Kill:
    """Kill a run, look at what is there, and let the next run come to its end."""
    trial.reset()
    began = time.monotonic()
    enough = FORK.Event()
    ours, theirs = FORK.Pipe()
    reader = FORK.Process(target=_read_on, args=(trial, theirs, enough), daemon=True)
    reader.start()
    faults: list[str] = []
    try:
        step, within, killed = _killed(trial, moment)
        found = _judged(trial.found, faults)
        _again(trial, faults)
        last = _judged(trial.found, faults)
        if last != AFTER:
            faults.append(f"the run after it ended in {last}")
        if not killed:
            within, step = False, "the end"
        if left := trial.leftovers():
            faults.append(f"the run after it left {sorted(left)}")
    finally:
        enough.set()
    looks, seen = ours.recv() if ours.poll(120) else (0, ["the reader hung"])
    reader.join(10)
    return Kill(trial.name, step, within, found, faults + seen, looks, round(time.monotonic() - began, 2))


def _judged(find: Callable[[], str], faults: list[str]) -> str:
    try:
        return find()
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
        faults.append(repr(error))
        return "torn"


def _killed(trial: Trial, moment: Moment) -> tuple[str, bool, bool]:
    """The step that the kill fell after or into, and whether the run was still alive."""
    reading, writing = os.pipe()
    process = FORK.Process(target=_victim, args=(trial, moment, writing))
    process.start()
    os.close(writing)
    process.join(moment.seconds if moment.seconds is not None else 600)
    process.kill()
    process.join()
    with os.fdopen(reading, "rb") as told:
        last = told.read().decode().splitlines()
    step, _, state = last[-1].rpartition(" ") if last else ("the start", "", "done")
    return step, state != "done", process.exitcode == -signal.SIGKILL


def _victim(trial: Trial, moment: Moment, told: int) -> None:
    os.setsid()
    times: dict[str, int] = {}
    last = ""

    def observe(name: str, done: int, total: int) -> None:
        nonlocal last
        if done == 0:
            times[name] = times.get(name, 0) + 1
        ended = done >= total and (total > 0 or last == f"{name} begun")
        if done == 0 or ended:
            last = f"{name} {'done' if ended else 'begun'}"
            os.write(told, f"{last}\n".encode())
        here = name == moment.step and times[name] == moment.number
        if here and (0 < done < total if moment.middle else ended):
            os.kill(os.getpid(), signal.SIGKILL)

    trial.run(observe)


def _again(trial: Trial, faults: list[str]) -> None:
    """The next run; a server needs a moment to notice that its client is gone."""
    for _ in range(400):
        try:
            in_child(lambda: trial.run(ignore))
        except Refused as error:
            if "another run" not in str(error):
                faults.append(repr(error))
                return
            time.sleep(0.05)
        except Exception as error:  # noqa: BLE001 - as above
            faults.append(repr(error))
            return
        else:
            return
    faults.append("the lock was never let go")


def _read_on(trial: Trial, answer: Connection, enough: Event) -> None:
    looks, faults, pause = 0, [], 0.02
    while not enough.is_set():
        try:
            began = time.monotonic()
            trial.look()
            looks, pause = looks + 1, time.monotonic() - began  # half of the time, however long a look takes
        except Exception as error:  # noqa: BLE001 - no error at all is allowed
            faults.append(repr(error))
            if len(faults) > 5:
                break
        time.sleep(pause)
    answer.send((looks, faults))
