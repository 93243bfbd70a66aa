"""The house rules that no linter knows: who imports whom, how long a file is, what may stand in the repository."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("api", "dataset", "migrations")
LONGEST = 400  # lines of a file of code; most have fewer than 300
ADDRESS = re.compile(r"https?://[^\s\"'<>)\]]*(?:pypi|pythonhosted|npmjs|/simple/)", re.IGNORECASE)


@cache
def tracked() -> list[Path]:
    """The files that are, or are about to be, in the repository; without git, those outside of hidden folders."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
    except (FileNotFoundError, subprocess.CalledProcessError):
        skipped = {".venv", "node_modules", "var", "__pycache__"}
        found = (path for path in ROOT.rglob("*") if not skipped.intersection(path.relative_to(ROOT).parts))
        return [path for path in found if path.is_file()]
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def code(*folders: str) -> list[Path]:
    """The Python files of these folders, or of the whole repository."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    ]


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_dataset_never_imports_the_service() -> None:
    """`api` imports `dataset`, never the other way round; and neither knows of the tests."""
    wrong = {
        str(path.relative_to(ROOT))
        for path in code("dataset", "migrations")
        if imported(path) & {"api", "wsgi", "flask"}
    }
    assert wrong == set()
    assert {str(path.relative_to(ROOT)) for path in code(*PACKAGES) if "tests" in imported(path)} == set()


def test_files_fit_in_the_head() -> None:
    """No file of code is longer than can be read in one go."""
    lengths = {str(path.relative_to(ROOT)): len(path.read_bytes().splitlines()) for path in code()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_address_of_a_registry() -> None:
    """Packages are named, with versions and digests, and never fetched from an address that is written down here."""
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in ADDRESS.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", ["runtime", "dev", "bench"])
def test_locks_are_complete(name: str) -> None:
    """Each locked package has one exact version and its hashes, and nothing else steers the installer."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [
        line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    assert lines
    wrong = [
        line[:60] for line in lines if not re.match(r"[a-z0-9][a-z0-9.\[\]_-]*==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert wrong == []


def test_locks_agree() -> None:
    """What serves is tested: both locks name the same version of every package that they share."""

    def versions(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", text, flags=re.MULTILINE))

    runtime, dev = versions("runtime"), versions("dev")
    assert runtime.items() <= dev.items()


def test_lock_holds_what_pyproject_asks_for() -> None:
    """No dependency was added without `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name, wanted in {
        "runtime": [*project["project"]["dependencies"], *project["dependency-groups"]["build"]],
        "dev": project["dependency-groups"]["dev"],
    }.items():
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        locked = set(re.findall(r"^([a-z0-9._-]+)==", text.replace("_", "-"), flags=re.MULTILINE))
        asked = {re.split(r"[\[><=~! ]", line)[0].replace(".", "-") for line in wanted}
        assert asked <= {package.replace(".", "-") for package in locked}


def test_citation_names_the_licences_that_hold() -> None:
    """CITATION.cff has what its format demands, and the licence of the data."""
    citation = YAML(typ="safe", pure=True).load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "title", "message", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == "CC-BY-4.0"
    assert "Attribution 4.0 International Public License" in (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
