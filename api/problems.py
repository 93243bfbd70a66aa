"""Everything that can go wrong, in one shape: `application/problem+json` after RFC 9457.

`KINDS` is the list of problems: each has a page under `/problems/` that explains it, and its address is the `type` of
the answers of that kind. Code that finds a mistake raises `RequestProblem`; `api.errors` turns that and everything else
that is raised into an answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from flask import Response, g, request
from werkzeug.urls import iri_to_uri

CONTENT_TYPE: Final = "application/problem+json"

#: Characters of a client's own words that an answer repeats.
SHOWN: Final = 80

Where = Literal["path", "query", "header", "body"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its `type`, its status and title, and what its page says."""

    name: str
    status: int
    title: str
    explanation: str

    @property
    def type(self) -> str:
        """The path of the page that explains it, the `type` of RFC 9457."""
        return f"/problems/{self.name}"


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "invalid-request",
            400,
            "Several mistakes in the request",
            "The request holds mistakes of several kinds. Each is told in `errors`, with a `type` of its own.",
        ),
        Kind(
            "malformed-request",
            400,
            "Malformed request",
            "Path or query are not UTF-8, hold a broken percent escape, or a header cannot be read. "
            "Percent-encode the UTF-8 bytes of every character that an address may not hold.",
        ),
        Kind(
            "unknown-parameter",
            400,
            "Unknown parameter",
            "The query holds a parameter that this path does not know. It is refused, because a misspelt filter that "
            "is ignored would answer another question than the one asked. `allowed` lists the parameters there are.",
        ),
        Kind(
            "repeated-parameter",
            400,
            "Repeated parameter",
            "A parameter that takes one value stands more than once in the query. Those that take several, with commas "
            "between them (`modality=asserted,denied`), may be repeated instead.",
        ),
        Kind(
            "bad-value",
            400,
            "Value not allowed",
            "A value in path or query is not of the form that the parameter takes. `found` is what came, `allowed` "
            "what the parameter takes.",
        ),
        Kind(
            "bad-cursor",
            400,
            "Cursor not usable",
            "A cursor goes on in one list: it belongs to the path, the filters and the release of the answer that gave "
            "it. Take it from `page.next` unchanged, and repeat the same filters; only `limit` may differ. To start "
            "over, leave it out.",
        ),
        Kind(
            "too-costly",
            400,
            "Question too costly",
            "The request is sound, but to answer it more of the database would have to be read than one request may "
            "cost, so it was stopped. Asking again does not help, asking otherwise does: `errors` says what of the "
            "request costs much and what to ask instead. For all records of a type take the file of the release, which "
            "`/v1/releases/{version}` lists.",
        ),
        Kind(
            "too-many-rows",
            400,
            "Too much for one export",
            "The query selects more records, or more bytes, than one export may have. Add filters, walk through the "
            "pages of the list, or take the file of the whole release, whose address `file` tells.",
        ),
        Kind(
            "unknown-record",
            404,
            "No such record",
            "The release that was read holds no record of this type with this id. The list of the type holds all ids.",
        ),
        Kind(
            "unknown-release",
            404,
            "No such release",
            "There is no release of this version. `/v1/releases` lists those that there are.",
        ),
        Kind(
            "unknown-path",
            404,
            "No such path",
            "Nothing is served at this path. `/docs` shows what is, `/v1/openapi.json` says the same for programs.",
        ),
        Kind(
            "unknown-file",
            404,
            "No such file",
            "The release has no file of this name, or its files are not built yet. `/v1/releases/{version}` lists in "
            "`files` those that there are.",
        ),
        Kind(
            "method-not-allowed",
            405,
            "Method not allowed",
            "The path is there, but not for this method; the header `Allow` lists those it answers. The service is "
            "read-only.",
        ),
        Kind(
            "not-acceptable",
            406,
            "No such representation",
            "`Accept` admits none of the media types that this path can answer with; `allowed` lists them. Without "
            "`Accept` the answer is JSON.",
        ),
        Kind(
            "withdrawn-record",
            410,
            "Record withdrawn",
            "The record was taken back: `reason` says why, `withdrawn_in` in which release. It is still there in the "
            "releases before that one: name one with `release`.",
        ),
        Kind(
            "body-too-large",
            413,
            "Body too large",
            "The request carries a body beyond the limit. No operation of this service takes one.",
        ),
        Kind(
            "address-too-long",
            414,
            "Address too long",
            "Path and query together are longer than the limit that `allowed` names. Ask in several requests.",
        ),
        Kind(
            "unexpected-body",
            415,
            "Body not taken",
            "The request carries a body, but no operation of this service takes one. Parameters go into the query.",
        ),
        Kind(
            "range-not-satisfiable",
            416,
            "Range beyond the end",
            "The header `Range` asks for bytes that the file does not have. `Content-Range` says how many it has.",
        ),
        Kind(
            "too-many-requests",
            429,
            "Too many requests",
            "This client has sent more requests than the operator of the service lets each have in a window of time. "
            "`RateLimit-Policy` names both, `RateLimit` what is left, and `Retry-After` says in how many seconds to go "
            "on. Larger pages, `If-None-Match` and the files of a release need fewer requests.",
        ),
        Kind(
            "redacted-record",
            451,
            "Record redacted",
            "The body of the record had to be taken out of every release: `reason` says why, `redacted_on` since when. "
            "Lists, searches and files leave it out; its history tells what happened to it, and its digest is kept.",
        ),
        Kind(
            "internal-error",
            500,
            "Internal error",
            "The service failed; the mistake is ours. Its log holds the details under the request id of the answer, "
            "which stands in the header `X-Request-Id`.",
        ),
        Kind(
            "not-ready",
            503,
            "Not ready",
            "The service runs, but no release of the dataset can be read just now. `Retry-After` says in how many "
            "seconds to ask again.",
        ),
        Kind(
            "damaged-file",
            503,
            "File withdrawn",
            "The file is not what it was when it was built, so it is not given out until it has been built again; "
            "`/readyz` names all such files. The other files and the records of the release are not touched by it.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a request: where it is, what came, what is allowed, and both in a sentence."""

    kind: str
    where: Where
    name: str | None
    detail: str
    found: str | None = None
    allowed: str | None = None

    def as_dict(self) -> dict[str, str]:
        """The member of `errors` that tells it."""
        found = self.found if self.found is None or len(self.found) <= SHOWN else self.found[: SHOWN - 1] + "…"
        members = {
            "type": KINDS[self.kind].type,
            "in": self.where,
            "parameter": self.name and self.name[:SHOWN],
            "found": found,
            "allowed": self.allowed,
            "detail": self.detail,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(eq=False)
class RequestProblem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A request that cannot be answered; `mistakes` say why where more than one thing may be wrong."""

    kind: Kind
    detail: str
    mistakes: Sequence[Mistake] = ()
    headers: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer that tells it."""
        members: dict[str, object] = {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": iri_to_uri(request.path[:200]),
        }
        if release := g.get("release"):
            members["release"] = release
        members |= self.members
        if self.mistakes:
            members["errors"] = [mistake.as_dict() for mistake in self.mistakes]
        answer = Response(json.dumps(members, ensure_ascii=False), self.kind.status, content_type=CONTENT_TYPE)
        answer.headers.update(self.headers)
        return answer


def problem(name: str, detail: str, **headers: str) -> RequestProblem:
    """A problem of the kind `name`; headers are named with underscores: `Retry_After`."""
    return RequestProblem(KINDS[name], detail, headers={key.replace("_", "-"): value for key, value in headers.items()})


def mistaken(mistakes: Sequence[Mistake]) -> RequestProblem:
    """One problem for all the mistakes of a request: of their kind where they share one."""
    names = {mistake.kind for mistake in mistakes}
    kind = KINDS[names.pop() if len(names) == 1 else "invalid-request"]
    if len(mistakes) == 1:
        return RequestProblem(kind, mistakes[0].detail, mistakes)
    return RequestProblem(kind, f"The request holds {len(mistakes)} mistakes; see errors.", mistakes)
