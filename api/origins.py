"""Pages of any origin may read what is answered here: it is public, and no answer depends on who asks.

So no origin is looked at and none repeated, credentials are never admitted, and caches need no `Vary: Origin`. A
browser's question before a request (preflight: `OPTIONS` with the method it wants) is answered for every path there is.
"""

from __future__ import annotations

from typing import Final

from flask import Response, request

#: Headers of answers that scripts may read, beside those that the Fetch standard always shows.
EXPOSED: Final = (
    *("Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Location"),
    *("Content-Range", "ETag", "Link", "RateLimit", "RateLimit-Policy", "Repr-Digest", "Retry-After"),
    *("Row-Count", "X-Request-Id"),
)

#: Of every answer: any page may read it, as data, and as a part of itself.
SHARED: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", ", ".join(EXPOSED)),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)

#: Of the answer to a browser that asks before it sends; `*` is every header but `Authorization`, which nothing takes.
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def share_before(answer: Response) -> None:
    """Tell a browser that asks before it sends what it may send."""
    if answer.status_code < 300 and "Access-Control-Request-Method" in request.headers:
        answer.headers.update(PREFLIGHT)
        answer.headers["Cache-Control"] = "no-store"
