"""Captured texts, exactly as they were captured.

The texts lie outside the repository, in the folder that ONRECORD_TEXTS names. A text is the file's bytes decoded as
UTF-8 with nothing translated: carriage returns, no-break spaces, a byte order mark and decomposed letters are all kept,
because offsets count its code points and digests cover its bytes. `dataset.anchors` finds and verifies stretches in
it; `onrecord check` says which texts are missing. Nothing else in the dataset needs them.

A source's `text` names a file of its own (`file`) or a stretch of another source's file (`part_of`); its zones
partition that stretch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from dataset.canonical import Body
from dataset.problems import Problem, Problems, shown


@dataclass(frozen=True)
class Text:
    """One captured file: its name, its bytes and what they say; `path` is how messages name it."""

    file: str
    data: bytes
    content: str
    path: str | None = None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the file's bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def characters(self) -> int:
        """Code points."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a text that one source is: code points from `start` up to, not including, `end`."""

    text: Text
    start: int
    end: int

    @property
    def content(self) -> str:
        """Its characters."""
        return self.text.content[self.start : self.end]


def decode(data: bytes, file: str, path: str | None = None) -> Text:
    """The text of the bytes of the captured file named `file`; `path` is how a message names it.

    Raises:
        Problems: the bytes are not UTF-8; the message names the first that is not.
    """
    try:
        return Text(file, data, data.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at byte offset {error.start}"
        raise Problems(
            [Problem(message="the captured text is not UTF-8", file=path or file, found=found, allowed="UTF-8")]
        ) from None


def is_plain_name(name: str) -> bool:
    """Whether `name` is the name of a file and nothing of a path, on any system."""
    return (
        name not in {"", ".", ".."}
        and PurePosixPath(name).name == name
        and PureWindowsPath(name).name == name
        and all(character.isprintable() and character != ":" for character in name)
    )


class TextFolder:
    """The folder of captured texts; each file is read once. `missing` collects what was asked for and not there."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None stands for a machine without texts: everything is missing."""
        self.folder = folder
        self._read: dict[str, Text | None] = {}

    def get(self, name: str) -> Text | None:
        """The text in file `name`, None when there is no such file.

        Raises:
            Problems: not a plain file name, not UTF-8, or not readable.
        """
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    @property
    def missing(self) -> list[str]:
        """The names asked for without success, sorted."""
        return sorted(name for name, text in self._read.items() if text is None)

    def names(self) -> list[str]:
        """The plain files in the folder, sorted."""
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def _load(self, name: str) -> Text | None:
        if not is_plain_name(name):
            message, allowed = "not the name of a text", "a plain file name inside the folder of texts"
            raise Problems([Problem(message=message, field="text.file", found=shown(name), allowed=allowed)])
        if self.folder is None:
            return None
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Problems([Problem(message="the text cannot be read", file=str(path), found=str(error))]) from error
        return decode(data, name, str(path))


def text_file(source: str, sources: Mapping[str, Body]) -> str | None:
    """The file that holds a source's text, its own or that of the source it is part of; None when we hold none."""
    text = sources.get(source, {}).get("text") or {}
    if "part_of" in text:
        text = sources.get(text["part_of"], {}).get("text") or {}
    return text.get("file")


def stretch_of(source: str, sources: Mapping[str, Body], texts: TextFolder) -> Stretch | None:
    """The stretch a source is; None when we hold no text for it or the file is missing.

    A source that is part of another has that source's file; its own bounds are offsets into the whole file.

    Raises:
        Problems: the file is there but cannot be taken, or the bounds lie outside it.
    """
    file = text_file(source, sources)
    text = texts.get(file) if file is not None else None
    if text is None:
        return None
    record = sources[source]["text"]
    if "part_of" not in record:
        return Stretch(text, 0, text.characters)
    start, end = record.get("start", 0), record.get("end", text.characters)
    if not 0 <= start < end <= text.characters:
        message, found = "the stretch lies outside the text", f"{start} to {end}"
        allowed = f"0 to {text.characters}"
        raise Problems([Problem(message=message, record=source, field="text", found=found, allowed=allowed)])
    return Stretch(text, start, end)


def zone_at(zones: Sequence[Body], offset: int) -> str | None:
    """The kind of the zone that holds the code point at `offset`, None where no zone does."""
    return next((zone["kind"] for zone in zones if zone["start"] <= offset < zone["end"]), None)
