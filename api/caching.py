"""How long an answer holds, and whether the client has it already: RFC 9110 and 9111.

A view says what its answer depends on (`expect`) before it asks the database anything. If the client's `If-None-Match`
names that very answer, the view ends there with 304. Otherwise `finish` gives the answer its validators, once it turned
out to be a 200. A tag covers the version of the answers, the release, the request, the media type and the coding.

`If-Modified-Since` is not looked at: two releases may share a day, and `Last-Modified` knows no more than the day.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus

from flask import Flask, Request, Response, request
from flask.globals import app_ctx, request_ctx
from werkzeug.http import http_date, parse_accept_header

from api.catalogue import Known

#: Of answers that name their release, from 1.0.0 on: they are the same for ever.
FOR_EVER: Final = "public, max-age=31536000, immutable"
#: Of answers about the newest release, and of all else that may become another: kept for a minute, then asked about.
SHORT: Final = "public, max-age=60, must-revalidate"
#: Of the state of the service, and of what went wrong.
NEVER: Final = "no-store"

#: Raised when the same request on the same release is answered in other bytes, and the document says nothing of it.
ANSWERS: Final = 1
ANSWER_VERSION: Final = "onrecord.answers"
GZIP_LEVEL: Final = 6


#: Characters of an `Accept-Encoding` whose outcome is remembered; clients of one kind send the same each time.
REMEMBERED: Final = 300

#: Values that stand in a query as they are.
_PLAIN: Final = re.compile("[A-Za-z0-9_.,-]*")


class NotModified(Exception):  # noqa: N818 - an answer, no error
    """The client has the answer already."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer depends on beside its request.

    `release` is the one that it names, None for what has nothing to do with releases; `pinned` means that it can never
    be another, `shared` that the same answer has an address that names the release; `state` is anything else.
    """

    release: Known | None = None
    pinned: bool = False
    shared: bool = False
    state: str = ""


def version_of(document: str) -> str:
    """The version of the answers: a change of the document is a change of the answers."""
    return f"{ANSWERS}.{hashlib.sha256(document.encode()).hexdigest()[:16]}"


def register(app: Flask) -> None:
    """Give the answers of `app` their validators."""
    app.register_error_handler(NotModified, lambda _: Response(status=304))
    app.after_request(finish)


def expect(basis: Basis) -> None:
    """Say what the answer to this request depends on.

    Raises:
        NotModified: the client has it.
    """
    asked, held = request_ctx.request, app_ctx.g  # looked up once: `request` and `g` are at every use
    held.basis, held.tag = basis, tag_of(basis, asked, held.get("media_type"))
    conditional = "HTTP_IF_NONE_MATCH" in asked.environ and asked.method in ("GET", "HEAD")
    if conditional and held.tag in asked.if_none_match.as_set(include_weak=True):
        raise NotModified


def tag_of(basis: Basis, asked: Request, media_type: str | None) -> str:
    """The strong tag of the answer to a request."""
    release = basis.release
    parts = [
        app_ctx.app.extensions[ANSWER_VERSION],
        [release.version, release.sha256] if release else None,
        basis.state,
        asked.path,
        sorted(asked.args.items(multi=True)),
        media_type,
        coding(asked),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def coding(asked: Request) -> str:
    """The content coding that the client likes best of those there are: `gzip` or `identity`."""
    header = asked.environ.get("HTTP_ACCEPT_ENCODING", "")
    return (_remembered if len(header) <= REMEMBERED else coding_of)(header)


def coding_of(header: str) -> str:
    """The content coding that an `Accept-Encoding` likes best."""
    accepted = parse_accept_header(header)
    gzipped = accepted.quality("gzip")
    return "gzip" if gzipped > 0 and gzipped >= accepted.quality("identity") else "identity"


_remembered = lru_cache(maxsize=256)(coding_of)


def finish(answer: Response) -> Response:
    """Validators, freshness and coding of an answer."""
    asked, held = request_ctx.request, app_ctx.g
    if not answer.direct_passthrough:  # files are what they are, whatever is accepted
        answer.headers.add("Vary", "Accept, Accept-Encoding")
    basis: Basis | None = held.get("basis")
    if answer.status_code in (200, 304) and basis is not None:
        answer.headers.extend(_validators(basis, held.tag))
        if answer.status_code == 200 and "HTTP_IF_NONE_MATCH" in asked.environ and asked.if_none_match.star_tag:
            answer = _without_body(answer)
        elif answer.status_code == 200 and coding(asked) == "gzip" and not answer.direct_passthrough:
            answer.set_data(gzip.compress(answer.get_data(), GZIP_LEVEL, mtime=0))
            answer.headers["Content-Encoding"] = "gzip"
    elif answer.status_code in (308, 410, 451):
        answer.headers.setdefault("Cache-Control", SHORT)
    elif answer.status_code >= 400:
        answer.headers["Cache-Control"] = NEVER
    else:
        answer.headers.setdefault("Cache-Control", "no-cache")
    return answer


def _validators(basis: Basis, tag: str) -> Iterator[tuple[str, str]]:
    yield "ETag", f'"{tag}"'
    recut = basis.release is not None and basis.release.version.startswith("0.")  # 0.x may be cut anew as a whole
    for_ever = basis.pinned and not recut
    yield "Cache-Control", FOR_EVER if for_ever else SHORT
    if basis.release:
        yield "Last-Modified", last_modified(basis.release.date)
        if basis.shared and not for_ever:
            yield "Content-Location", address_in(basis.release.version)


def _without_body(answer: Response) -> Response:
    """The 304 of a client that has some answer and cares for no other as long as there is one."""
    answer.close()
    kept = {name: value for name, value in answer.headers.items() if name not in ("Content-Type", "Content-Length")}
    return Response(status=304, headers=kept)


@lru_cache(maxsize=1000)
def last_modified(day: str) -> str:
    """The day of a release (`2026-11-22`) as an HTTP date."""
    return http_date(datetime.fromisoformat(day).replace(tzinfo=UTC))


def address_in(version: str) -> str:
    """The path and query of this request, asking for a release by its version."""
    parameters = request.args.to_dict()
    for name in ("release", "as_of"):
        parameters.pop(name, None)
    return address({**parameters, "release": version})


def address(parameters: Mapping[str, str]) -> str:
    """The path of this request with a query of these parameters."""
    return f"{request.path}?{'&'.join([f'{name}={_quoted(value)}' for name, value in parameters.items()])}"


def _quoted(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else quote_plus(value, safe=",")
