"""Compressed files whose bytes follow from their contents alone: no clock, no name, no mode, no order of a folder."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

#: zlib's own default: its higher levels take twice the time for one per cent.
LEVEL: Final = 6
PIECE: Final = 1 << 20


def compress(source: Path, target: Path) -> None:
    """Write `source` compressed with gzip, without name and time."""
    with (
        source.open("rb") as reading,
        target.open("wb") as writing,
        gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=writing, mtime=0) as packed,
    ):
        shutil.copyfileobj(reading, packed, PIECE)


def pack(target: Path, members: Mapping[str, Path | bytes], day: str) -> None:
    """Write an archive of files, in the order of their names, all dated on the day (`2026-11-22`)."""
    released = date.fromisoformat(day)
    stamp = (max(released.year, 1980), released.month, released.day, 0, 0, 0)  # the format knows no year before 1980
    with zipfile.ZipFile(target, "w") as archive:  # entries are compressed at zlib's default level, which is LEVEL
        for name in sorted(members):
            member = members[name]
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o100644 << 16
            if isinstance(member, bytes):
                archive.writestr(entry, member)
                continue
            entry.file_size = member.stat().st_size
            with member.open("rb") as reading, archive.open(entry, "w") as writing:
                shutil.copyfileobj(reading, writing, PIECE)
