"""The wheel in an environment that has nothing else: it brings its code, its data and its migrations along."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.check.support import BIN, ROOT, environment, run, serving

# Where the modules lie, found without running them (the service wants a database at its import).
ASK = """
from importlib.util import find_spec
from pathlib import Path
for name in ("api", "dataset", "migrations", "wsgi"):
    spec = find_spec(name)
    print(Path(spec.origin or next(iter(spec.submodule_search_locations))).resolve())
"""

# The released log from Python: every release, typed records, tables; pandas and Polars are not part of the wheel.
READ = """
import dataset
for version in dataset.releases():
    claims = dataset.release(version).claims()
    assert len(claims) == dataset.release(version).manifest["counts"]["claims"]
    assert claims.arrow().column("id").to_pylist() == [claim["id"] for claim in claims]
for name in ("pandas", "polars"):
    try:
        getattr(claims, name)()
    except ImportError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, as a package index would have it."""
    folder = tmp_path_factory.mktemp("dist")
    run([BIN / "python", "-m", "hatchling", "build", "--target", "sdist", "--directory", folder])
    (archive,) = folder.glob("*.tar.gz")
    run(["tar", "-xzf", archive, "-C", folder])
    unpacked = folder / archive.name.removesuffix(".tar.gz")
    run([BIN / "python", "-m", "hatchling", "build", "--target", "wheel", "--directory", folder], cwd=unpacked)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that holds the wheel and the runtime lock, and nothing else."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    run([BIN / "python", "-m", "venv", home])
    pip: list[str | Path] = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "install", "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt"], timeout=600)
    run([*pip, "install", "--no-deps", "--no-index", wheel])
    run([*pip, "check"])
    return home / "bin"


def tracked(*folders: str) -> set[str]:
    """The files of these folders that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}


def test_wheel_holds_all_it_should_and_no_more(wheel: Path) -> None:
    """Every file of the packages is in the wheel, the licences too, and nothing of the tests or the tools."""
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {name for name in names if ".dist-info/" not in name}
    assert inside == tracked("api", "dataset", "migrations") | {"wsgi.py"}
    assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "LICENSE-DATA"}


def test_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    """In the new environment every module comes from the environment, not from a checkout."""
    places = run([installed / "python", "-c", ASK], cwd=tmp_path).stdout.split()
    assert len(places) == 4
    assert all(Path(place).is_relative_to(installed.parent.resolve()) for place in places)


def test_installed_package_publishes_and_serves(installed: Path, tmp_path: Path) -> None:
    """`onrecord publish` builds a database from the packaged log and migrations; the packaged service answers on it."""
    env = environment(ONRECORD_DATABASE_URL=f"sqlite:///{tmp_path / 'onrecord.sqlite'}")
    run([installed / "onrecord", "publish", "--if-empty"], cwd=tmp_path, env=env)
    log = tmp_path / "service.log"
    with serving([installed / "python", "-m", "wsgi"], cwd=tmp_path, log=log, env=env) as service:
        run([BIN / "python", "-c", f"from urllib.request import urlopen; urlopen('{service.url}/v1/claims')"])


def test_installed_package_is_read_from_python(installed: Path, tmp_path: Path) -> None:
    """With no server and no database; what a table wants besides is named."""
    told = run([installed / "python", "-W", "error", "-c", READ], cwd=tmp_path).stdout
    assert told.splitlines() == [
        "a table for pandas wants pandas: run `pip install pandas`",
        "a table for polars wants polars: run `pip install polars`",
    ]
