"""A run that is killed leaves the database as it was, nothing unpacked, and no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dataset.importing.run import Options, load
from tests.conftest import NewDatabase
from tests.importing.support import write_lines
from tests.synthetic import Maker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked for in /proc"),
]


def children(process: int) -> set[int]:
    """The processes that a process started."""
    found: set[int] = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        found |= {int(child) for child in (task / "children").read_text().split()}
    return found


def eventually(holds: object, seconds: float = 30) -> bool:
    """Whether something comes to hold."""
    assert callable(holds)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def runs(process: int) -> bool:
    """Whether a process is alive; one that waits to be buried is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left(ending: signal.Signals, new_database: NewDatabase, tmp_path: Path) -> None:
    """The processes that check end with the one that started them, and the next run succeeds."""
    path = write_lines(tmp_path / "package", Maker(seed=4, claims=25_000).records())
    url = new_database("sqlite")
    database = Path(url.removeprefix("sqlite:///"))
    environment = {**os.environ, "ONRECORD_DATABASE_URL": url}
    command = [sys.executable, "-c", "from dataset.cli import main; main()", "load", str(path), "--jobs", "2"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.PIPE) as program:
        # two that check, and the one that keeps track of what they share
        assert eventually(lambda: len(children(program.pid)) >= 2)
        started = children(program.pid)
        program.send_signal(ending)
        program.wait(30)
    assert program.returncode != 0
    assert eventually(lambda: not any(runs(one) for one in started)), started
    assert not database.exists()
    assert {file.name for file in tmp_path.iterdir()} == {"package"}
    assert load(path, url, Options(jobs=1)).result == "loaded"
