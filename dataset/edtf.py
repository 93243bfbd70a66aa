"""Dates as EDTF (ISO 8601-2:2019), in the subset the dataset uses, with the earliest and latest day each may mean.

The subset: a year `2024`, a month `2024-06`, a season `2024-21` (spring) to `2024-24` (winter), a day `2024-06-18`;
each with `?` (uncertain), `~` (approximate) or `%` (both) behind it; intervals `a/b` of two such dates; open ends
`../b` and `a/..`. No times of day. A mark of doubt does not widen the bounds: it says that the day may be wrong, not
by how much. Seasons are the northern ones: spring is March to May, winter December to the end of February.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

ALLOWED = (
    "an EDTF date: 2024, 2024-06, 2024-21 (spring) to 2024-24 (winter), 2024-06-18, each with ? or ~ behind it, "
    "an interval a/b, or an open end ../b or a/.."
)

_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?(?P<doubt>[?~%])?")
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 2)}

Bounds = tuple[date | None, date | None]


@lru_cache(maxsize=65536)
def bounds(text: str) -> Bounds:
    """The earliest and the latest day that `text` may mean; None for an open end.

    Raises:
        ValueError: `text` is not in the subset; the message says what is wrong with it.
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _date(start)
    if start == end == "..":
        raise ValueError("an interval open at both ends says nothing")
    if start == "..":
        return None, _date(end)[1]
    if end == "..":
        return _date(start)[0], None
    first, last = _date(start), _date(end)
    if first[0] > last[0] or first[1] > last[1]:
        raise ValueError("the interval ends before it starts")
    return first[0], last[1]


@lru_cache(maxsize=65536)
def days(text: str) -> tuple[str | None, str | None]:
    """`bounds` as a record holds them: days of the calendar as text.

    Raises:
        ValueError: as `bounds`.
    """
    earliest, latest = bounds(text)
    return (earliest.isoformat() if earliest else None, latest.isoformat() if latest else None)


def is_uncertain(text: str) -> bool:
    """Whether a date carries `?`, `~` or `%`, is not known to the day, or has an open end.

    An interval from one day to another is a span of days and certain.
    """
    first, last = bounds(text)
    return text not in (str(first), f"{first}/{last}")


def _date(text: str) -> tuple[date, date]:
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError("not a date of the subset")
    year = int(match["year"])
    if year == 0:
        raise ValueError("there is no year 0000 here")
    if match["month"] is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(match["month"])
    if month in _SEASONS and match["day"] is None:
        first, last = _SEASONS[month]
        ends = year + (last < first)
        if ends > date.max.year:
            raise ValueError("the season ends after the year 9999")
        return date(year, first, 1), _last_day(ends, last)
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {match['month']}")
    if match["day"] is None:
        return date(year, month, 1), _last_day(year, month)
    try:
        day = date(year, month, int(match["day"]))
    except ValueError:
        raise ValueError(f"there is no day {match['day']} in {year:04}-{month:02}") from None
    return day, day


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
