"""The files for download, as the service keeps an eye on them: listed by their index, given out only while whole.

A file is looked at each time it is opened: its size must be that of the index, its time and inode those that it had
when its contents were last compared. Contents are compared once after start, in the background, and again when a file
looks touched. One that fails is withdrawn until it is whole again; no other is affected. Nothing is ever opened but the
names that an index lists.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from api.catalogue import Known
from dataset.exports.index import INDEX, File, Index, is_current, read_index

log = logging.getLogger("onrecord.files")

#: Names that a folder of files may hold: never a path, never hidden.
NAME: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,199}"

#: What tells whether a file was touched: inode, bytes, time of change in ns.
Stamp = tuple[int, int, int]


class Damaged(Exception):  # noqa: N818 - a state that `onrecord build --force` mends
    """The file is not, or not known to be, what it was when it was built."""


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp of a file."""
    return found.st_ino, found.st_size, found.st_mtime_ns


@dataclass(slots=True)
class Shelf:
    """The files of one release: their index, and what is known of each."""

    place: Path
    stamp: Stamp
    index: Index
    state: str
    whole: dict[str, Stamp] = field(default_factory=dict)
    damaged: dict[str, Stamp | None] = field(default_factory=dict)

    def file(self, name: str) -> File | None:
        """The file of that name, if the index lists it."""
        return self.index.file(name) if re.fullmatch(NAME, name) else None


class Files:
    """The folder of the files, a shelf a release."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it need not exist."""
        self.folder = folder
        self._shelves: dict[str, Shelf] = {}
        self._guard = threading.Lock()
        self._queue: SimpleQueue[tuple[Shelf, str]] = SimpleQueue()
        self._worker: threading.Thread | None = None
        self._process = -1

    def begin(self, releases: Sequence[Known]) -> None:
        """Once in each process: have the contents of all files compared, in the background."""
        if self._process == os.getpid():
            return
        with self._guard:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        for release in reversed(releases):
            self.shelf(release)

    def shelf(self, release: Known) -> Shelf | None:
        """The files of a release; None when they are not built, or are those of another state of it."""
        place = self.folder / release.version
        try:
            stamp = stamp_of((place / INDEX).stat())
        except OSError:
            self._shelves.pop(release.version, None)
            return None
        held = self._shelves.get(release.version)
        if held is None or held.stamp != stamp:
            held = self._read(release, place, stamp)
        return held if held and is_current(held.index, release.version, release.sha256) else None

    def _read(self, release: Known, place: Path, stamp: Stamp) -> Shelf | None:
        try:
            index = read_index(self.folder, release.version)
        except ValueError as reason:
            log.error("files of release %s cannot be offered: %s", release.version, reason)  # noqa: TRY400 - told whole
            return None
        if index is None:
            return None
        shelf = Shelf(place, stamp, index, hashlib.sha256(index.text().encode()).hexdigest())
        for file in index.files:
            try:
                shelf.whole[file.name] = stamp_of((place / file.name).stat())
            except OSError:
                self._withdraw(shelf, file.name, None, "it is not there")
        self._shelves[release.version] = shelf
        for file in index.files:
            self._compare_later(shelf, file.name)
        return shelf

    def open(self, shelf: Shelf, file: File) -> BufferedReader:
        """A file, opened for reading.

        Raises:
            Damaged: it is not what the index says, as far as size and time tell or its contents did.
        """
        try:
            stream = _open(shelf.place / file.name)
        except OSError as reason:
            self._withdraw(shelf, file.name, None, str(reason.strerror))
            raise Damaged from None
        stamp = stamp_of(os.fstat(stream.fileno()))
        known = shelf.whole.get(file.name)
        if stamp == known and stamp[1] == file.bytes and file.name not in shelf.damaged:
            return stream
        stream.close()
        if stamp[1] != file.bytes:
            self._withdraw(shelf, file.name, stamp, f"it holds {stamp[1]} bytes instead of {file.bytes}")
        elif shelf.damaged.get(file.name) != stamp:
            self._withdraw(shelf, file.name, stamp, "it was touched; its contents are being compared")
            self._compare_later(shelf, file.name)
        raise Damaged

    @property
    def damaged(self) -> list[str]:
        """The files that are withdrawn, as release and name."""
        return sorted(f"{version}/{name}" for version, shelf in self._shelves.items() for name in list(shelf.damaged))

    def _withdraw(self, shelf: Shelf, name: str, stamp: Stamp | None, reason: str) -> None:
        with self._guard:
            told = shelf.damaged.get(name, ()) == stamp
            shelf.damaged[name] = stamp
        if not told:
            log.error("%s is withdrawn: %s", shelf.place / name, reason)

    def _compare_later(self, shelf: Shelf, name: str) -> None:
        """Have a file compared in the background, by a thread that lives as long as there is something to compare."""
        self._queue.put((shelf, name))
        with self._guard:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name="onrecord files", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        while True:
            try:
                self.compare(*self._queue.get_nowait())
            except Empty:
                with self._guard:
                    if self._queue.empty():
                        self._worker = None
                        return

    def compare(self, shelf: Shelf, name: str) -> None:
        """Compare the contents of a file with its digest."""
        file = shelf.index.file(name)
        if file is None or self._shelves.get(shelf.index.version) is not shelf:
            return  # the index is another by now
        path = shelf.place / name
        try:
            with _open(path) as stream:
                stamp = stamp_of(os.fstat(stream.fileno()))
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            with self._guard:  # nobody withdraws between the look and what is concluded from it
                same = stamp_of(path.lstat()) == stamp
                if same and found == file.sha256:
                    shelf.whole[name] = stamp
                    shelf.damaged.pop(name, None)
        except OSError as reason:
            self._withdraw(shelf, name, None, str(reason.strerror))
            return
        if not same:  # what was compared is not what lies there by now
            self._compare_later(shelf, name)
        elif found != file.sha256:
            self._withdraw(shelf, name, stamp, "its contents have another digest")


def _open(path: Path) -> BufferedReader:
    """A file itself, not what a link of its name points to."""
    return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")  # noqa: PTH123 - by its handle
