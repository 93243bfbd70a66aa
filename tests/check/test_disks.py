"""Disks that are full or read-only, real ones: small file systems in memory, mounted for a moment.

Only root can mount; where nobody may, the checks are skipped, for no set-up of ours could prevent it. `make test` has
the same with a limit on the size of files.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.check.support import BIN, environment, run, serving, skip
from tests.store.victim import write_log
from tests.synthetic import make_log

Remount = Callable[[str], None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Remount]]:
    """A file system of its own, and a function that mounts it anew with other options."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        skip("the right to mount a file system", preventable=False)
    try:
        yield place, lambda options: void(run([mount, "-o", f"remount,{options}", place]))
    finally:
        run(["umount", "--lazy", place])


def void(_: object) -> None:
    """Nothing of it is wanted."""


@pytest.fixture
def settings(disk: tuple[Path, Remount], tmp_path: Path) -> dict[str, str]:
    """A database with the first release of two, and its files, on that disk; the log lies elsewhere."""
    log = make_log(seed=6, claims=400, releases=2)
    write_log(tmp_path / "log", log[:1])
    place = disk[0]
    env = environment(
        ONRECORD_DATABASE_URL=f"sqlite:///{place / 'onrecord.sqlite'}",
        ONRECORD_FILES=str(place / "files"),
        ONRECORD_RELEASES=str(tmp_path / "log"),
    )
    run([BIN / "onrecord", "publish"], env=env)
    run([BIN / "onrecord", "build"], env=env)
    write_log(tmp_path / "log", log[1:])
    return env


def newest(url: str) -> str:
    """What the service says is the newest release, with all of it at hand."""
    with urllib.request.urlopen(f"{url}/v1/claims?limit=500", timeout=10) as answer:
        version: str = json.load(answer)["release"]
    with urllib.request.urlopen(f"{url}/v1/releases/0.1.0/files/claims.csv", timeout=10) as answer:
        assert answer.read()
    return version


def names(place: Path) -> set[str]:
    """What lies on the disk, in the folder of the files too."""
    return {str(path.relative_to(place)) for path in (*place.glob("*"), *(place / "files").glob("*"))}


def used(place: Path) -> int:
    """KiB that are used on the disk."""
    found = shutil.disk_usage(place)
    return found.used // 1024


def test_a_full_disk(disk: tuple[Path, Remount], settings: dict[str, str], tmp_path: Path) -> None:
    """Commands say what failed and where, nothing is lost or left, and the service goes on; with room they succeed."""
    place, remount = disk
    with serving([BIN / "python", "-m", "wsgi"], cwd=tmp_path, log=tmp_path / "log.txt", env=settings) as service:
        assert newest(service.url) == "0.1.0"
        before = names(place)
        for room in (0, 200):  # KiB
            remount(f"size={used(place) + room}k")
            for command in (["publish"], ["build", "--force", "0.1.0"], ["migrate", "--to", "0001"]):
                done = run([BIN / "onrecord", *command], env=settings, expect=1)
                assert "is as it was: step " in done.stderr, done.stderr
                assert "No space left on device" in done.stderr or "full" in done.stderr, done.stderr
                assert names(place) <= before | {"onrecord.sqlite.lock", "files/.lock"}
                assert newest(service.url) == "0.1.0"
        remount("size=64m")
        run([BIN / "onrecord", "publish"], env=settings)
        assert newest(service.url) == "0.2.0"
        run([BIN / "onrecord", "build"], env=settings)
        run([BIN / "onrecord", "verify"], env=settings)


def test_a_disk_that_is_read_only(disk: tuple[Path, Remount], settings: dict[str, str], tmp_path: Path) -> None:
    """A service starts on it and serves; commands with something to do say why not, those without say that too."""
    _, remount = disk
    remount("ro")
    with serving([BIN / "python", "-m", "wsgi"], cwd=tmp_path, log=tmp_path / "log.txt", env=settings) as service:
        for command in (["publish"], ["build", "--force"], ["migrate", "--to", "0001"]):
            done = run([BIN / "onrecord", *command], env=settings, expect=1)
            assert "Read-only file system" in done.stderr, done.stderr
            assert newest(service.url) == "0.1.0"
        assert "already" in run([BIN / "onrecord", "build"], env=settings).stdout
        assert "already" in run([BIN / "onrecord", "migrate"], env=settings).stdout
        run([BIN / "onrecord", "verify"], env=settings)
        remount("rw")
        run([BIN / "onrecord", "publish"], env=settings)
        assert newest(service.url) == "0.2.0"
