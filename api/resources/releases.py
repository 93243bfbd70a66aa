"""Releases: what each holds, by which digests it is known, and what is new in it."""

from __future__ import annotations

import re

from flask import Response
from marshmallow import ValidationError, fields, validates

from api import examples
from api.answers import send, send_page, with_members
from api.cursors import Cursor
from api.documented import Blueprint
from api.negotiation import JSON, chosen
from api.parameters import CursorText, Limit, ListQuery, ListRequest, Query, bad_cursor
from api.reading import reading, unknown_release
from api.shapes import Listed, Shape, figures_by_name, many, number, texts_by_name, words
from dataset.queries.releases import find_manifest, find_releases

blueprint = Blueprint("releases", "Every version of the dataset that was published; none ever changes.")


class ReleaseQuery(ListQuery):
    """The parameters of the list; it has no filters."""

    type = "releases"

    limit = Limit()
    cursor = CursorText()

    @validates("cursor")
    def check_place(self, cursor: Cursor, data_key: str) -> None:
        """Releases are ordered by their number in the log."""
        if not re.fullmatch("[1-9][0-9]{0,8}", cursor.after):
            raise ValidationError([bad_cursor(cursor.encode(), "it belongs to another list")])


class ReleaseManifest(Shape):
    """A release: what it holds and by which digests it is known."""

    name = words("Name of the dataset.", "bridge-talks", required=True)
    version = words("Version.", examples.VERSION, required=True)
    ordinal = number("Its place in the log, from 1.", 1, required=True)
    parent = words("Version of the release before it; null or absent for the first.", "0.1.0", allow_none=True)
    date = fields.String(
        required=True,
        metadata={"description": "Day of the release.", "format": "date", "example": "2024-07-01"},
    )
    schema_version = words("Version of the record schemas.", "1", required=True)
    notes = words("What is new in it.", "First release.", required=True)
    counts = figures_by_name("Records by type.", {"sources": 6, "claims": 120})
    changes = figures_by_name("Changes since the release before it, by operation.", {"added": 126})
    sha256 = words(
        "SHA-256 of the whole state: the JSON Lines files of all types, in the order of their names.",
        examples.DIGEST,
        required=True,
    )
    types = texts_by_name("SHA-256 of the JSON Lines file of each type.", {"claims": examples.DIGEST})
    changes_sha256 = words("SHA-256 of the change-set.", examples.DIGEST)


class ReleaseList(Listed):
    """A page of releases, the newest first."""

    data = many(ReleaseManifest, "The releases.")


class ReleaseRecord(ReleaseManifest):
    """A release, with what stands beside it in an answer."""

    links = texts_by_name("Paths to what it holds, by name; relative to the service.", {"self": "/v1/releases/0.1.0"})


#: What a release holds, by name.
LINKS = {
    "self": "/v1/releases/{version}",
    "dataset": "/v1/dataset?release={version}",
    "sources": "/v1/sources?release={version}",
    "quotes": "/v1/quotes?release={version}",
    "claims": "/v1/claims?release={version}",
    "events": "/v1/events?release={version}",
    "actors": "/v1/actors?release={version}",
    "places": "/v1/places?release={version}",
    "topics": "/v1/topics?release={version}",
    "questions": "/v1/questions?release={version}",
}


def links_of(version: str) -> dict[str, str]:
    """The links of a release."""
    return {name: template.format(version=version) for name, template in LINKS.items()}


@blueprint.operation(
    "/v1/releases",
    "listReleases",
    query=ReleaseQuery,
    answer=ReleaseList,
    example={"data": [examples.RELEASE], "page": {"limit": 50, "next": None}, "release": examples.VERSION},
    headers=("Link",),
)
def list_releases(query: ListRequest) -> Response:
    """List releases.

    The newest first.
    """
    chosen([JSON])
    before = int(query.cursor.after) if query.cursor else None
    with reading(None, query.cursor) as view:
        rows = view.connection.execute(find_releases(before=before, limit=query.limit)).all()
    return send_page([row[1] for row in rows], [str(row[0]) for row in rows], query, view.release.version)


@blueprint.operation(
    "/v1/releases/<version>",
    "getRelease",
    query=Query,
    answer=ReleaseRecord,
    example={**examples.RELEASE, "links": links_of(examples.VERSION)},
)
def get_release(_query: None, version: str) -> Response:
    """Get one release.

    Its manifest: counts, parent, date, notes and digests.
    """
    chosen([JSON])
    with reading(None) as view:
        manifest = view.connection.execute(find_manifest(version=version)).scalar()
    if manifest is None:
        raise unknown_release("path", "version", version)
    return send(with_members(manifest, links=links_of(version)))
