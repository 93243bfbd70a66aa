"""How the files come about: the same bytes every time, all of them or none, one run at a time."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dataset.exports import building
from dataset.exports.building import STEPS, build
from dataset.exports.index import INDEX, read_index
from dataset.store.steps import Failed, Refused
from tests.exports.conftest import Offer
from tests.exports.support import contents

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


class Stop(BaseException):
    """Raised by an observer that ends a run."""


def stopping_at(step: str) -> Any:
    """An observer that ends the run when a step begins."""

    def observe(name: str, done: int, total: int) -> None:
        if name == step and done == 0:
            raise Stop(step)

    return observe


def digests(folder: Path, version: str) -> dict[str, str]:
    """The digests of a release's files by name, from its index."""
    index = read_index(folder, version)
    assert index is not None
    return {file.name: file.sha256 for file in index.files}


def test_two_builds_are_equal(offer: Offer, tmp_path: Path) -> None:
    """Every file of every release, byte for byte."""
    build(offer.url, tmp_path / "again")
    for release in offer.log:
        assert contents(tmp_path / "again" / release.version) == contents(offer.folder / release.version)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "umask"),
    [
        ({"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}, 0o077),
        ({"PYTHONHASHSEED": "2", "TZ": "America/Adak", "LC_ALL": "de_DE.UTF-8", "PYTHONUTF8": "0"}, 0o002),
    ],
)
def test_builds_are_equal_wherever_they_run(
    offer: Offer, tmp_path: Path, environment: dict[str, str], umask: int
) -> None:
    """In another process, with another hash seed, time zone, locale, working directory and umask."""
    settings = {"ONRECORD_DATABASE_URL": offer.url, "ONRECORD_FILES": "files", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from dataset.cli import main; main(['build'])"]
    env = {**os.environ, **environment, **settings}
    subprocess.run(command, env=env, cwd=tmp_path, check=True, umask=umask, capture_output=True)
    for release in offer.log:
        assert contents(tmp_path / "files" / release.version) == contents(offer.folder / release.version)


def test_both_engines_give_the_same_files(published_url: str, engine: str, tmp_path: Path) -> None:
    """The files follow from the release, not from the database that holds it."""
    build(published_url, tmp_path, ["0.2.0", "0.3.0"])
    expected = EXPECTED.setdefault("files", digests(tmp_path, "0.2.0") | digests(tmp_path, "0.3.0"))
    assert digests(tmp_path, "0.2.0") | digests(tmp_path, "0.3.0") == expected


#: What the engine that came first gave.
EXPECTED: dict[str, dict[str, str]] = {}


def test_only_what_is_lacking_is_built(offer: Offer, small_url: str, tmp_path: Path) -> None:
    """Without versions all that have no files; with `force` those named, once more; an unknown one is refused."""
    assert build(small_url, tmp_path, ["0.2.0"]).built == ("0.2.0",)
    outcome = build(small_url, tmp_path)
    assert (outcome.built, outcome.kept) == (("0.1.0",), ("0.2.0",))
    before = (tmp_path / "0.2.0").stat().st_ino
    assert build(small_url, tmp_path).built == ()
    assert (tmp_path / "0.2.0").stat().st_ino == before
    assert build(small_url, tmp_path, ["0.2.0"], force=True).built == ("0.2.0",)
    assert (tmp_path / "0.2.0").stat().st_ino != before
    with pytest.raises(Refused, match=r"no release '7\.0\.0'; allowed: 0\.1\.0, 0\.2\.0"):
        build(small_url, tmp_path, ["7.0.0"])


def test_files_of_another_state_are_made_anew(offer: Offer, tmp_path: Path) -> None:
    """A release below 1.0.0 that was cut anew has the version of the old one, but not its files."""
    folder = tmp_path / "files"
    shutil.copytree(offer.folder / "0.1.0", folder / "0.1.0")
    index = folder / "0.1.0" / INDEX
    index.write_text(index.read_text("utf-8").replace(offer.log[0].sha256, "0" * 64), "utf-8")
    assert build(offer.url, folder, ["0.1.0"]).built == ("0.1.0",)
    index.write_text("{", "utf-8")
    assert build(offer.url, folder, ["0.1.0"]).built == ("0.1.0",)
    assert contents(folder / "0.1.0") == contents(offer.folder / "0.1.0")


def test_a_second_run_is_refused(offer: Offer, tmp_path: Path) -> None:
    """Of two runs at once the second is told so, and what the first does is not disturbed."""

    def observe(step: str, done: int, total: int) -> None:
        if step == building.DELTA and done == 0:
            with pytest.raises(Refused, match="another run builds files"):
                build(offer.url, tmp_path, ["0.1.0"])

    assert build(offer.url, tmp_path, ["0.2.0"], observe).built == ("0.2.0",)


@pytest.mark.parametrize("step", STEPS)
def test_whatever_ends_a_run_leaves_all_or_nothing(offer: Offer, tmp_path: Path, step: str) -> None:
    """A run that ends at any step leaves what was there before, and no leftovers; the next one completes."""
    with pytest.raises(Stop):
        build(offer.url, tmp_path, ["0.2.0"], stopping_at(step))
    assert [path.name for path in tmp_path.iterdir() if path.name != ".lock"] == []
    build(offer.url, tmp_path, ["0.2.0"])
    before = contents(tmp_path / "0.2.0")
    with pytest.raises(Stop):
        build(offer.url, tmp_path, ["0.2.0"], stopping_at(step), force=True)
    assert contents(tmp_path / "0.2.0") == before


VICTIM = """
import os, signal, sys
from pathlib import Path
from dataset.exports import building

def observe(step, done, total):
    if step == sys.argv[3] and done == 0:
        os.kill(os.getpid(), signal.SIGKILL)

building.build(sys.argv[1], Path(sys.argv[2]), ["0.2.0"], observe, force=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", [*STEPS, "between"])
def test_a_killed_run_is_swept_away(offer: Offer, tmp_path: Path, step: str) -> None:
    """After SIGKILL at any step the old files are there, or come back with the next run, which leaves nothing stale."""
    build(offer.url, tmp_path, ["0.2.0"])
    if step == "between":  # the old files are aside, the new ones not yet in their place
        (tmp_path / "0.2.0").rename(tmp_path / ".old-0.2.0")
        (tmp_path / ".building-0.2.0").mkdir()
    else:
        command = [sys.executable, "-c", VICTIM, offer.url, str(tmp_path), step]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        assert contents(tmp_path / "0.2.0") == contents(offer.newest)
    assert build(offer.url, tmp_path, ["0.1.0", "0.2.0"]).built == ("0.1.0",)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "0.1.0", "0.2.0"]
    assert contents(tmp_path / "0.2.0") == contents(offer.newest)


def test_a_database_that_lies_gives_no_files(small_url: str, tmp_path: Path) -> None:
    """Bodies that have not the digests of the manifest are not offered to anybody."""
    with closing(sqlite3.connect(small_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE topics SET body = replace(body, 'Later', 'Never')")
        database.commit()
    with pytest.raises(Failed, match=r"topics\.jsonl of release 0\.2\.0 has not the digest"):
        build(small_url, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock", "0.1.0"]


def test_a_full_disk_leaves_nothing(offer: Offer, tmp_path: Path) -> None:
    """Where the files do not fit there are none, and the message names the step."""
    script = f"""
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from dataset.exports.building import build
try:
    build({offer.url!r}, Path({str(tmp_path)!r}))
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("Failed"), done
    assert "step " in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_the_service_needs_no_arrow(offer: Offer) -> None:
    """A worker, with what it finds files and writes CSV by, does not import pyarrow; nor does `onrecord verify`."""
    modules = "wsgi, dataset.exports.index, dataset.exports.artefacts, dataset.exports.flat, dataset.cli.verify"
    script = f"import sys, {modules}\nwsgi.app\nprint([name for name in sys.modules if name.startswith('pyarrow')])"
    env = {**os.environ, "ONRECORD_DATABASE_URL": offer.url}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_finding_nothing_to_build_costs_little(offer: Offer) -> None:
    """`make serve` asks at every start: nothing of what makes files is imported, nor of what checks records."""
    code = "import sys; from dataset.cli import main; main(standalone_mode=False); print(*sys.modules)"
    env = {**os.environ, "ONRECORD_DATABASE_URL": offer.url, "ONRECORD_FILES": str(offer.folder)}
    command = [sys.executable, "-c", code, "build"]
    told, loaded = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told.endswith("already")
    assert {"pyarrow", "ruamel", "marshmallow", "alembic"}.isdisjoint(name.partition(".")[0] for name in loaded.split())
