"""`python -m benchmarks [--part PART]… [--size SIZE]`: run all parts and write the page, or some and print them."""

from __future__ import annotations

import argparse
import os
import time

from benchmarks import data, report
from benchmarks.parts import APART, KINDS, Run, part, parts
from benchmarks.places import tell


def main() -> None:
    """Run what is asked for."""
    known = [*parts(), *KINDS]
    options = argparse.ArgumentParser(
        prog="make bench", description="PART=… and SIZE=… choose; all parts write the page."
    )
    options.add_argument("--part", choices=known, action="append", help="a part; all by default")
    options.add_argument("--size", choices=list(data.SIZES), default="1M", help="claims in the data")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=1.5, help="for which each candidate is asked in a round")
    options.add_argument("--write", action="store_true", help="write the page for the chosen parts too")
    asked = options.parse_args()
    run = Run(asked.size, asked.rounds, asked.seconds)
    started, sections = time.monotonic(), []
    for name in asked.part or [name for name in parts() if name not in APART]:
        tell(f"\n[{time.monotonic() - started:.0f} s] {name}, load {os.getloadavg()[0]:.1f}\n")
        sections.append(part(name)(run))
        tell(report.show(sections[-1]))
    if asked.write or not asked.part:
        report.write(sections, time.monotonic() - started)
        tell(f"\nWritten: {report.PAGE}")


if __name__ == "__main__":
    main()
