"""Places: a number for each row of the index, so that the order of the numbers is the order of the answer.

Both engines hand out rows of an index by number at no cost, and a list sorted by text at a high one. So each version of
a record has a number within the stretch of its type, in the default order (older versions of a record first). Stretches
are wide and numbers are given with gaps: what a later release brings goes between its neighbours, and only when a gap
is used up the index is made anew. A place means nothing outside of its database.
"""

from __future__ import annotations

from typing import Final

#: Numbers of a type; nine of such stretches fit into the 63 bits of a row number.
STRETCH: Final = 1 << 59
#: What comes later mostly follows what was there before (sources are named by date): new rows take the second eighth
#: of their gap, so that the next ones find three quarters of it free behind them.
_PART: Final = 8


class Full(Exception):  # noqa: N818 - a state that making the index anew mends
    """There is no room left between two places."""


def stretch(ordinal: int) -> tuple[int, int]:
    """The ends of the stretch of the type of that ordinal, from 0; neither is a place."""
    return (ordinal + 1) * STRETCH, (ordinal + 2) * STRETCH


def between(left: int, right: int, count: int, *, whole: bool = False) -> range:
    """Places for `count` rows that go between two others; with `whole` all the room is theirs.

    Raises:
        Full: fewer than `count` numbers lie between.
    """
    room = right - left
    if room <= count:
        raise Full
    if whole or room < 2 * _PART * (count + 1):
        step = room // (count + 1)
        return range(left + step, left + step * count + 1, step)
    step = room // _PART // count
    first = left + room // _PART
    return range(first, first + step * (count - 1) + 1, step)
