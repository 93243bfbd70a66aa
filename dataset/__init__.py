"""Onrecord's dataset: the records that curators edit, the log of its releases, and the code that reads and checks both.

Nothing in here knows of the web; `api` imports this package, never the other way round. The door for Python programs is
`dataset.release()` and `dataset.releases()`; see `dataset.library`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataset.library import release, releases

__all__ = ["release", "releases"]


def __getattr__(name: str) -> Any:
    """Import the door when it is used, so that the service and the commands need not pay for it."""
    if name in __all__:
        from dataset import library  # noqa: PLC0415 - see above

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
