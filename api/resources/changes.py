"""Changes: the log for those who follow the dataset, and the history of each record."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final

from flask import Response, request
from marshmallow import fields
from sqlalchemy import select

from api import examples
from api.answers import compact, send, unknown_record
from api.cursors import Cursor
from api.differences import change_members, history_of, with_bodies
from api.documented import Blueprint
from api.lists import next_link
from api.moments import AsOf
from api.negotiation import JSON, chosen
from api.parameters import VERSION, CursorText, Limit, release_field, types_field
from api.problems import Mistake, mistaken
from api.queries import ListQuery, ListRequest, RecordQuery, RecordRequest
from api.reading import View, reading
from api.resources.nouns import NOUNS
from api.shapes import Listed, Shape, many, words
from dataset.queries.changes import find_changes
from dataset.schemas.fields import Pattern
from dataset.store.tables import RECORDS

blueprint = Blueprint("changes", "What each release did to which record, and why: the log, for those who follow it.")

#: The release before the one that is read, as `since` may say.
PREVIOUS: Final = "previous"
PLACE: Final = re.compile(r"([1-9][0-9]{0,8}) ([a-z]+) ([a-z0-9.-]+)")

EXAMPLE: Final = {
    "release": "0.2.0",
    "date": "2024-08-01",
    "type": "claims",
    "id": examples.CLAIM["id"],
    "operation": "changed",
    "reason": "The article was corrected.",
    "digest": examples.DIGEST,
}
FIELD: Final = {"field": "modality", "before": "asserted", "after": "predicted"}


class ChangeQuery(ListQuery):
    """The parameters of the log; it ends with the release that is read."""

    type = "changes"

    since = Pattern(
        "Version of the release that is known; changes behind it are answered. All, when absent. `previous` is the "
        "release before the one that is read, so that what this one changed is answered.",
        f"(?:{VERSION}|{PREVIOUS})",
        f"a version such as 1.0.0, or {PREVIOUS}",
        example="0.1.0",
    )
    limit = Limit()
    cursor = CursorText(PLACE)
    release = release_field()
    as_of = AsOf()

    class Meta(ListQuery.Meta):
        include: ClassVar = {"type": types_field()}  # `type` itself is the name of the list


class FieldChange(Shape):
    """One member of a record that differs; one that was or is absent lacks `before` or `after`."""

    field = words("Name of the member.", "modality", required=True)
    before = fields.Raw(metadata={"description": "What it was.", "example": "asserted"})
    after = fields.Raw(metadata={"description": "What it is.", "example": "predicted"})


class Change(Shape):
    """What a release did to one record."""

    release = words("Version of the release.", "0.2.0", required=True)
    date = words("Day of the release.", "2024-08-01", required=True)
    type = words("Type of the record.", "claims", required=True)
    id = words("Id of the record.", examples.CLAIM["id"], required=True)
    operation = words("`added`, `changed`, `merged` or `withdrawn`.", "changed", required=True)
    reason = words("Why; only what was added needs none.", "The article was corrected.")
    replaced_by = words("The record that a merged one is now part of.", "overton-herald-2024.c2")
    digest = words("SHA-256 of the record as canonical JSON, where it lives on.", examples.DIGEST)


class LoggedChange(Change):
    """A change as it stands in the log, with the record that it brought."""

    body = fields.Dict(metadata={"description": "The whole record, where it lives on.", "example": examples.CLAIM})


class PastChange(Change):
    """A change in the history of a record, field by field."""

    # a schema has members of its own by the name `fields`
    changed = fields.List(
        fields.Nested(FieldChange), data_key="fields", metadata={"description": "The members that a change changed."}
    )


class ChangeList(Listed):
    """A page of the log, oldest first."""

    data = many(LoggedChange, "The changes.")
    follow = words(
        "On the last page: the path to ask next time, for what came later. Else null.",
        "/v1/changes?since=0.2.0",
        required=True,
        allow_none=True,
    )


class RecordHistory(Shape):
    """All that happened to a record."""

    data = many(PastChange, "The changes, oldest first.")
    release = words("Version of the release up to which the history was read.", "0.2.0", required=True)


@blueprint.operation(
    "/v1/changes",
    "listChanges",
    query=ChangeQuery,
    answer=ChangeList,
    example={
        "data": [{**EXAMPLE, "body": examples.CLAIM}],
        "page": {"limit": 50, "next": None},
        "follow": "/v1/changes?since=0.2.0",
        "release": "0.2.0",
    },
    headers=("Link",),
)
def list_changes(query: ListRequest) -> Response:
    """Follow the log.

    Every change behind the release `since`, oldest first, up to the newest release or the one that is named. The last
    page says in `follow` where to go on when there are new releases. Who applies all changes has the newest records.
    """
    chosen([JSON])
    since: str | None = query.filters.get("since")
    with reading(query, *([since] if since and since != PREVIOUS else [])) as view:
        after = _known(view, query)
        place = PLACE.fullmatch(query.cursor.after) if query.cursor else None
        asked = find_changes(
            after=after,
            until=view.release.ordinal,
            type=query.filters.get("type", ()),
            place=(int(place[1]), place[2], place[3]) if place else None,
            limit=query.limit,
        )
        rows = view.connection.execute(asked).all()
        shown = rows[: query.limit]
        bodies = with_bodies(view.connection, shown)
    data = [
        _joined(compact(change_members(row, view.catalogue)), body) for row, body in zip(shown, bodies, strict=True)
    ]
    release = view.release.version
    cursor, follow = None, None
    if len(rows) > query.limit:
        last = shown[-1]
        cursor = Cursor(release, query.digest, f"{last.release} {last.type} {last.id}").encode()
    else:
        types = f"&type={request.args['type']}" if "type" in request.args else ""
        follow = f"/v1/changes?since={release}{types}"
    tail = compact({"page": {"limit": query.limit, "next": cursor}, "follow": follow, "release": release})
    return send(f'{{"data":[{",".join(data)}],{tail[1:]}', next_link(cursor))


def _known(view: View, query: ListRequest) -> int:
    """The number of the release that the client has, 0 for none."""
    since: str | None = query.filters.get("since")
    if since is None:
        return 0
    if since == PREVIOUS:
        return view.release.ordinal - 1
    known = view.known(since, "query", "since")
    if known.ordinal > view.release.ordinal:
        detail = f"since: {since} is newer than {view.release.version}, up to which changes are asked"
        allowed = f"{view.release.version} or older"
        raise mistaken([Mistake("bad-value", "query", "since", detail, since, allowed)])
    return known.ordinal


def _joined(members: str, body: str | None) -> str:
    return members if body is None else f'{members[:-1]},"body":{body}}}'


def _history(noun: Any, type: str, singular: str) -> Callable[..., Response]:
    rule = "/v1/dataset/history" if type == "dataset" else f"/v1/{type}/<id>/history"

    def get_history(query: RecordRequest, record_id: str | None = None) -> Response:
        chosen([JSON])
        with reading(query) as view:
            if record_id is None:
                record_id = view.connection.execute(select(RECORDS["dataset"].c.id).limit(1)).scalar_one()
            found = history_of(view.connection, view.catalogue, type, record_id, view.release.ordinal)
            if not found:
                raise unknown_record(type, record_id, view.release.version)
        return send(compact({"data": found, "release": view.release.version}))

    which = "the record of the dataset" if type == "dataset" else f"one {singular}"
    get_history.__doc__ = f"""Get the history of {which}.

    What each release did to it and why, oldest first, field by field; also of one that was merged or withdrawn.
    """
    return noun.blueprint.operation(  # type: ignore[no-any-return]
        rule,
        f"get{singular.title()}History",
        query=RecordQuery,
        answer=RecordHistory,
        example={"data": [{**EXAMPLE, "fields": [FIELD]}], "release": "0.2.0"},
    )(get_history)


HISTORIES: Final = [_history(noun, type, singular) for noun, type, singular in NOUNS]
