"""The memory of a load does not grow with what is loaded: all processes together, as `make bench` counts them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks.watching import run
from dataset.canonical import encode, prune
from tests.synthetic import Maker

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read in /proc")

#: Claims of two packages: the caches of SQLite are full with the first, for so long that its peak is seen.
SIZES = (100_000, 300_000)
#: How much more the second may take: nothing is held for each record, but freed memory is not always given back.
MORE = 1.15


def peak(folder: Path, claims: int) -> float:
    """Megabytes of loading so many claims."""
    package = folder / str(claims)
    package.mkdir()
    files = {}
    for type, body in Maker(seed=3, claims=claims).records():
        if type not in files:
            files[type] = (package / f"{type}.jsonl").open("wb")
        files[type].write(encode(prune(body)) + b"\n")
    for file in files.values():
        file.close()
    command = [sys.executable, "-m", "benchmarks.loader", str(package), str(folder / f"{claims}.sqlite")]
    ran = run(command, os.environ)
    assert json.loads(ran.printed)["records"] > claims
    return ran.megabytes


def test_memory_is_flat(tmp_path: Path) -> None:
    """Three times the records take no more than a little more."""
    small, large = (peak(tmp_path, claims) for claims in SIZES)
    assert large < MORE * small, (small, large)
    assert large < 400
