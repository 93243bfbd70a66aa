"""The checks that need more than Python: run by `make check`, never by a plain `pytest`.

They look at Onrecord from outside, as its users do: through a browser, a shell, an empty environment and the
validators of the standards. `support.py` says how a missing program is handled; the last section of a run counts the
skips and names them.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from tests.check.support import BIN, ROOT, Service, environment, program, run, serving, skip

#: What checks want told at the end, by their names.
REMARKS = pytest.StashKey[dict[str, list[str]]]()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A fresh SQLite database that `onrecord publish` has filled with the committed log."""
    file = tmp_path_factory.mktemp("database") / "onrecord.sqlite"
    url = f"sqlite:///{file}"
    run([BIN / "onrecord", "publish"], env=environment(ONRECORD_DATABASE_URL=url))
    return url


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Service]:
    """The real service, started as `make serve` starts it, on a loopback port of its own."""
    log: Path = tmp_path_factory.mktemp("service") / "service.log"
    files = tmp_path_factory.mktemp("files")
    settings = environment(ONRECORD_DATABASE_URL=database_url, ONRECORD_FILES=str(files))
    run([BIN / "onrecord", "build"], env=settings)
    with serving([BIN / "python", "wsgi.py"], cwd=ROOT, log=log, env=settings) as running:
        yield running


@pytest.fixture(scope="session")
def node_tools() -> Path:
    """The folder of the locked Node programs, installed when the lock is newer than they are."""
    npm = program("npm")
    node = program("node")
    version = run([node, "--version"]).stdout.strip().lstrip("v").split(".")
    if (int(version[0]), int(version[1])) < (20, 19):
        skip("Node 20.19 or later")
    tools = ROOT / "tools"
    lock, installed = tools / "package-lock.json", tools / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run([npm, "ci", "--loglevel=error"], cwd=tools, env=environment(), timeout=600)
        installed.touch()
    return tools / "node_modules" / ".bin"


@pytest.fixture
def remarks(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What the running check wants told at the end of the run: lines, under its name."""
    lines: list[str] = []
    yield lines
    request.config.stash.setdefault(REMARKS, {})[request.node.nodeid.rpartition("/")[2]] = lines


@pytest.fixture
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clean clone would hold: the files that are, or are about to be, in the repository."""
    git = program("git")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    folder = tmp_path_factory.mktemp("clone") / "on record"  # a space in the path, as people have it
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, folder / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say what checks found worth telling; then in one line how many were skipped, and why."""
    for name, lines in terminalreporter.config.stash.get(REMARKS, {}).items():
        terminalreporter.section(name)
        terminalreporter.write_line("\n".join(lines))
    reports: list[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    reasons = []
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons.append(f"{report.nodeid.rpartition('/')[2]} ({reason.removeprefix('Skipped: ')})")
    terminalreporter.section("checks")
    terminalreporter.write_line(f"{len(reasons)} skipped{': ' if reasons else ''}{'; '.join(reasons)}")
