"""Text that came from outside, made fit to be shown: on a terminal, on one line, not longer than a line."""

from __future__ import annotations

LONGEST = 120


def printable(text: str, limit: int = LONGEST) -> str:
    """The text with everything that cannot be printed as an escape, cut at `limit` characters."""
    if len(text) > limit:
        text = f"{text[: limit - 1]}…"
    return text if text.isprintable() else repr(text)[1:-1]
