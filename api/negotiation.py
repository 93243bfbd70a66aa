"""Which representation to answer with, after RFC 9110: the client's weights, then our order; JSON where all is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import g, request
from werkzeug.datastructures import MIMEAccept

from api.problems import Mistake, mistaken

JSON: Final = "application/json"
HTML: Final = "text/html"


def chosen(offered: Sequence[str]) -> str:
    """The best of the media types offered.

    Raises:
        RequestProblem: `Accept` admits none of them.
    """
    g.media_type = _best(offered)
    return str(g.media_type)


def _best(offered: Sequence[str]) -> str:
    header = request.headers.get("Accept")
    if not header or not header.strip():
        return offered[0]
    # parameters other than the weight (charset, version) do not exclude a type that has none
    accept = MIMEAccept(
        [(value.partition(";")[0].strip().lower(), weight) for value, weight in request.accept_mimetypes]
    )
    best = max(offered, key=lambda offer: (accept.quality(offer), -offered.index(offer)))
    if accept.quality(best) > 0:
        return best
    allowed = ", ".join(offered)
    detail = f"Accept admits none of the representations there are; allowed: {allowed}"
    raise mistaken([Mistake("not-acceptable", "header", "Accept", detail, header, allowed)])
