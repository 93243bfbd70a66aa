"""Articles belong to their publishers: no run of twelve words of a source may stand in the project.

Letters and digits alone are compared, case folded, so that no line break, mark-up or escape hides a run. The quoted
utterances themselves may stand anywhere, as may the titles and addresses that sources are known by.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dataset.problems import Problem
from dataset.records import Records
from dataset.review.items import RULES, Item
from dataset.texts import Stretch

#: Words in a row that are a copy.
RUN: Final = 12
#: Folders of a checkout that hold nothing of the project's own.
SKIPPED: Final = frozenset(
    {".git", ".venv", "venv", "node_modules", "__pycache__", ".hypothesis"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache"}
)
#: The same, at the top of a checkout only.
SKIPPED_AT_TOP: Final = frozenset({"var", "dist", "build"})
#: Bytes; larger files are data of a kind that holds no prose.
MAX_BYTES: Final = 64 * 1024 * 1024

_WORD: Final = re.compile(r"[^\W_]+")
_ESCAPE: Final = re.compile(
    r"\\(?:[nrtfv]|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8}))|(?P<entity>&#?\w{2,8};)"
)

Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, folded, and where each begins (code points)."""

    words: list[str]
    starts: list[int]
    ends: list[int]

    def grams(self) -> Iterator[tuple[int, Gram]]:
        """Every run of `RUN` words, with the number of its first."""
        for number in range(len(self.words) - RUN + 1):
            yield number, tuple(self.words[number : number + RUN])


def words_of(text: str) -> Words:
    """The words of `text`: runs of letters and digits, composed and case folded."""
    found = Words([], [], [])
    for match in _WORD.finditer(text):
        found.words.append(match[0].casefold())
        found.starts.append(match.start())
        found.ends.append(match.end())
    return found


def composed(text: str) -> str:
    """The form in which texts are compared: composed letters; a combining mark would end a word."""
    return unicodedata.normalize("NFKC", text)


def plain(text: str) -> str:
    """A file of the project with its escapes read, at the cost of exact columns; lines stay."""

    def read(found: re.Match[str]) -> str:
        number = found["x"] or found["u"] or found["U"]
        character = html.unescape(found["entity"]) if found["entity"] else chr(int(number or "20", 16) % 0x110000)
        return " " if character in "\r\n" else character

    return composed(_ESCAPE.sub(read, text))


class Copies:
    """The runs of all sources at hand that must not stand in the project."""

    def __init__(self, records: Records, stretches: Mapping[str, Stretch]) -> None:
        self.runs: dict[Gram, tuple[str, int]] = {}
        for id, stretch in stretches.items():
            for number, gram in words_of(composed(stretch.content)).grams():
                self.runs.setdefault(gram, (id, number))
        for words in self._allowed(records):
            for _, gram in words_of(composed(words)).grams():
                self.runs.pop(gram, None)

    @staticmethod
    def _allowed(records: Records) -> Iterator[str]:
        for quote in records.bodies["quotes"].values():
            yield quote["text"]
        for source in records.bodies["sources"].values():
            yield source.get("title", "")
            yield source.get("url", "")

    def in_text(self, text: str, file: str) -> Iterator[Item]:
        """Every run in a file's text, the longest stretch of each told once."""
        if not self.runs:
            return
        content = plain(text)
        words = words_of(content)
        run: tuple[int, int, str] | None = None
        for number, gram in words.grams():
            source = self.runs.get(gram)
            if source is None:
                continue
            if run is not None and number <= run[1] and source[0] == run[2]:
                run = (run[0], number + RUN, run[2])
                continue
            if run is not None:
                yield self._item(content, words, run, file)
            run = (number, number + RUN, source[0])
        if run is not None:
            yield self._item(content, words, run, file)

    @staticmethod
    def _item(content: str, words: Words, run: tuple[int, int, str], file: str) -> Item:
        first, last, source = run
        start = words.starts[first]
        problem = Problem(
            message=f"verbatim_run: {RULES['verbatim_run']}",
            file=file,
            line=content.count("\n", 0, start) + 1,
            # the words themselves are not repeated: this message, too, is written into logs
            found=f"{last - first} words of {source}, from {words.words[first]!r} to {words.words[last - 1]!r}",
            allowed="our own words",
        )
        return Item(rule="verbatim_run", problem=problem, source=source)


def project_files(roots: Iterable[Path], leave_out: Path | None) -> Iterator[Path]:
    """The files of the project, sorted; folders of tools and the captured texts themselves are left out."""
    texts = leave_out.resolve() if leave_out is not None else None
    seen: set[Path] = set()
    for root in roots:
        folders = [root]
        while folders:
            folder = folders.pop()
            if folder.resolve() == texts or folder.resolve() in seen:
                continue
            seen.add(folder.resolve())
            for path in sorted(folder.iterdir()):
                if path.is_symlink():
                    continue
                if path.is_dir():
                    if path.name not in (SKIPPED | SKIPPED_AT_TOP if folder == root else SKIPPED):
                        folders.append(path)
                elif path.is_file() and path.stat().st_size <= MAX_BYTES:
                    yield path


def checkout_of(folder: Path) -> list[Path]:
    """The project that a folder of records belongs to: the nearest folder above with a pyproject.toml or a .git."""
    marks = ("pyproject.toml", ".git")
    found = (above for above in folder.resolve().parents if any((above / mark).exists() for mark in marks))
    return [above for above in [next(found, None)] if above is not None]


def copied(copies: Copies, files: Iterable[Path], base: Path) -> Iterator[Item]:
    """The runs in files; what is not text is passed over. Paths are told from `base` where they lie below it."""
    for path in files:
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        name = path.relative_to(base) if path.is_relative_to(base) else path
        yield from copies.in_text(data.decode("utf-8", "replace"), str(name))
