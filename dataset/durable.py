"""Making what was written last: a file or a rename is safe only when the disk says so."""

from __future__ import annotations

import os
from pathlib import Path


def sync(*paths: Path) -> None:
    """Wait until files and folders are on the disk; a rename is, when its folder is.

    Raises:
        OSError: one of them is not there, or the disk refuses.
    """
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
