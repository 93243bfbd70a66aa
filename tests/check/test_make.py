"""`make serve` in a clean copy of the repository: one command sets up everything, a second start re-does nothing."""

import json
import time
from pathlib import Path
from urllib.request import urlopen

from tests.check.support import ROOT, environment, program, run, serving


def state(clone: Path) -> dict[str, tuple[int, int]]:
    """What a start could have made anew: inode and time of the stamps, the program and the database."""
    watched = [*clone.glob(".venv/.*"), clone / ".venv/bin/onrecord", *(clone / "var").glob("*")]
    found = {str(path.relative_to(clone)): path.stat() for path in watched if path.is_file()}
    return {name: (status.st_ino, status.st_mtime_ns) for name, status in found.items()}


def test_one_command_serves(clone: Path, tmp_path: Path) -> None:
    """From nothing `make serve` answers with real claims; its second start makes nothing anew."""
    make = program("make")
    with serving([make, "serve"], cwd=clone, log=tmp_path / "first.log", env=environment(), within=600) as service:
        with urlopen(f"{service.url}/v1/claims", timeout=10) as answer:
            first = json.load(answer)
        assert first["data"]
    before = state(clone)
    assert any(name.startswith("var/") for name in before)

    started = time.monotonic()
    with serving([make, "serve"], cwd=clone, log=tmp_path / "second.log", env=environment()) as service:
        took = time.monotonic() - started
        with urlopen(f"{service.url}/v1/claims", timeout=10) as answer:
            assert json.load(answer) == first
    assert took < 10  # a machine under load takes its time; `make bench` measures it
    assert state(clone) == before


def test_make_alone_explains_itself() -> None:
    """`make` lists its targets and does nothing."""
    done = run([program("make")])
    for target in ("serve", "test", "check", "openapi", "lock"):
        assert f"make {target}" in done.stdout


def test_missing_python_is_explained(tmp_path: Path) -> None:
    """Without a Python that is new enough the message says what is needed and how to name one."""
    done = run(["sh", ROOT / "requirements" / "venv.sh", tmp_path / "venv"], env=environment(PYTHON="false"), expect=1)
    assert "Python 3.11 or later" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / "venv").exists()
