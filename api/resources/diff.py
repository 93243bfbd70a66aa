"""The difference between two releases: what makes the records of one those of the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, ClassVar, Final

from flask import Response, request
from marshmallow import fields

from api import cursors, examples
from api.answers import compact, send
from api.cursors import Cursor
from api.differences import net_changes
from api.documented import Blueprint
from api.lists import next_link
from api.negotiation import JSON, chosen
from api.parameters import CursorText, Limit, types_field
from api.queries import ListQuery, ListRequest
from api.reading import reading_log
from api.resources.changes import FIELD, FieldChange
from api.shapes import Listed, Shape, many, words

blueprint = Blueprint("differences", "What lies between two releases.")

PLACE: Final = re.compile(r"([a-z]+) ([a-z0-9.-]+)")


class DiffQuery(ListQuery):
    """The parameters of a difference."""

    type = "diff"

    limit = Limit()
    cursor = CursorText(PLACE)

    class Meta(ListQuery.Meta):
        include: ClassVar = {"type": types_field()}  # `type` itself is the name of the list

    def digest(self, values: Mapping[str, Any]) -> str:
        """A cursor belongs to its two releases too."""
        return cursors.digest(super().digest(values), request.view_args or {})


class GivenReason(Shape):
    """Why a record was changed on the way from one release to the other."""

    release = words("Version of the release that did it.", "0.2.0", required=True)
    reason = words("Why.", "The article was corrected.", required=True)


class NetChange(Shape):
    """What makes a record of one release that of another."""

    type = words("Type of the record.", "claims", required=True)
    id = words("Id of the record.", examples.CLAIM["id"], required=True)
    operation = words(
        "`added`, `changed`, `merged` or `withdrawn`. Towards an older release, what is not there yet is `withdrawn`.",
        "changed",
        required=True,
    )
    digest = words("SHA-256 of the record as canonical JSON, as it is afterwards.", examples.DIGEST)
    body = fields.Dict(metadata={"description": "The whole record, where it was added.", "example": examples.CLAIM})
    changed = fields.List(
        fields.Nested(FieldChange), data_key="fields", metadata={"description": "The members that are changed."}
    )
    replaced_by = words("The record that a merged one is now part of.", "overton-herald-2024.c2")
    reasons = many(GivenReason, "The reasons that were given on the way, oldest first.")


class ReleaseDiff(Listed):
    """A page of a difference."""

    data = many(NetChange, "The records that differ, by type and id.")
    start = words("Version of the release to start from.", "0.1.0", data_key="from", required=True)
    to = words("Version of the release that results.", "0.2.0", required=True)


@blueprint.operation(
    "/v1/releases/<version>/diff/<other>",
    "getReleaseDiff",
    query=DiffQuery,
    answer=ReleaseDiff,
    example={
        "data": [
            {
                "type": "claims",
                "id": examples.CLAIM["id"],
                "operation": "changed",
                "digest": examples.DIGEST,
                "fields": [FIELD],
                "reasons": [{"release": "0.2.0", "reason": "The article was corrected."}],
            }
        ],
        "page": {"limit": 50, "next": None},
        "from": "0.1.0",
        "to": "0.2.0",
        "release": "0.2.0",
    },
    headers=("Link",),
)
def get_release_diff(query: ListRequest, version: str, other: str) -> Response:
    """Compare two releases.

    The net effect on every record that differs, from the first release to the other, which may be the older one. A
    record that was changed and changed back is left out. Applied to the records of the first release it gives those
    of the other.
    """
    chosen([JSON])
    with reading_log(version, other, pinned=True) as view:
        start, end = view.known(version, "path", "version"), view.known(other, "path", "other")
        place = PLACE.fullmatch(query.cursor.after) if query.cursor else None
        found = net_changes(
            view.connection,
            view.catalogue,
            ends=(start.ordinal, end.ordinal),
            types=query.filters.get("type", ()),
            place=(place[1], place[2]) if place else None,
            chunk=query.limit + 1,
        )
        taken = list(islice(found, query.limit + 1))
    cursor = None
    if len(taken) > query.limit:
        cursor = Cursor(other, query.digest, " ".join(taken[query.limit - 1][0])).encode()
    data = [told for _, told in taken[: query.limit]]
    page = {"limit": query.limit, "next": cursor}
    told = {"data": data, "page": page, "from": version, "to": other, "release": other}
    return send(compact(told), next_link(cursor))
