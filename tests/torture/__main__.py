"""`make torture`: kills by the hundred, while readers read; writes the table of docs/durability.md.

    python -m tests.torture --records 50000 --kills 200

A kill after every step that the code names and in the middle of every one that is told in parts; the rest at random
moments. The trials take turns, so that a run that is ended early has done something of each.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.torture.dataset import make_trials
from tests.torture.killing import Kill, Moment, kill, observe_run
from tests.torture.trials import AFTER, BEFORE, Trial

PAGE = Path(__file__).resolve().parents[2] / "docs" / "durability.md"
BEGIN, END = "<!-- the table that `make torture` wrote last -->\n", "<!-- end of the table -->\n"


def say(text: str) -> None:
    """Tell at once: a run takes an hour, and is watched."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def at_steps(steps: Sequence[tuple[str, int, bool]], among: Collection[str]) -> Iterator[Moment]:
    """After every step (or those `among` them), and in the middle of those that are told in parts."""
    for name, number, parted in steps:
        if not among or name in among:
            yield Moment(name, number)
            if parted:
                yield Moment(name, number, middle=True)


def torture(
    trials: Sequence[Trial], kills: int, seed: int, until: float = float("inf"), among: Collection[str] = ()
) -> list[Kill]:
    """Kill at every step, then by chance up to so many kills; ends early at a time of the monotonic clock.

    The trials take turns, those that take long fewer.
    """
    random = Random(seed)
    waiting: list[tuple[float, Trial, Moment]] = []
    taking: dict[str, float] = {}
    for trial in trials:
        steps, seconds = observe_run(trial)
        taking[trial.name] = seconds
        moments = list(at_steps(steps, among))
        random.shuffle(moments)
        waiting += [(number * seconds, trial, moment) for number, moment in enumerate(moments)]
        say(f"{trial.name}: {seconds:.1f} s a run, {len(steps)} steps, a kill at {len(moments)} places")
    planned = Counter(trial.name for _, trial, _ in waiting)
    while len(waiting) < kills:
        trial = min(trials, key=lambda one: (planned[one.name] + 1) * taking[one.name])
        seconds = taking[trial.name]
        waiting.append((planned[trial.name] * seconds, trial, Moment(seconds=random.uniform(0, seconds * 1.02))))
        planned[trial.name] += 1
    done: list[Kill] = []
    for _, trial, moment in sorted(waiting, key=lambda one: one[0]):
        if time.monotonic() > until:
            break
        done.append(kill(trial, moment))
        say(f"{len(done)} of {len(waiting)}: {json.dumps(asdict(done[-1]))}")
    return done


def table(kills: Sequence[Kill]) -> str:
    """The kills by trial and step, and what was found after each."""
    text = (
        "| trial | step | killed after it | killed within it | found as before | in the log alone | found as after |\n"
    )
    text += "|---|---|---:|---:|---:|---:|---:|\n"
    rows: dict[tuple[str, str], Counter[str]] = {}
    for one in kills:
        row = rows.setdefault((one.trial, one.step), Counter())
        row["within" if one.within else "at"] += 1
        row[one.found] += 1
    for (trial, step), row in sorted(rows.items(), key=lambda item: item[0][0]):
        figures = [row["at"], row["within"], row[BEFORE], row["log"], row[AFTER]]
        text += f"| {trial} | {step} | {' | '.join(str(figure or '') for figure in figures)} |\n"
    return text


def summary(kills: Sequence[Kill], records: int, seconds: float) -> str:
    """What was done, in a sentence."""
    faults = [fault for one in kills for fault in one.faults]
    looks = sum(one.looks for one in kills)
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{day}: {len(kills)} kills over {records:,} records in {seconds / 60:.0f} minutes, "
        f"{looks:,} looks of readers: {len(faults) or 'no'} {'fault' if len(faults) == 1 else 'faults'}.\n"
    )


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after so long, with what is done")
    parser.add_argument("--folder", type=Path, help="where it works; by default a temporary folder")
    parser.add_argument("--write", type=Path, help=f"the page whose table is written, such as {PAGE.name}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        began = time.monotonic()
        trials, records, close = make_trials(Path(folder), arguments.records)
        try:
            kills = torture(trials, arguments.kills, arguments.seed, began + arguments.minutes * 60)
        finally:
            close()
    text = f"{summary(kills, records, time.monotonic() - began)}\n{table(kills)}"
    say(text)
    for one in kills:
        for fault in one.faults:
            say(f"FAULT {one}: {fault}")
    if arguments.write:
        page = arguments.write.read_text("utf-8")
        before, after = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
        arguments.write.write_text(f"{before}\n{text}\n{after}", "utf-8")
    sys.exit(any(one.faults for one in kills))


if __name__ == "__main__":
    main()
