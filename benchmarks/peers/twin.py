"""The twin: what the service does for claims, written by hand on sqlite3, for one table, without a layer between.

It has the same duties: unknown, repeated and malformed parameters are refused; every answer has the same headers, a tag
and, where the client has it, a 304; pages of other origins may read it; a request has a budget of steps, and is a line
of JSON in the log; lists go on by a cursor that holds its release and query. What it lacks is what makes the service
more than this one: a schema that documents the parameters, one definition of a query for both engines, several types.
It does not search, and it keeps no answers.

`DATABASE` names the file of ours. Served by granian, as `benchmarks.peers.twin:app`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import logging
import os
import re
import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask, Response, g, request
from werkzeug.http import http_date

FILE = Path(os.environ["DATABASE"])
FILTERS = ("source", "claimant", "claimant_basis", "modality", "author_stance", "renders")
LISTED = {*FILTERS, "limit", "cursor", "release"}
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z][0-9]+)?")
CODE = re.compile(r"[a-z][a-z0-9_]*")
VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
EXPOSED = "Content-Encoding, Content-Length, Content-Location, ETag, Link, Retry-After, X-Request-Id"

app = Flask(__name__)
log = logging.getLogger("twin")
log.addHandler(logging.StreamHandler(sys.stderr))
log.setLevel(logging.INFO)
held = threading.local()


class Refused(Exception):  # noqa: N818 - as short as its users wish it
    """A mistake in the request."""


def connection() -> sqlite3.Connection:
    """The connection of this thread, opened anew when the name points to another file."""
    found = FILE.stat()
    identity = (found.st_ino, found.st_mtime_ns)
    if getattr(held, "identity", None) != identity:
        held.connection = sqlite3.connect(f"file:{FILE}?mode=ro&immutable=1", uri=True, cached_statements=256)
        held.identity = identity
        held.strides = 0
        held.connection.execute("PRAGMA mmap_size = 2147418112")
        held.connection.set_progress_handler(count, 25_000)
        rows = held.connection.execute(
            "SELECT version, date, sha256, ordinal FROM releases ORDER BY ordinal"
        ).fetchall()
        held.releases = {row[0]: row for row in rows}
        held.newest = rows[-1]
    held.strides = 0
    return held.connection  # type: ignore[no-any-return]


def count() -> bool:
    """The budget of a request: 20 million steps."""
    held.strides += 1
    return bool(held.strides > 800)


@app.before_request
def begin() -> None:
    """Name the request and start its clock."""
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    if len(request.query_string) + len(request.path) > 8192 or request.content_length:
        raise Refused("the address is too long, or there is a body")


@app.after_request
def finish(answer: Response) -> Response:
    """The headers of every answer, and its line in the log."""
    headers = answer.headers
    headers["X-Request-Id"] = g.request_id
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    headers["Vary"] = "Accept, Accept-Encoding"
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": "info",
        "logger": "twin",
        "message": "request",
        "method": request.method,
        "path": request.path,
        "status": answer.status_code,
        "ms": round((time.perf_counter() - g.started) * 1000, 2),
        "bytes": answer.content_length,
        "release": g.get("release"),
        "request_id": g.request_id,
    }
    log.info(json.dumps(line, ensure_ascii=False))
    return answer


@app.errorhandler(Refused)
def refuse(reason: Refused) -> Response:
    """The problem."""
    body = json.dumps({"type": "/problems/bad-value", "title": "Bad request", "status": 400, "detail": str(reason)})
    return Response(body, 400, {"Cache-Control": "no-store"}, content_type="application/problem+json")


def arguments(allowed: set[str]) -> dict[str, Any]:
    """The parameters, checked."""
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        value = values[0]
        if name not in allowed or len(values) > 1:
            raise Refused(f"unknown or repeated parameter {name}")
        if name in FILTERS:
            form = CODE if name in ("claimant_basis", "modality", "author_stance") else SLUG
            words = value.split(",")
            if len(words) > 50 or not all(form.fullmatch(word) for word in words):
                raise Refused(f"{name}: found {value!r}")
            found[name] = sorted(set(words))
        elif name == "limit":
            if not value.isdecimal() or not 1 <= int(value) <= 500:
                raise Refused(f"limit: found {value!r}; allowed: a whole number from 1 to 500")
            found[name] = int(value)
        elif name == "release":
            if not VERSION.fullmatch(value):
                raise Refused(f"release: found {value!r}")
            found[name] = value
        else:
            found[name] = value
    return found


def negotiate() -> str:
    """The content coding; JSON is all there is."""
    if "Accept" in request.headers and request.accept_mimetypes.best_match(["application/json"]) is None:
        raise Refused("Accept admits no JSON")
    accepted = request.accept_encodings
    wanted = accepted.quality("gzip")
    return "gzip" if wanted > 0 and wanted >= accepted.quality("identity") else "identity"


def opened(asked: dict[str, Any]) -> tuple[sqlite3.Connection, Any, str]:
    """The connection, the row of the release that is asked for, and the condition that a row is valid in it."""
    opened = connection()
    version = asked.get("release") or held.newest[0]
    release = held.releases.get(version)
    if release is None:
        raise Refused(f"there is no release {version}")
    g.release = version
    if release[3] == held.newest[3]:
        return opened, release, "until IS NULL"
    if release[3] == 1:
        return opened, release, "since = 1"
    return opened, release, f"since <= {release[3]} AND (until IS NULL OR until > {release[3]})"


def answer(release: Any, coding: str, make: Any, *, pinned: bool) -> Response:
    """The answer with its validators; what the client has already is not made."""
    told = json.dumps(["1", release[:3], request.path, sorted(request.args.items()), coding])
    tag = hashlib.sha256(told.encode()).hexdigest()[:32]
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": "public, max-age=31536000, immutable" if pinned else "public, max-age=60, must-revalidate",
        "Last-Modified": http_date(datetime.fromisoformat(release[1]).replace(tzinfo=UTC)),
    }
    if not pinned:
        parameters = {**request.args.to_dict(), "release": release[0]}
        headers["Content-Location"] = f"{request.path}?{urlencode(parameters, safe=',')}"
    if tag in request.if_none_match:
        return Response(status=304, headers=headers)
    body, more = make()
    data = body.encode()
    if coding == "gzip":
        data = gzip.compress(data, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(data, headers={**headers, **more}, content_type="application/json")


@app.get("/v1/claims")
def list_claims() -> Response:
    """A page of claims."""
    asked = arguments(LISTED)
    limit = asked.get("limit", 50)
    filters = {name: asked[name] for name in FILTERS if name in asked}
    digest = hashlib.sha256(json.dumps(sorted(filters.items())).encode()).hexdigest()[:16]
    after = None
    if "cursor" in asked:
        try:
            version, found, after = json.loads(base64.urlsafe_b64decode(asked["cursor"] + "=="))
        except ValueError:
            raise Refused("no cursor") from None
        if found != digest:
            raise Refused("the cursor is of another query")
        asked["release"] = version
    coding = negotiate()
    driver, release, valid = opened(asked)

    def make() -> tuple[str, dict[str, str]]:
        conditions, values = [valid], []
        for name, wanted in filters.items():
            conditions.append(f"{name} IN ({','.join('?' * len(wanted))})" if len(wanted) > 1 else f"{name} = ?")
            values += wanted
        if after is not None:
            conditions.append("sort > ?")
            values.append(after)
        statement = f"SELECT sort, body FROM claims WHERE {' AND '.join(conditions)} ORDER BY sort LIMIT {limit + 1}"
        rows = driver.execute(statement, values).fetchall()
        bodies = ",".join([row[1] for row in rows[:limit]])
        goes_on, headers = "null", {}
        if len(rows) > limit:
            told = json.dumps([release[0], digest, rows[limit - 1][0]], separators=(",", ":"))
            cursor = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
            goes_on = f'"{cursor}"'
            parameters = urlencode({**request.args.to_dict(), "cursor": cursor}, safe=",")
            headers["Link"] = f'<{request.path}?{parameters}>; rel="next"'
        page = f'{{"limit":{limit},"next":{goes_on}}}'
        return f'{{"data":[{bodies}],"page":{page},"release":"{release[0]}"}}', headers

    return answer(release, coding, make, pinned="release" in asked)


@app.get("/v1/claims/<id>")
def get_claim(id: str) -> Response:
    """One claim."""
    asked = arguments({"release"})
    if not SLUG.fullmatch(id):
        raise Refused(f"id: found {id!r}")
    coding = negotiate()
    driver, release, valid = opened(asked)

    def make() -> tuple[str, dict[str, str]]:
        row = driver.execute(f"SELECT body FROM claims WHERE id = ? AND {valid}", (id,)).fetchone()
        if row is None:
            raise Refused(f"there is no claim {id}")
        pin = f"?release={release[0]}" if "release" in asked else ""
        links = {"self": f"/v1/claims/{id}{pin}", "history": f"/v1/claims/{id}/history{pin}"}
        beside = json.dumps({"links": links, "release": release[0]}, separators=(",", ":"))
        return f"{row[0][:-1]},{beside[1:]}", {}

    return answer(release, coding, make, pinned="release" in asked)
