"""What is written from schemas and records, and committed: `python -m dataset.generate` (or `make docs`) writes it all.

A test compares each file with what this would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from dataset import reference, typed
from dataset.exports import reference as files_reference
from dataset.review import quality

ROOT: Final = Path(__file__).resolve().parents[1]

#: File, from the top of the repository -> its lines, without line ends.
FILES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "docs/fields.md": reference.write,
    "docs/files.md": files_reference.write,
    "docs/quality.md": quality.write,
    "dataset/bodies.py": typed.write,
}


def content(name: str) -> str:
    """What a generated file shall hold."""
    return "".join(f"{line}\n" for line in FILES[name]())


if __name__ == "__main__":
    for file in FILES:
        (ROOT / file).write_text(content(file), "utf-8")
