"""The addresses by which the world names what a dataset holds: below its home, else paths of the service.

`<home>/claims/<id>` is a claim whatever the release; with `?release=1.0.0` it is the claim as that release has it, for
good. Where a dataset names no home there is no address to be found by, and an IRI is relative to the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Where the interface stands in for a home: an IRI without one is relative to the service.
SERVICE: Final = "/v1"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one dataset, whose `home` is the `homepage` of its record."""

    home: str | None

    @property
    def base(self) -> str:
        """What all IRIs begin with, without a slash at the end."""
        return self.home.rstrip("/") if self.home else SERVICE

    def record(self, type: str, id: str) -> str:
        """The IRI of a record; that of the dataset is its home."""
        return self.home or f"{SERVICE}/dataset" if type == "dataset" else f"{self.base}/{type}/{id}"

    def release(self, version: str) -> str:
        """The IRI of a release."""
        return f"{self.base}/releases/{version}"

    def pinned(self, type: str, id: str, version: str) -> str | None:
        """The permanent address of a record as a release has it; None without a home."""
        return f"{self.base}/{type}/{id}?release={version}" if self.home else None

    def result(self, type: str, query: str) -> str | None:
        """The permanent address of the result of a query; None without a home."""
        return f"{self.base}/citations/{type}?{query}" if self.home else None
