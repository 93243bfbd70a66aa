"""Releases with their files, built once for all tests that only look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from dataset.exports.building import build
from dataset.log import Release
from dataset.store.publishing import publish
from tests.conftest import NewDatabase
from tests.exports.support import awkward_log


@dataclass(frozen=True)
class Offer:
    """A database and the files that were built of its releases."""

    url: str
    folder: Path
    log: Sequence[Release]

    @property
    def newest(self) -> Path:
        """The files of the newest release."""
        return self.folder / self.log[-1].version


@pytest.fixture(scope="session")
def awkward() -> Sequence[Release]:
    """A log of two releases with awkward texts in it."""
    return awkward_log()


@pytest.fixture(scope="session")
def offer(awkward: Sequence[Release], new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Offer:
    """The awkward log in a SQLite database, with the files of all its releases; for reading only."""
    url = new_database("sqlite")
    publish(url, awkward)
    folder = tmp_path_factory.mktemp("offer") / "files"
    build(url, folder)
    return Offer(url, folder, awkward)


@pytest.fixture
def small_url(new_database: NewDatabase, awkward: Sequence[Release]) -> str:
    """A database of its own that holds the awkward log."""
    url = new_database("sqlite")
    publish(url, awkward)
    return url
