"""What the tests of import share: an empty database, and a small package as strangers write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NewDatabase
from tests.importing.support import SMALL, write_lines, write_sheets


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    """An empty database."""
    return new_database("sqlite")


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """The small package as CSV."""
    return write_sheets(tmp_path / "sheets", SMALL)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small package as JSON Lines."""
    return write_lines(tmp_path / "small", SMALL)
