"""Releases: what each holds, by which digests it is known, and what is new in it."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Final

from flask import Response
from marshmallow import fields

from api import examples
from api.answers import send, with_members
from api.citing import FORMS, REPRESENTATIONS, represented_release
from api.documented import Blueprint
from api.lists import send_page
from api.negotiation import JSON, chosen
from api.parameters import CursorText, Limit
from api.queries import ListQuery, ListRequest, Query
from api.reading import files, reading_log, unknown_release
from api.shapes import Listed, Shape, figures_by_name, many, number, part, texts_by_name, words
from dataset.queries.releases import find_manifest, find_releases

blueprint = Blueprint("releases", "Every version of the dataset that was published; none ever changes.")


FILE: Final = {
    "name": "claims.csv",
    "url": "/v1/releases/0.1.0/files/claims.csv",
    "media_type": "text/csv; charset=utf-8; header=present",
    "bytes": 48213,
    "sha256": examples.DIGEST,
}


class ReleaseQuery(ListQuery):
    """The parameters of the list; it has no filters."""

    type = "releases"

    limit = Limit()
    cursor = CursorText(re.compile("[1-9][0-9]{0,8}"))  # a number in the log


class RedactedRecord(Shape):
    """A record whose body was taken out of every release."""

    type = words("Its type.", "quotes", required=True)
    id = words("Its id.", "overton-herald-2024.q1", required=True)
    date = words("On which day.", "2024-07-01", required=True)
    reason = words("Why.", "The publisher objected.", required=True)


class Redacted(Shape):
    """What is left of a release of which records were redacted: digests and figures of what is still there."""

    records = many(RedactedRecord, "The redacted records that it held.")
    sha256 = words("SHA-256 of the state that is left.", examples.DIGEST, required=True)
    types = texts_by_name("SHA-256 of the JSON Lines of each type that lost a record.", {"quotes": examples.DIGEST})
    counts = figures_by_name("Records that are left of these types.", {"quotes": 11})
    changes_sha256 = words("SHA-256 of the change-set, where it lost a body.", examples.DIGEST)


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
    redacted = part(Redacted, "What is left of it, where records were redacted; the digests above are those of before.")


class ReleaseList(Listed):
    """A page of releases, the newest first."""

    data = many(ReleaseManifest, "The releases.")


class ReleaseFile(Shape):
    """A file of a release, for download."""

    name = words("Its name.", "claims.csv", required=True)
    url = words("Its path, permanent; relative to the service.", FILE["url"], required=True)
    media_type = words("What it is sent as.", FILE["media_type"], required=True)
    bytes = number("Its size.", 48213, required=True)
    sha256 = words("SHA-256 of its contents.", examples.DIGEST, required=True)


class ReleaseRecord(ReleaseManifest):
    """A release, with what stands beside it in an answer."""

    files = many(ReleaseFile, "Its files for download, by name; empty until they are built, then all at once.")

    links = texts_by_name("Paths to what it holds, by name; relative to the service.", {"self": "/v1/releases/0.1.0"})


#: What a release holds, by name.
LINKS = {
    "self": "/v1/releases/{version}",
    "citation": "/v1/releases/{version}/citation",
    "jsonld": "/v1/releases/{version}/jsonld",
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
    with reading_log() as view:
        rows = view.connection.execute(find_releases(before=before, limit=query.limit)).all()
    return send_page([row[1] for row in rows], [str(row[0]) for row in rows], query, view.release.version)


@blueprint.operation(
    "/v1/releases/<version>",
    "getRelease",
    query=Query,
    answer=ReleaseRecord,
    example={**examples.RELEASE, "files": [FILE], "links": links_of(examples.VERSION)},
    forms=FORMS,
)
def get_release(_query: None, version: str) -> Response:
    """Get one release.

    Its manifest (counts, parent, date, notes, digests) and its files for download.
    """
    media_type = chosen(REPRESENTATIONS)
    with reading_log(version, with_files=True) as view:
        manifest = view.connection.execute(find_manifest(version=version)).scalar()
        if manifest is None:
            raise unknown_release("path", "version", version)
        if media_type != JSON:
            return represented_release(view, media_type)
    shelf = files().shelf(view.catalogue.by_version[version])
    listed = [
        {"name": file.name, "url": f"/v1/releases/{version}/files/{file.name}", **asdict(file)}
        for file in (shelf.index.files if shelf else ())
    ]
    return send(with_members(manifest, files=listed, links=links_of(version)))
