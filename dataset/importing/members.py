"""A package on the disk: a folder or a zip, seen as a flat list of files that are read where they lie.

Nothing is ever unpacked to the disk. An archive with a path that leads elsewhere, a link, an encrypted file or two
files of one name is refused as a whole, before anything in it is read; so is a folder with a link in it.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dataset.importing import limits
from dataset.importing.streams import Budget, Raw, pieces
from dataset.importing.texts import printable
from dataset.problems import Problem, Problems

#: Left by programs that pack; never looked at.
_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_UNIX, _ENCRYPTED = 3, 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(slots=True)
class Member:
    """A file of a package: its name without folders, its path as messages show it, its bytes as it lies there."""

    name: str
    shown: str
    size: int
    opener: Callable[[], Raw] = field(repr=False)
    budget: Budget = field(repr=False)
    packed_size: int | None = None
    sha256: str | None = None
    read: int = 0

    def pieces(self, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
        """The contents, unpacked where the name ends in `.gz`; afterwards `sha256` and `read` (bytes) are known.

        Raises:
            Excess, and what a damaged file raises: see `dataset.importing.streams`.
        """
        raw = self.opener()
        raw.progress = progress
        try:
            yield from pieces(raw, packed=self.name.endswith(".gz"), budget=self.budget, taken=self._taken(raw))
        finally:
            raw.close()
        self.sha256, self.read = raw.sum.hexdigest(), raw.size

    def _taken(self, raw: Raw) -> Callable[[], int] | None:
        """Bytes that the archive around this file held for what was read of it so far."""
        packed = self.packed_size
        if packed is None:
            return None
        return lambda: min(raw.size, packed)


@dataclass(slots=True)
class Package:
    """A package that is open: its files by name."""

    path: Path
    members: dict[str, Member]


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """The package at a path.

    Raises:
        Problems: it is none, or one that is refused.
    """
    package, archive = _open(path)
    try:
        yield package
    finally:
        if archive is not None:
            archive.close()


def _open(path: Path) -> tuple[Package, zipfile.ZipFile | None]:
    try:
        if path.is_dir():
            return Package(path, _in_folder(path)), None
        if not path.is_file():
            raise Problems([Problem(message="there is no such folder or zip", file=str(path))])
        _check_contents(path)
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error) as error:
        message = f"not a zip, or a damaged one: {printable(str(error))}"
        raise Problems([Problem(message=message, file=str(path), allowed="a folder or a zip")]) from None
    except OSError as error:
        raise Problems([Problem(message=error.strerror or str(error), file=str(path))]) from None
    try:
        return Package(path, _in_archive(path, archive)), archive
    except BaseException:
        archive.close()
        raise


def _in_folder(folder: Path) -> dict[str, Member]:
    entries = [entry for entry in sorted(os.scandir(folder), key=lambda entry: entry.name) if not _litter(entry.name)]
    if len(entries) == 1 and entries[0].is_dir(follow_symlinks=False):
        return _in_folder(Path(entries[0].path))
    budget, members = Budget(), {}
    problems = _too_many(folder, len(entries))
    for entry in entries[: limits.MEMBERS]:
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            problems.append(Problem(message="a link", file=printable(entry.path), allowed="files"))
        elif stat.S_ISREG(mode):
            size = entry.stat().st_size
            members[entry.name] = Member(entry.name, printable(entry.path), size, _file_opener(entry.path), budget)
        elif not stat.S_ISDIR(mode):
            problems.append(Problem(message="no ordinary file", file=printable(entry.path), allowed="files"))
    if problems:
        raise Problems(problems)
    return members


def _file_opener(path: str) -> Callable[[], Raw]:
    return lambda: Raw(Path(path).open("rb", buffering=0))


def _in_archive(path: Path, archive: zipfile.ZipFile) -> dict[str, Member]:
    infos = [info for info in archive.infolist() if not (info.is_dir() or _litter(info.filename))]
    problems = _too_many(path, len(infos))
    budget, members = Budget(), {}
    top = _common_folder([info.filename for info in infos])
    for info in infos[: limits.MEMBERS]:
        shown = f"{path}:{printable(info.orig_filename)}"
        if message := _refusal(info):
            problems.append(Problem(message=message, file=shown, allowed="files at the top of the archive"))
            continue
        name = info.filename.removeprefix(top)
        if name in members:
            problems.append(Problem(message="two files of one name", file=shown, allowed="each name once"))
        elif "/" not in name:
            members[name] = Member(name, shown, info.file_size, _zip_opener(archive, info), budget, info.compress_size)
    if problems:
        raise Problems(problems)
    return members


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Raw]:
    return lambda: Raw(archive.open(info))


def _too_many(path: Path, number: int) -> list[Problem]:
    if number <= limits.MEMBERS:
        return []
    allowed = f"at most {limits.MEMBERS}"
    return [Problem(message="too many files", file=str(path), found=str(number), allowed=allowed)]


def _refusal(info: zipfile.ZipInfo) -> str | None:
    """Why a file of an archive is not read, and the archive with it."""
    name = info.orig_filename
    steps = PurePosixPath(name).parts
    if name.startswith("/") or ".." in steps or "\\" in name or ":" in name or "\0" in name:
        return "a path that leads out of the archive"
    if info.create_system == _UNIX and stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link, or something else that is no ordinary file"
    if info.flag_bits & _ENCRYPTED:
        return "an encrypted file"
    if info.compress_type not in _METHODS:
        return "a file packed by a method that is not read here; allowed are store and deflate"
    return None


def _litter(name: str) -> bool:
    return any(part in _LITTER or part.startswith("._") for part in PurePosixPath(name).parts)


def _common_folder(names: list[str]) -> str:
    """The one folder that holds everything, with its slash; nothing where there is none."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""


def _check_contents(path: Path) -> None:
    """That the table of contents of an archive is no larger than one may read whole.

    Raises:
        Problems: it is larger.
    """
    with path.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, end - (22 + 0xFFFF)))
        tail = stream.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            return  # zipfile says what is wrong with it
        size: int = struct.unpack_from("<L", tail, at + 12)[0]
        if size == 0xFFFFFFFF and at >= 20 and tail[at - 20 : at - 16] == b"PK\x06\x07":
            stream.seek(struct.unpack_from("<Q", tail, at - 12)[0])
            record = stream.read(56)
            size = struct.unpack_from("<Q", record, 40)[0] if len(record) == 56 else size
    if size > limits.CONTENTS:
        found, allowed = f"{size:,} bytes", f"at most {limits.CONTENTS:,}"
        message = "the archive's table of contents is too large"
        raise Problems([Problem(message=message, file=str(path), found=found, allowed=allowed)])
