"""docs/sdk.md, run: clients are generated from the document of the live service, and do with it what the page says.

A section of the page is one program. Its `sh` block generates the client, its blocks of `python` or `ts` are joined in
their order, and what each of them prints is compared with the `text` block below it. Python runs with warnings as
errors, TypeScript passes its compiler's strict mode first.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.check.support import ROOT, Service, environment, program, programs_of, run
from tests.check.test_docs import ADDRESS, matches

PAGE = ROOT / "docs" / "sdk.md"
LONGEST = 10  # lines of a block, empty ones not counted
TASKS = 5  # blocks of a section that print something
MARK = "---- {}"


class Step(NamedTuple):
    """A block of code of a section, and what it prints."""

    language: str
    code: str
    printed: str | None


def section(heading: str) -> Iterator[Step]:
    """The blocks of the section whose heading begins so."""
    (text,) = [
        part for part in re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE) if part.startswith(heading)
    ]
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    for number, (language, code) in enumerate(blocks):
        if language != "text":
            following = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
            yield Step(language, code, following[1] if following[0] == "text" else None)


def generated(heading: str, folder: Path, service: Service, programs: Path) -> list[Step]:
    """The steps of a section, after its client was generated into `folder`."""
    command, *steps = section(heading)
    assert command.language == "sh"
    env = environment(PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    run(["sh", "-ec", command.code.replace(ADDRESS, service.url)], cwd=folder, env=env)
    return steps


def written(steps: list[Step], marking: str, service: Service) -> str:
    """The program that the steps make, with a mark printed before each."""
    return "\n".join(f"{step.code}{marking.format(MARK.format(number))}" for number, step in enumerate(steps)).replace(
        ADDRESS, service.url
    )


def check(steps: list[Step], output: str) -> None:
    """Every step printed what the page says."""
    printed = re.split(rf"^{MARK.format('[0-9]+')}\n", output, flags=re.MULTILINE)
    for step, shown in zip(steps, printed, strict=False):
        assert matches(shown, step.printed or ""), f"{step.code}prints\n{shown}"
    assert len(printed) == len(steps) + 1
    assert all(len([line for line in step.code.splitlines() if line.strip()]) <= LONGEST for step in steps)
    assert len([step for step in steps if step.printed]) >= TASKS


IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
names = [each.name for each in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


@pytest.mark.parametrize(
    ("heading", "place", "package"),
    [
        ("Python with openapi-python-client", ".", "onrecord_client"),
        ("Python with openapi-generator", "generated", "onrecord_api"),
    ],
)
def test_python_clients(service: Service, tmp_path: Path, heading: str, place: str, package: str) -> None:
    """A client for Python is generated, imported as a whole, and does all that the page shows."""
    if "openapi-generator" in heading:
        program("java")
    programs = programs_of("sdk")
    steps = generated(heading, tmp_path, service, programs)
    python: list[str | Path] = [programs / "python", "-W", "error"]
    assert int(run([*python, "-c", IMPORT_ALL, place, package], cwd=tmp_path).stdout) > 50
    (tmp_path / "program.py").write_text(written(steps, "print('{}')", service), "utf-8")
    check(steps, run([*python, "program.py"], cwd=tmp_path).stdout)


def test_typescript_client(service: Service, node_tools: Path, tmp_path: Path) -> None:
    """The client for TypeScript passes the compiler, and does all that the page shows."""
    steps = generated("TypeScript", tmp_path, service, node_tools)
    (tmp_path / "node_modules").symlink_to(node_tools.parent)
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "program.ts").write_text(written(steps, 'console.log("{}");', service), "utf-8")
    settings = {"strict": True, "noUncheckedIndexedAccess": True, "target": "es2022", "module": "nodenext", "types": []}
    settings["noEmitOnError"] = True
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": settings, "files": ["program.ts"]}), "utf-8")
    run([node_tools / "tsc"], cwd=tmp_path)
    check(steps, run([program("node"), "program.js"], cwd=tmp_path).stdout)
