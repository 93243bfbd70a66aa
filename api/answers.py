"""Making answers: the one place where responses of the API come from, put together from stored bytes.

A record is never parsed to be served as it is: one gets its members beside, `api.lists` joins the bodies of many. What
every answer carries is added in `finish`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from flask.globals import app_ctx
from sqlalchemy import Table

from api.citing import REPRESENTATIONS, represented
from api.included import included
from api.negotiation import JSON, chosen
from api.origins import SHARED, share_before
from api.problems import KINDS, Mistake, RequestProblem, mistaken
from api.queries import RecordRequest
from api.reading import View, reading
from dataset.members import only
from dataset.queries.compiled import fetch
from dataset.queries.paging import one, page, records
from dataset.redactions import Redaction
from dataset.store.reading import history, tombstone

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

#: For answers that no browser shows as a page; pages set their own.
POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

#: Headers that no view sets; the application adds them as it sends, unlooked at.
ALWAYS: Final = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), *SHARED]


#: Made once: `json.dumps` with these would make an encoder for every answer.
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Answer(Response):
    """An answer that is whole as it is made: its length is known, its addresses are as headers want them."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Its headers; werkzeug need not look for what is missing."""
        return self.headers


def register(app: Flask) -> None:
    """Give every answer of `app` the headers that each has its own value of."""
    app.after_request(finish)


def finish(answer: Response) -> Response:
    """The headers of every answer, but for those that are always the same."""
    answer.headers.add("X-Request-Id", app_ctx.g.get("request_id", ""))
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    if request.method == "OPTIONS":
        share_before(answer)
        if not answer.content_length:
            answer.headers.pop("Content-Type", None)
    return answer


def compact(members: Mapping[str, Any] | Sequence[Any]) -> str:
    """Members as JSON, as tight as the bodies that they stand beside."""
    return _encode(members)


def send(text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of JSON."""
    return Answer(text, content_type=JSON, headers=headers)


def record(table: Table, record_id: str, query: RecordRequest, links: Mapping[str, str]) -> Response:
    """One record: the object that lists hold, with `links` and `release` beside its own members; or another form."""
    media_type = chosen(REPRESENTATIONS)
    check_shape(media_type, query)
    with reading(query) as view:
        rows = fetch(view.connection, one, table, record_id, view.release)
        if not rows:
            return absent(view, table.name, record_id)
        body: str = rows[0][0]
        if media_type != JSON:
            return represented(view, table.name, body, media_type)
        body = shaped(body, table.name, query, view)
    members = {"links": linked(links, record_id, query, view), "release": view.release.version}
    return send(with_members(body, **members))


def the_record(table: Table, query: RecordRequest, links: Mapping[str, str]) -> Response:
    """The only record of a type that has one in every release."""
    media_type = chosen(REPRESENTATIONS)
    check_shape(media_type, query)
    with reading(query) as view:
        statement = page(records(table, view.release), table, after=None, limit=1)
        record_id, body = view.connection.execute(statement).one()
        if media_type != JSON:
            return represented(view, table.name, body, media_type)
        body = shaped(body, table.name, query, view)
    members = {"links": linked(links, record_id, query, view), "release": view.release.version}
    return send(with_members(body, **members))


def check_shape(media_type: str, query: RecordRequest) -> None:
    """That a representation can be shaped as it is asked.

    Raises:
        RequestProblem: members or references are asked of one that is not ours to cut.
    """
    if media_type == JSON:
        return
    mistakes = [
        Mistake("bad-value", "query", name, f"{name}: {media_type} tells the whole record; allowed: {name} with {JSON}")
        for name, asked in (("fields", query.members), ("expand", query.expand))
        if asked
    ]
    if mistakes:
        raise mistaken(mistakes)


def shaped(body: str, record_type: str, query: RecordRequest, view: View) -> str:
    """A body as the request wants it: cut down to some members, with the records beside it that it refers to."""
    beside = {"included": included(view, record_type, [body], query.expand)} if query.expand else {}
    cut = only(body, query.members) if query.members else body
    return with_texts(cut, beside) if beside else cut


def absent(view: View, record_type: str, record_id: str) -> Response:
    """The answer for a record that a release does not hold: where it went.

    Raises:
        RequestProblem: it was withdrawn or redacted, or there was never one of that id.
    """
    ended = tombstone(view.connection, record_type, record_id, view.release.ordinal)
    if ended is None and (redaction := view.catalogue.redaction(record_type, record_id)):
        began = history(view.connection, record_type, record_id)
        if not began or began[0].ordinal <= view.release.ordinal:
            raise redacted_record(redaction)
    if ended is None:
        raise unknown_record(record_type, record_id, view.release.version)
    if ended.replaced_by:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        behind = request.path.removeprefix(f"/v1/{record_type}/{record_id}")
        address = f"/v1/{record_type}/{ended.replaced_by}{behind}{query}"
        forward = Response(status=308, headers={"Location": address})
        del forward.headers["Content-Type"]
        return forward
    detail = f"{record_id} was withdrawn in release {ended.version}: {ended.reason}"
    members = {"reason": str(ended.reason), "withdrawn_in": ended.version, "withdrawn_on": ended.date}
    raise RequestProblem(KINDS["withdrawn-record"], detail, members=members)


def redacted_record(redaction: Redaction) -> RequestProblem:
    """The problem of a record whose body was taken out of every release."""
    detail = f"{redaction.id} was redacted on {redaction.date}: {redaction.reason}"
    return RequestProblem(
        KINDS["redacted-record"], detail, members={"reason": redaction.reason, "redacted_on": redaction.date}
    )


def unknown_record(record_type: str, record_id: str, release: str) -> RequestProblem:
    """The problem of an id that stands for no record."""
    detail = f"release {release} holds no record {record_id} among its {record_type}"
    return mistaken([Mistake("unknown-record", "path", "id", detail, record_id, f"an id that /v1/{record_type} lists")])


def with_members(body: str, **members: Any) -> str:
    """A canonical body with members beside its own, of names that no record type uses."""
    return f"{body[:-1]},{compact(members)[1:]}"


def with_texts(body: str, members: Mapping[str, str]) -> str:
    """The same with members that are JSON already."""
    return body[:-1] + "".join(f',"{name}":{text}' for name, text in members.items()) + "}"


def linked(links: Mapping[str, str], record_id: str, query: RecordRequest, view: View) -> dict[str, str]:
    """The links of a record, in the release that was asked for by name or by day, if one was."""
    pin = f"release={view.release.version}" if query.release or query.as_of else ""
    found = {}
    for name, template in links.items():
        address = template.replace("{id}", record_id)
        found[name] = f"{address}{'&' if '?' in address else '?'}{pin}" if pin else address
    return found
