"""Lists of records: which stand on a page, in which order, in which representation, and what is told beside them.

A plain page is one statement and a join of stored bodies. Everything else is asked for and paid for by the request that
asks: words (`q`) and their highlights, other orders, samples, counts, ids and what became of them, records that are
referred to, members cut out of the bodies, tables and lines instead of JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, cast

from flask import Response, request
from sqlalchemy import Table

from api.answers import compact, send, with_texts
from api.caching import address
from api.cursors import Cursor
from api.included import included
from api.negotiation import CSV, JSON, NDJSON, chosen
from api.parameters import bad_cursor
from api.problems import Mistake, mistaken
from api.queries import ListRequest
from api.reading import View, reading
from dataset.canonical import Body, parse
from dataset.exports.rows import csv_header, csv_rows, json_lines, without_column
from dataset.members import only
from dataset.queries.grouping import find_count
from dataset.queries.paging import Plain, Records, records, with_ids
from dataset.queries.sampling import find_chosen, find_ids, sample_of
from dataset.queries.search import has_words
from dataset.queries.sorting import find_values, sorted_page
from dataset.queries.walking import read_page
from dataset.search.highlights import highlights
from dataset.search.pages import page_of
from dataset.search.query import Query as Asked
from dataset.store.reading import release_of, tombstones

#: A query function of a type: from the release and the filters of a list to a `Select`.
Find = Callable[..., Records]

#: What a list can be answered as, the first where nothing is said.
FORMS: Final = (JSON, NDJSON, CSV)
#: A table is told to have a header (RFC 4180).
TYPES_SENT: Final = {NDJSON: NDJSON, CSV: "text/csv; charset=utf-8; header=present"}


class Found(NamedTuple):
    """The records of a page, one more than its limit if there is one, and where the list goes on behind each."""

    bodies: Sequence[str]
    places: Sequence[str]
    limit: int


def record_list(table: Table, find: Find, query: ListRequest) -> Response:
    """A page of the records that `find` selects by the filters, shaped as the request asks."""
    form = chosen(FORMS)
    if form != JSON:
        check_columns(form, table.name, query)
    with reading(query) as view:
        found = _found(view, find, table, query)
        bodies = found.bodies[: found.limit]
        beside = _beside(view, table, query, found) if form == JSON else {}
        total = {"total": total_of(view, find, table, query)} if query.counted else {}
    release = view.release.version
    if form != JSON:
        text = _table(table.name, bodies, query.members) if form == CSV else json_lines(_cut(bodies, query))
        return Response(text, content_type=TYPES_SENT[form], headers=next_link(_cursor(found, query, release)))
    cut = found._replace(bodies=[*_cut(bodies, query), *found.bodies[found.limit :]])
    return _answer(cut, query, release, total, beside)


def narrowed(selected: Records, table: Table, query: ListRequest) -> Records:
    """The records of a list that have one of the ids that are asked for, if some are."""
    return with_ids(selected, table, query.ids)


def worded(view: View, selected: Records, table: Table, query: ListRequest) -> Records:
    """The records of a list that hold the words that are asked for, if some are; the order of tiers is given up."""
    if query.words is None:
        return selected
    return selected.where(has_words(table, query=query.words, engine=view.connection.dialect.name))


def _found(view: View, find: Find, table: Table, query: ListRequest) -> Found:
    """The page, by the way that costs least of those that give what is asked for."""
    if not query.sample and not query.sort and query.words is None:
        after = query.cursor.after if query.cursor else None
        asked = Plain(query.filters, query.ids, after, query.limit)
        rows = read_page(view.connection, find, table, view.release, asked)
        return Found([row[1] for row in rows], [row[0] for row in rows], query.limit)
    if query.words is not None and not query.sample and not query.sort:
        return _hits(view, find, table, query, query.words)
    selected = narrowed(find(release=view.release, **query.filters), table, query)
    if query.sample:
        return _sample(view, worded(view, selected, table, query), table, query.sample)
    return _sorted(view, worded(view, selected, table, query), table, query)


def _sample(view: View, selected: Records, table: Table, sample: tuple[int, int]) -> Found:
    number, seed = sample
    ids = sample_of(view.connection.execute(find_ids(selected, table)).scalars(), number, seed)
    rows = view.connection.execute(find_chosen(selected, table, ids)).all()
    return Found([row[1] for row in rows], [row[0] for row in rows], number)


def _sorted(view: View, selected: Records, table: Table, query: ListRequest) -> Found:
    after = None
    if query.cursor:
        place = query.cursor.after
        values = view.connection.execute(find_values(table, query.sort, release=view.release, place=place)).first()
        if values is None:
            raise mistaken([bad_cursor(query.cursor.encode(), "the release holds no record at its place")])
        after = tuple(values), place
    asked = sorted_page(selected, table, query.sort, release=view.release, after=after, limit=query.limit)
    rows = view.connection.execute(asked).all()
    return Found([row[1] for row in rows], [row[0] for row in rows], query.limit)


def _hits(view: View, find: Find, table: Table, query: ListRequest, asked: Asked) -> Found:
    with placed(query):
        hits = page_of(
            view.connection,
            find,
            table,
            query=asked,
            release=view.release,
            filters=query.filters,
            ids=query.ids,
            after=query.cursor.after if query.cursor else None,
            limit=query.limit,
        )
    return Found([hit.body for hit in hits], [hit.after for hit in hits], query.limit)


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


def marked(record_type: str, body: Body, asked: Asked) -> list[dict[str, Any]]:
    """Where the words that were searched for stand in a hit."""
    return [mark._asdict() for mark in highlights(record_type, body, asked)]


def _beside(view: View, table: Table, query: ListRequest, found: Found) -> dict[str, str]:
    """What stands beside the records, as JSON by name."""
    beside: dict[str, str] = {}
    if query.words is not None and not query.sort and not query.sample:
        hits = map(parse, found.bodies[: found.limit])
        marks = {hit["id"]: marked(table.name, hit, query.words) for hit in hits}
        beside["highlights"] = compact(marks)
    if query.ids is not None:
        beside["missing"] = compact(_missing(view, table, query.ids))
    if query.expand:
        beside["included"] = included(view, table.name, found.bodies[: found.limit], query.expand)
    return beside


def _missing(view: View, table: Table, ids: Sequence[str]) -> list[dict[str, str]]:
    """The ids that the release has no record of, and how those ended that it once had."""
    held = records(table, view.release, table.c.id.in_(ids)).with_only_columns(table.c.id)
    lacking = sorted(set(ids) - set(view.connection.execute(held).scalars()))
    ends = tombstones(view.connection, table.name, lacking, view.release.ordinal) if lacking else {}
    told = []
    for record_id in lacking:
        end = ends.get(record_id)
        members = {"id": record_id}
        if end is not None:
            members |= {"operation": end.operation, "release": end.version, "date": end.date}
            members |= {"reason": end.reason} if end.reason else {}
            members |= {"replaced_by": end.replaced_by} if end.replaced_by else {}
        told.append(members)
    return told


def total_of(view: View, find: Find, table: Table, query: ListRequest) -> int:
    """How many records a list has; of all of a type the manifest tells it."""
    if not query.filters and query.ids is None and query.words is None:
        stored = release_of(view.connection, view.release.version)
        assert stored is not None  # a view is of a release that is there
        return cast("int", stored.manifest["counts"].get(table.name, 0))
    selected = narrowed(find(release=view.release, **query.filters), table, query)
    return view.connection.execute(find_count(worded(view, selected, table, query))).scalar_one()


def _cut(bodies: Sequence[str], query: ListRequest) -> Sequence[str]:
    return [only(body, query.members) for body in bodies] if query.members else bodies


def _table(record_type: str, bodies: Sequence[str], members: Sequence[str]) -> str:
    return csv_header(record_type, members) + csv_rows(record_type, bodies, members)


def check_columns(form: str, record_type: str, query: ListRequest) -> None:
    """That a table or lines can hold what is asked for.

    Raises:
        RequestProblem: they have no place for it.
    """
    mistakes = []
    for name, asked in (("expand", bool(query.expand)), ("count", query.counted)):
        if asked:
            detail = f"{name}: {form} holds nothing but the records; allowed: {name} with {JSON}"
            mistakes.append(Mistake("bad-value", "query", name, detail, request.args.get(name), JSON))
    if form == CSV and (many := without_column(record_type, query.members)):
        detail = f"fields: {', '.join(many)} may hold several values, for which a table of records has no column"
        allowed = f"members with one value, or {NDJSON}"
        detail = f"{detail}; allowed: {allowed}"
        mistakes.append(Mistake("bad-value", "query", "fields", detail, ",".join(many), allowed))
    if mistakes:
        raise mistaken(mistakes)


def send_page(
    bodies: Sequence[str], places: Sequence[str], query: ListRequest, release: str, **beside: Any
) -> Response:
    """A page of at most `limit` items; one more than that says that the list goes on behind the last one sent."""
    told = {name: compact(members) for name, members in beside.items()}
    return _answer(Found(bodies, places, query.limit), query, release, {}, told)


def _answer(found: Found, query: ListRequest, release: str, total: dict[str, int], beside: dict[str, str]) -> Response:
    cursor = _cursor(found, query, release)
    members = compact({"limit": found.limit, "next": cursor, **total})
    text = f'{{"data":[{",".join(found.bodies[: found.limit])}],"page":{members},"release":"{release}"}}'
    return send(with_texts(text, beside) if beside else text, next_link(cursor))


def _cursor(found: Found, query: ListRequest, release: str) -> str | None:
    """Where the list goes on behind the page; None at its end."""
    if len(found.bodies) <= found.limit:
        return None
    return Cursor(release, query.digest, found.places[found.limit - 1]).encode()


def next_link(cursor: str | None) -> dict[str, str]:
    """The header that has the path and query of this request, with another cursor; none at the end."""
    if cursor is None:
        return {}
    return {"Link": f'<{address({**request.args.to_dict(), "cursor": cursor})}>; rel="next"'}
