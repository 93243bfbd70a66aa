"""`python -m benchmarks.loader PACKAGE DATABASE`: load a package and print how long each step took, as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from dataset.importing.run import Options, load


def main(package: str, database: str) -> None:
    """Load, and tell the seconds of each step and the number of records."""
    began: dict[str, float] = {}
    took: dict[str, float] = {}

    def observe(step: str, done: int, total: int) -> None:
        now = time.perf_counter()
        began.setdefault(step, now)
        if done == total:
            took[step] = now - began[step]

    options = Options(report=Path(database).with_suffix(".rejected.jsonl"), withdraw=True)
    started = time.perf_counter()
    outcome = load(Path(package), f"sqlite:///{database}", options, observe)
    seconds = time.perf_counter() - started
    if outcome.result != "loaded":
        raise SystemExit(f"{outcome.result}: {outcome.first}")
    sys.stdout.write(json.dumps({"records": sum(outcome.read.values()), "seconds": seconds, "steps": took}))


if __name__ == "__main__":
    main(*sys.argv[1:])
