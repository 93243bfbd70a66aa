"""The commands of README.md and docs/ as a newcomer types them: each block of code is run by a shell.

Blocks that ask the service run against the real one, whose address takes the place of http://127.0.0.1:8000. A fenced
block of `json` or `text` that follows at once is what the command prints, `…` standing for anything. The lines for
people without make run in a clean copy of the repository, up to the line that starts the service.
"""

import itertools
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.check.support import ROOT, Service, environment, program, run, serving

ADDRESS = "http://127.0.0.1:8000"
# Fenced, with or without a language, or indented by four spaces after an empty line.
CODE = re.compile(
    r"^```(?P<language>\w*)\n(?P<fenced>[\s\S]*?)^```$"
    r"|(?<=\n\n)(?P<indented> {4}\S.*\n(?: {4}.*\n|\n(?= {4}))*)",
    re.MULTILINE,
)
OUTPUT = {"json", "text"}
# A shell in which curl says what failed, and an answer that is an error fails.
PRELUDE = 'set -euo pipefail\ncurl() { command curl --fail-with-body --silent --show-error --max-time 30 "$@"; }\n'


class Block(NamedTuple):
    """A block of code: where it stands, what it runs, and what the page says is printed (None: nothing is said)."""

    place: str
    script: str
    printed: str | None


def blocks(file: Path) -> list[Block]:
    """The blocks of a page that a shell may run, with the output that follows each."""
    text = file.read_text(encoding="utf-8")
    found = []
    matches = [*CODE.finditer(text), None]
    for match, following in itertools.pairwise(matches):
        if match is None or (match["language"] or "sh") != "sh":
            continue
        script = textwrap.dedent(match["fenced"] or match["indented"] or "")
        printed = None
        if (
            following is not None
            and following["language"] in OUTPUT
            and not text[match.end() : following.start()].strip()
        ):
            printed = following["fenced"]
        found.append(Block(f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}", script, printed))
    return found


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks(page)]
ASKING = [block for block in BLOCKS if ADDRESS in block.script and "curl" in block.script]
WITHOUT_MAKE = [block for block in BLOCKS if "-m venv" in block.script and "wsgi.py" in block.script]


def matches(printed: str, expected: str) -> bool:
    """Whether an output is the one that is written down: spaces at line ends aside, `…` standing for anything."""
    pattern = r".*".join(re.escape(part) for part in expected.strip().split("…"))
    cleaned = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    return re.fullmatch(pattern, cleaned, flags=re.DOTALL) is not None


def test_the_readme_asks_a_question() -> None:
    """There are examples to run: at least one question in README.md, and the lines for people without make."""
    assert any(block.place.startswith("README.md") for block in ASKING)
    assert WITHOUT_MAKE


@pytest.mark.parametrize("block", ASKING, ids=[block.place for block in ASKING])
def test_example_does_what_its_page_says(block: Block, service: Service, tmp_path: Path) -> None:
    """An example that asks the service exits with 0, and prints what is printed below it."""
    program("curl")
    script = PRELUDE + block.script.replace(ADDRESS, service.url)
    done = run([program("bash"), "-c", script], cwd=tmp_path, timeout=120)
    if block.printed is not None:
        shown = done.stdout.replace(service.url, ADDRESS)
        assert matches(shown, block.printed), f"{block.place} prints\n{shown}"


@pytest.mark.parametrize("block", WITHOUT_MAKE, ids=[block.place for block in WITHOUT_MAKE])
def test_lines_for_people_without_make(block: Block, clone: Path, tmp_path: Path) -> None:
    """The plain lines set up a copy of the repository, and the last one serves it."""
    *lines, last = [line for line in block.script.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert "wsgi.py" in last
    env = environment(ONRECORD_DATABASE_URL=f"sqlite:///{tmp_path / 'onrecord.sqlite'}")
    script = "\n".join(["set -eu", *lines])
    run([program("bash"), "-c", script], cwd=clone, env=env, timeout=600)
    # a block may have made and entered the environment, so the last line gets the lines that enter it
    entering = [line for line in lines if line.startswith((". ", "source ", "cd ", "export "))]
    command = [program("bash"), "-c", "\n".join([*entering, f"exec {last.split('#')[0].strip()}"])]
    with serving(command, cwd=clone, log=tmp_path / "service.log", env=env) as served:
        run([program("curl"), "--fail", "--silent", f"{served.url}/v1/claims"])
