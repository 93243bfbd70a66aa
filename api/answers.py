"""Making answers: the one place where responses of the API come from, put together from stored bytes.

A record is never parsed to be served: lists join the canonical bodies, one record gets its members beside; only to say
where the words of a search stand it is read. What every
answer carries (headers; later validators and negotiation) is added in `finish`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from sqlalchemy import Table

from api.citing import REPRESENTATIONS, represented
from api.cursors import Cursor
from api.negotiation import JSON, chosen
from api.origins import share
from api.parameters import ListRequest, RecordRequest, bad_cursor
from api.problems import KINDS, Mistake, RequestProblem, mistaken
from api.reading import View, reading
from dataset.canonical import parse
from dataset.queries.filters import ANY
from dataset.queries.paging import Records, one, page, records
from dataset.search.highlights import highlights
from dataset.search.pages import Hit, page_of
from dataset.search.query import Query as Asked
from dataset.store.reading import tombstone

#: A query function of a type: from the release and the filters of a list to a `Select`.
Find = Callable[..., Records]

#: For answers that no browser shows as a page; pages set their own.
POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


def register(app: Flask) -> None:
    """Give every answer of `app` the headers that all have."""
    app.after_request(finish)


def finish(answer: Response) -> Response:
    """The headers of every answer."""
    answer.headers["X-Request-Id"] = g.get("request_id", "")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    share(answer)
    if request.method == "OPTIONS" and not answer.content_length:
        answer.headers.pop("Content-Type", None)
    return answer


def compact(members: Mapping[str, Any]) -> str:
    """Members as JSON, as tight as the bodies that they stand beside."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def send(text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of JSON."""
    return Response(text, content_type=JSON, headers=headers)


def record_list(table: Table, find: Find, query: ListRequest) -> Response:
    """A page of the records that `find` selects by the filters; with `q`, of those that it finds, the best first."""
    chosen([JSON])
    if query.words is not None:
        return _found_list(table, find, query, query.words)
    with reading(query) as view:
        after = query.cursor.after if query.cursor else None
        asked = page(find(release=view.release, **query.filters), table, after=after, limit=query.limit)
        rows = view.connection.execute(asked).all()
    places, bodies = [row[0] for row in rows], [row[1] for row in rows]
    return send_page(bodies, places, query, view.release.version)


def _found_list(table: Table, find: Find, query: ListRequest, asked: Asked) -> Response:
    sources = query.filters.get("source", ANY).some
    with reading(query) as view, placed(query):
        hits = page_of(
            view.connection,
            find(release=view.release, **query.filters),
            table,
            query=asked,
            release=view.release,
            after=query.cursor.after if query.cursor else None,
            limit=query.limit,
            source=sources[0] if len(sources) == 1 else None,
        )
    marks = {parse(hit.body)["id"]: marked(hit, asked) for hit in hits[: query.limit]}
    bodies, places = [hit.body for hit in hits], [hit.after for hit in hits]
    return send_page(bodies, places, query, view.release.version, highlights=marks)


@contextmanager
def placed(query: ListRequest) -> Iterator[None]:
    """Searching from the place that the cursor names.

    Raises:
        RequestProblem: no hit of the query can stand there.
    """
    try:
        yield
    except ValueError:
        if query.cursor is None:
            raise
        raise mistaken([bad_cursor(query.cursor.encode(), "it is none that this service gave")]) from None


def marked(hit: Hit, asked: Asked) -> list[dict[str, Any]]:
    """Where the words that were searched for stand in a hit."""
    return [mark._asdict() for mark in highlights(hit.type, parse(hit.body), asked)]


def send_page(
    bodies: Sequence[str], places: Sequence[str], query: ListRequest, release: str, **beside: Any
) -> Response:
    """A page of at most `limit` bodies; one more than that says that the list goes on behind the last one sent."""
    more = len(bodies) > query.limit
    cursor = Cursor(release, query.digest, places[query.limit - 1]).encode() if more else None
    members = compact({"limit": query.limit, "next": cursor})
    text = f'{{"data":[{",".join(bodies[: query.limit])}],"page":{members},"release":"{release}"}}'
    return send(with_members(text, **beside) if beside else text, next_link(cursor))


def next_link(cursor: str | None) -> dict[str, str]:
    """The header that has the path and query of this request, with another cursor; none at the end."""
    if cursor is None:
        return {}
    parameters = {**request.args.to_dict(), "cursor": cursor}
    return {"Link": f'<{request.path}?{urlencode(parameters, safe=",")}>; rel="next"'}


def record(table: Table, record_id: str, query: RecordRequest, links: Mapping[str, str]) -> Response:
    """One record: the object that lists hold, with `links` and `release` beside its own members; or another form."""
    media_type = chosen(REPRESENTATIONS)
    with reading(query) as view:
        body = view.connection.execute(one(table, record_id, release=view.release)).scalar()
        if body is None:
            return absent(view, table.name, record_id)
        if media_type != JSON:
            return represented(view, table.name, body, media_type)
    members = {"links": linked(links, record_id, query, view), "release": view.release.version}
    return send(with_members(body, **members))


def the_record(table: Table, query: RecordRequest, links: Mapping[str, str]) -> Response:
    """The only record of a type that has one in every release."""
    media_type = chosen(REPRESENTATIONS)
    with reading(query) as view:
        statement = page(records(table, view.release), table, after=None, limit=1)
        record_id, body = view.connection.execute(statement).one()
        if media_type != JSON:
            return represented(view, table.name, body, media_type)
    members = {"links": linked(links, record_id, query, view), "release": view.release.version}
    return send(with_members(body, **members))


def absent(view: View, record_type: str, record_id: str) -> Response:
    """The answer for a record that a release does not hold: where it went.

    Raises:
        RequestProblem: it was withdrawn, or there was never one of that id.
    """
    ended = tombstone(view.connection, record_type, record_id, view.release.ordinal)
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


def unknown_record(record_type: str, record_id: str, release: str) -> RequestProblem:
    """The problem of an id that stands for no record."""
    detail = f"release {release} holds no record {record_id} among its {record_type}"
    return mistaken([Mistake("unknown-record", "path", "id", detail, record_id, f"an id that /v1/{record_type} lists")])


def with_members(body: str, **members: Any) -> str:
    """A canonical body with members beside its own, of names that no record type uses."""
    return f"{body[:-1]},{compact(members)[1:]}"


def linked(links: Mapping[str, str], record_id: str, query: RecordRequest, view: View) -> dict[str, str]:
    """The links of a record, in the release that was asked for by name or by day, if one was."""
    pin = f"release={view.release.version}" if query.release or query.as_of else ""
    found = {}
    for name, template in links.items():
        address = template.format(id=record_id)
        found[name] = f"{address}{'&' if '?' in address else '?'}{pin}" if pin else address
    return found
