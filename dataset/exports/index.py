"""Which files a release has: the index that lies beside them, written last, so that a folder without one is no release.

The service reads it; nothing here opens a file of data.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

#: The index of the files of a release; it lists all others and is not offered for download.
INDEX: Final = "index.json"
#: Version of the set of files and of their layout; files of another one are built anew.
LAYOUT: Final = 1


@dataclass(frozen=True, slots=True)
class File:
    """A file for download: its name, media type, bytes and SHA-256."""

    name: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Index:
    """The files of a release by name; `sha256` is the digest of its state, by which the files are known to be of it."""

    dataset: str
    version: str
    date: str
    sha256: str
    files: tuple[File, ...]
    layout: int = LAYOUT

    def text(self) -> str:
        """The index as it stands on the disk."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    def file(self, name: str) -> File | None:
        """The file of that name."""
        return next((file for file in self.files if file.name == name), None)


def read_index(folder: Path, version: str) -> Index | None:
    """The index of a release, or None when its files are not built.

    Raises:
        ValueError: there is one and it cannot be read; the message names the file.
    """
    path = folder / version / INDEX
    try:
        held = json.loads(path.read_text("utf-8"))
        return Index(**{**held, "files": tuple(File(**file) for file in held["files"])})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a readable index of files: {error}") from None


def is_current(index: Index | None, version: str, sha256: str) -> bool:
    """Whether files are those that this program would make of the release with that state digest."""
    return index is not None and (index.version, index.sha256, index.layout) == (version, sha256, LAYOUT)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's contents."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def checksums(digests: dict[str, str]) -> str:
    """The lines that `sha256sum -c` reads, in the order of names."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
