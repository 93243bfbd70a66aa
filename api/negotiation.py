"""Which representation to answer with, after RFC 9110, 12.5.1: by the client's weights, then in our order.

Of several ranges of `Accept` that match a representation the most specific one gives its weight. A range with
parameters that a representation does not have (`application/json; charset=utf-8`) names it too, where no other range
does: clients send such, and none of them would rather have nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from flask import g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from api.problems import Mistake, mistaken

JSON: Final = "application/json"
HTML: Final = "text/html"
CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"

#: Characters of an `Accept` whose outcome is remembered; clients of one kind send the same each time.
REMEMBERED: Final = 300


def chosen(offered: Sequence[str]) -> str:
    """The best of the media types offered, the first of equals; the first where there is no `Accept`.

    Raises:
        RequestProblem: `Accept` admits none of them.
    """
    header = request.headers.get("Accept", "")
    best = (_remembered if len(header) <= REMEMBERED else best_of)(header, tuple(offered))
    if best is None:
        allowed = ", ".join(offered)
        detail = f"Accept admits none of the representations there are; allowed: {allowed}"
        raise mistaken([Mistake("not-acceptable", "header", "Accept", detail, header, allowed)])
    g.media_type = best
    return best


def best_of(header: str, offered: tuple[str, ...]) -> str | None:
    """What an `Accept` likes best of the media types offered; None when it admits none of them."""
    if not header.strip():
        return offered[0]
    accept = parse_accept_header(header, MIMEAccept)
    weights = [_weight(accept, offer) for offer in offered]
    best = max(weights)
    return offered[weights.index(best)] if best > 0 else None


_remembered = lru_cache(maxsize=256)(best_of)


def _weight(accept: MIMEAccept, offer: str) -> float:
    """The weight of the most specific range that matches, the highest of equals; 0 where none does."""
    found = [(_specificity(text, offer), weight) for text, weight in accept]
    return max((pair for pair in found if pair[0] >= 0), default=(0, 0.0))[1]


def _specificity(text: str, offer: str) -> int:
    """How closely a range names a media type: 0 where its parameters do not fit, -1 where it names another."""
    media_range, wanted = parse_options_header(text.lower())
    media_type, has = parse_options_header(offer)
    if media_range == media_type:
        return 3 + len(wanted) if wanted.items() <= has.items() else 0
    if media_range == f"{media_type.partition('/')[0]}/*":
        return 2
    return 1 if media_range == "*/*" else -1
