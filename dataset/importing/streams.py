"""Bytes of a package's files, counted, digested and kept within the limits, plain or packed with gzip."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Protocol, cast
from zipfile import BadZipFile

from dataset.importing import limits

PIECE = 1 << 18

#: What reading a damaged or hostile file may raise.
DAMAGE = (OSError, EOFError, BadZipFile, zlib.error, NotImplementedError)


class Readable(Protocol):
    """What is needed of a file."""

    def read(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


class Excess(Exception):  # noqa: N818 - reads as what happened
    """A file goes beyond a limit; the message says which."""


@dataclass(slots=True)
class Budget:
    """How many bytes of the whole package have been unpacked."""

    spent: int = 0

    def spend(self, size: int) -> None:
        """Count bytes.

        Raises:
            Excess: more than a package may have.
        """
        self.spent += size
        if self.spent > limits.TOTAL_BYTES:
            raise Excess(f"the package unpacks to more than {limits.TOTAL_BYTES:,} bytes")


@dataclass(slots=True)
class Raw:
    """The bytes of a file as it lies there: counted and digested while somebody reads."""

    stream: Readable
    progress: Callable[[int], None] | None = None
    size: int = 0
    sum: hashlib._Hash = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        data = self.stream.read(size)
        self.size += len(data)
        self.sum.update(data)
        if self.progress is not None:
            self.progress(len(data))
        return data

    def close(self) -> None:
        """Close the file."""
        self.stream.close()


def pieces(raw: Raw, *, packed: bool, budget: Budget, taken: Callable[[], int] | None = None) -> Iterator[bytes]:
    """The contents of a file, piece by piece, unpacked where it is gzip.

    `taken` tells how many bytes an archive gave for those that were read of `raw`, where there is one around it.

    Raises:
        Excess: it goes beyond a limit.
        OSError, EOFError, zlib.error, BadZipFile: it is damaged.
    """
    # gzip asks for no more of a file than `read`
    stream: Readable = gzip.GzipFile(fileobj=cast("IO[bytes]", raw), mode="rb") if packed else raw
    total = 0
    while data := stream.read(PIECE):
        total += len(data)
        budget.spend(len(data))
        if total > limits.MEMBER_BYTES:
            raise Excess(f"it unpacks to more than {limits.MEMBER_BYTES:,} bytes")
        given = taken() if taken is not None else raw.size
        if total > limits.RATIO_FROM and total > limits.RATIO * max(given, 1):
            raise Excess(f"it unpacks to more than {limits.RATIO} times its size")
        yield data


def lines(source: Iterator[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file with their numbers from 1, line ends (LF, CRLF or CR) kept; None for one that is too long."""
    number, rest, skipping = 1, b"", False
    for piece in source:
        data = rest + piece if rest else piece
        found = data.splitlines(keepends=True)
        # the last line may go on in the next piece, and a CR at its end may be the first half of CRLF
        rest = found.pop() if found and not found[-1].endswith(b"\n") else b""
        for line in found:
            yield number, None if skipping or len(line) > limits.LINE else line
            number, skipping = number + 1, False
        if len(rest) > limits.LINE and not rest.endswith(b"\r"):
            rest, skipping = b"", True
    if rest or skipping:
        yield number, None if skipping or len(rest) > limits.LINE else rest
