"""Values that a database column holds although no single member of the body does.

Each function reads one body and nothing else, so a column can be refilled from the bodies alone after a migration.
"""

from __future__ import annotations

from dataset.canonical import Body

#: Greater than every offset as `_offset` writes it: unanchored records follow the anchored ones of their source.
UNANCHORED = "~"

_OPEN_ABOVE = frozenset({"over", "at_least"})
_OPEN_BELOW = frozenset({"under", "at_most"})


def anchor_sort(body: Body) -> str:
    """The default order of quotes and claims as one text: source, anchor start, anchor end, id; no anchor last.

    Parts are parted by a space, which is less than any character of an id.
    """
    anchor = body.get("anchor")
    stretch = f"{_offset(anchor['start'])} {_offset(anchor['end'])}" if anchor else UNANCHORED
    return f"{body['source']} {stretch} {body['id']}"


def _offset(number: int) -> str:
    """A whole number so that texts sort as numbers do: a letter for the count of digits, then the digits (D1204)."""
    digits = str(number)
    return f"{chr(64 + len(digits))}{digits}"


def quantity_low(body: Body) -> float | None:
    """The least figure that the quantity admits; None when it is open below or there is no quantity.

    `over 3,000` starts at 3000 (which it excludes), `under 500` is open below, `about 40` is 40.
    """
    quantity: Body = body.get("quantity") or {}
    low: float | None = quantity.get("min")
    if low is None and quantity.get("qualifier") not in _OPEN_BELOW:
        low = quantity.get("value")
    return low


def quantity_high(body: Body) -> float | None:
    """The greatest figure that the quantity admits; None when it is open above or there is no quantity."""
    quantity: Body = body.get("quantity") or {}
    high: float | None = quantity.get("max")
    if high is None and quantity.get("qualifier") not in _OPEN_ABOVE:
        high = quantity.get("value")
    return high
