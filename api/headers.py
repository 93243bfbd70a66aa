"""What the document says of statuses and headers: one table each, from which every operation takes what it answers."""

from __future__ import annotations

from typing import Any, Final

#: Problems that any operation may answer with, beside 400.
ANY_OPERATION: Final = (406, 413, 414, 415, 429, 500)
#: What they mean, by status, with the name of the component.
REASONS: Final = {
    400: ("BAD_REQUEST", "Path, query or cursor hold mistakes; each is told in `errors`."),
    404: ("NOT_FOUND", "No such record, release or kind of problem."),
    410: ("GONE", "The record was withdrawn; it is still there in the releases before."),
    406: ("NOT_ACCEPTABLE", "`Accept` admits no representation that there is."),
    413: ("CONTENT_TOO_LARGE", "The request carries a body beyond the limit."),
    414: ("URI_TOO_LONG", "Path and query are too long."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The request carries a body; no operation takes one."),
    416: ("RANGE_NOT_SATISFIABLE", "The file has no such bytes; `Content-Range` says how many it has."),
    429: ("TOO_MANY_REQUESTS", "More requests than each client may send; `Retry-After` says when to go on."),
    451: ("REDACTED", "The record was taken out of every release."),
    500: ("INTERNAL_SERVER_ERROR", "The service failed; the mistake is ours."),
    503: ("SERVICE_UNAVAILABLE", "No release can be read just now."),
}
#: Headers of a problem, by status.
REFUSED: Final = {
    416: ("Content-Range",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}
#: Answers without a body, by status.
BARE: Final = {
    304: (
        "NOT_MODIFIED",
        "The client has this very answer: `If-None-Match` names its tag.",
        ("ETag", "Cache-Control"),
    ),
    307: ("FOUND_ELSEWHERE", "The file of the newest release that has files.", ("Location", "Cache-Control")),
    308: ("MERGED", "The record was merged into another: ask there, with the same query.", ("Location",)),
}
#: Headers of every answer with a validator.
VALIDATED: Final = ("ETag", "Cache-Control", "Vary")
FILE_HEADERS: Final = (
    *("ETag", "Cache-Control", "Last-Modified"),
    *("Accept-Ranges", "Content-Disposition", "Repr-Digest"),
)
EXPORT_HEADERS: Final = ("Last-Modified", "Content-Location", "Content-Disposition", "Repr-Digest", "Row-Count")
#: Headers of a request that change what is answered.
ASKED: Final = {
    "If-None-Match": (
        "The `ETag` of an answer that is at hand: if it is still the same, the answer is 304.",
        '"2f1c9a52e1a84b0c8d2f0f4f1f6f7a11"',
    ),
    "Range": ("The bytes to send, one stretch of them; any other range is ignored.", "bytes=1000-"),
    "If-Range": (
        "The `ETag` of the file of which a part is at hand; another file is sent whole.",
        '"9f86d081884c7d65"',
    ),
}
HEADERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-Id": {
        "description": "The client's id of the request, if it sent a well-formed one, else ours. Our log holds it.",
        "schema": {"type": "string", "example": "2f1c9a52e1a84b0c8d2f0f4f1f6f7a11"},
    },
    "Link": {
        "description": 'The address of the next page (RFC 8288, `rel="next"`), relative; absent at the end.',
        "schema": {"type": "string", "example": '</v1/claims?limit=50&cursor=WzEsIjAuMS4wIl0>; rel="next"'},
    },
    "ETag": {
        "description": "Tag of this very answer, strong; for `If-None-Match`.",
        "schema": {"type": "string", "example": '"2f1c9a52e1a84b0c8d2f0f4f1f6f7a11"'},
    },
    "Cache-Control": {
        "description": "How long the answer may be kept: for ever where the request names its release (`immutable`), "
        "else for a minute, then asked about again.",
        "schema": {"type": "string", "example": "public, max-age=60, must-revalidate"},
    },
    "Vary": {
        "description": "Headers of the request on which the answer depends.",
        "schema": {"type": "string", "example": "Accept, Accept-Encoding"},
    },
    "Last-Modified": {
        "description": "The day of the release, never the clock's. Two releases may share it: ask by tag.",
        "schema": {"type": "string", "example": "Mon, 01 Jul 2024 00:00:00 GMT"},
    },
    "Content-Location": {
        "description": "The address of the same records in the release that was read; where the request names none.",
        "schema": {"type": "string", "example": "/v1/claims?release=0.1.0"},
    },
    "Accept-Ranges": {
        "description": "That parts of the file can be asked for.",
        "schema": {"type": "string", "example": "bytes"},
    },
    "Content-Range": {
        "description": "Which bytes of the file these are, and how many it has.",
        "schema": {"type": "string", "example": "bytes 1000-1999/123456"},
    },
    "Content-Disposition": {
        "description": "The name under which to keep the file.",
        "schema": {"type": "string", "example": 'attachment; filename="claims.csv"'},
    },
    "Row-Count": {
        "description": "How many records the file holds.",
        "schema": {"type": "integer", "example": 120},
    },
    "Repr-Digest": {
        "description": "SHA-256 of the whole file as it is sent, in its coding (RFC 9530), base64.",
        "schema": {"type": "string", "example": "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4IsV9sVwPCg:"},
    },
    "Location": {
        "description": "Where to ask instead, relative.",
        "schema": {"type": "string", "example": "/v1/claims/overton-herald-2024.c2"},
    },
    "RateLimit": {
        "description": "Where the operator sets a limit: how many requests are left (`r`) for how many seconds (`t`).",
        "schema": {"type": "string", "example": '"client";r=99;t=42'},
    },
    "RateLimit-Policy": {
        "description": "The limit: how many requests (`q`) in a window of how many seconds (`w`).",
        "schema": {"type": "string", "example": '"client";q=100;w=60'},
    },
    "Retry-After": {
        "description": "Seconds after which to ask again.",
        "schema": {"type": "integer", "example": 5},
    },
}
