"""How two positions on a question relate: whether they conflict, one updates the other, or both can be true.

Worked out from bounds and times alone. What the figures or dates of the two positions admit is compared as intervals:
where those meet, the positions are `compatible`; where they do not, but all claims of one speak of an earlier time than
all claims of the other, the later is an `update`; else they are in `conflict`. Answers without bounds cannot meet: yes
and no are in conflict, and choices relate as the curator says of the whole question, unless their times are apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeVar

from dataset.canonical import Body

Relation = Literal["conflict", "update", "compatible"]
Interval = tuple[float, float]
#: A figure, or a day (ISO 8601).
Bound = TypeVar("Bound", float, str)

#: "About 40" admits what is within a tenth of it.
ABOUT = 0.1

_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"


def figures(quantity: Body) -> Interval:
    """The figures that a quantity admits, as a closed interval; a bound that is excluded is moved by the least step."""
    low, high = quantity.get("min", -math.inf), quantity.get("max", math.inf)
    value, qualifier = quantity.get("value"), quantity["qualifier"]
    if value is None:
        return low, high
    match qualifier:
        case "over":
            return math.nextafter(value, math.inf), math.inf
        case "at_least":
            return value, math.inf
        case "under":
            return -math.inf, math.nextafter(value, -math.inf)
        case "at_most":
            return -math.inf, value
        case "about":
            return value - ABOUT * abs(value), value + ABOUT * abs(value)
        case "order_of":
            return value, value * 10
        case _:
            return value, value


def relation(question: Body, one: Sequence[Body], other: Sequence[Body]) -> Relation | None:
    """How two positions on a question relate, each given by its claims; None when one of them is taken by none."""
    if not one or not other:
        return None
    answer, kind = question.get("answer"), question.get("kind")
    if answer == "number" and _meet(_figures(one), _figures(other)):
        return "compatible"
    if answer == "date" and _days_meet(one, other):
        return "compatible"
    if answer != "date" and _apart_in_time(one, other):
        return "update"
    return "compatible" if answer == "choice" and kind == "compatible" else "conflict"


def _figures(claims: Sequence[Body]) -> list[Interval]:
    return [figures(claim["quantity"]) for claim in claims if "quantity" in claim]


def _meet(one: Sequence[tuple[Bound, Bound]], other: Sequence[tuple[Bound, Bound]]) -> bool:
    """Whether every interval of one meets every interval of the other; without any there is nothing to meet."""
    if not one or not other:
        return False
    (last, first), (other_last, other_first) = map(_innermost, (one, other))
    return last <= other_first and other_last <= first


def _innermost(intervals: Sequence[tuple[Bound, Bound]]) -> tuple[Bound, Bound]:
    """The greatest lower and the least upper bound."""
    return max(low for low, _ in intervals), min(high for _, high in intervals)


def _days(claim: Body) -> tuple[str, str] | None:
    """Earliest and latest day (ISO 8601) of which a claim speaks; None when it says nothing of time."""
    if "time" not in claim:
        return None
    return claim.get("time_earliest", _FIRST_DAY), claim.get("time_latest", _LAST_DAY)


def _days_meet(one: Sequence[Body], other: Sequence[Body]) -> bool:
    first, second = ([days for days in map(_days, claims) if days] for claims in (one, other))
    return _meet(first, second)


def _apart_in_time(one: Sequence[Body], other: Sequence[Body]) -> bool:
    """Whether all of one lies before all of the other, or the other way round."""
    first, second = [_days(claim) for claim in one], [_days(claim) for claim in other]
    if None in first or None in second:
        return False
    a = [days for days in first if days]
    b = [days for days in second if days]
    return max(day[1] for day in a) < min(day[0] for day in b) or max(day[1] for day in b) < min(day[0] for day in a)
