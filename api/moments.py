"""`as_of`: a day, or a moment in one, as it stands in a query.

A release is current from the first moment of its day, UTC, for its day is all that is known of its time; so a moment
asks for the same release as its day does.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, Final

from marshmallow import ValidationError

from dataset.schemas.fields import Pattern

DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"


def now() -> datetime:
    """The present moment; tests put another in its place."""
    return datetime.now(UTC)


class AsOf(Pattern):
    """A day or a moment that has come, as the day (UTC) up to which releases count."""

    def __init__(self) -> None:
        super().__init__(
            "Read the release that was current then: a day (its end, UTC) or a moment (RFC 3339). Not together with "
            "`release`.",
            f"{DAY}(?:T{CLOCK})?",
            "a day such as 2026-11-22, or a moment such as 2026-11-22T09:30:00Z, that is not in the future",
            example="2026-11-22",
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        day = read_moment(text)
        if day is None:
            raise ValidationError(f"found {text!r}; allowed: {self.allowed}")
        return day


def read_moment(text: str) -> date | None:
    """The day (UTC) of a day or a moment that has come; None when it has not, or when the calendar has no such day."""
    try:
        if re.fullmatch(DAY, text):
            start = datetime.combine(date.fromisoformat(text), time(), UTC)
        else:
            start = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return start.date() if start <= now() else None
