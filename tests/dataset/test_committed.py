"""The data in the repository: the log gives what its manifests say, the records are sound, the passes are kept."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dataset.canonical import canonical, parse
from dataset.checking import check_folder
from dataset.library import RELEASES
from dataset.log import Release, Replay, read_log
from dataset.releasing import changelog, manifest_text
from dataset.settings import PACKAGE

#: Left out by `make test-fast`: many requests, words or releases, each worth its time but not at every save.
pytestmark = pytest.mark.slow

ROOT = PACKAGE.parent
LOG = read_log(RELEASES)


def test_every_digest_of_every_release_follows_from_the_log() -> None:
    """`Replay.apply` compares the digests of state and types, and all counts, with each manifest."""
    replayed = Replay()
    for release in LOG:
        replayed.apply(release)
    assert replayed.state


@pytest.mark.parametrize("release", LOG, ids=[release.version for release in LOG])
def test_a_release_is_frozen_in_one_form(release: Release) -> None:
    assert release.path
    data = (release.path / "changes.jsonl").read_bytes()
    assert hashlib.sha256(data).hexdigest() == release.manifest["changes_sha256"]
    assert data == b"".join(canonical(parse(line)) + b"\n" for line in data.splitlines())
    assert (release.path / "manifest.json").read_text("utf-8") == manifest_text(release)


def test_the_changelog_is_written_from_the_log() -> None:
    assert (RELEASES / "CHANGELOG.md").read_text("utf-8") == changelog(LOG)


def test_the_records_are_sound() -> None:
    assert [str(problem) for problem in check_folder(PACKAGE / "records", None).errors] == []


PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_for_python_run(number: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXAMPLES[number]], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_there_are_examples_and_releases() -> None:
    assert EXAMPLES
    assert LOG
    assert json.loads((RELEASES / LOG[0].version / "manifest.json").read_text("utf-8"))["parent"] is None
