"""Files for download: each at an address that names its release and never changes, and `latest` that leads there."""

from __future__ import annotations

import base64
from typing import BinaryIO, Final

from flask import Response, g, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header
from werkzeug.wsgi import FileWrapper

from api.caching import FOR_EVER, SHORT, last_modified
from api.catalogue import Known
from api.documented import Blueprint
from api.files import Damaged
from api.problems import problem
from api.queries import Query
from api.reading import catalogue_now, files, unknown_release
from dataset.exports.index import File

blueprint = Blueprint("files", "The files of each release, for download: tables, records, archives, descriptions.")

LATEST: Final = "latest"
#: Bytes that are read at once.
PIECE: Final = 64 * 1024
#: Headers of a request that choose what of a file is sent.
CHOOSING: Final = ("REQUEST_METHOD", "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


@blueprint.download("/v1/releases/<version>/files/<name>", "getReleaseFile", query=Query)
def get_release_file(_query: None, version: str, name: str) -> Response:
    """Download a file of a release.

    The names, sizes, media types and digests stand in `files` of the release. The address is permanent; `latest` as
    version redirects to the newest release that has files, `onrecord-latest.zip` and `onrecord-latest.sqlite` with it.
    A download that broke off goes on with `Range`, and `If-Range` makes sure that it is the same file.
    """
    catalogue = catalogue_now(version if version != LATEST else None)
    if version == LATEST:
        for release in reversed(catalogue.releases):
            if shelf := files().shelf(release):
                return _forward(release, name.replace(f"onrecord-{LATEST}.", f"onrecord-{release.version}."))
        raise problem("unknown-file", "No release has files yet.")
    known = catalogue.by_version.get(version)
    if known is None:
        raise unknown_release("path", "version", version)
    g.release = known.version
    shelf = files().shelf(known)
    file = shelf.file(name) if shelf else None
    if shelf is None or file is None:
        raise problem("unknown-file", f"Release {version} has no file {name}; /v1/releases/{version} lists its files.")
    try:
        stream = files().open(shelf, file)
    except Damaged:
        detail = f"{name} of release {version} is not what it was when it was built, and is not given out."
        raise problem("damaged-file", detail, Retry_After="60") from None
    return _sent(stream, file, known)


def _forward(release: Known, name: str) -> Response:
    shelf = files().shelf(release)
    if shelf is None or shelf.file(name) is None:
        raise problem("unknown-file", f"Release {release.version}, the newest with files, has no file {name}.")
    address = f"/v1/releases/{release.version}/files/{name}"
    answer = Response(status=307, headers={"Location": address, "Cache-Control": SHORT})
    del answer.headers["Content-Type"]
    return answer


def _sent(stream: BinaryIO, file: File, release: Known) -> Response:
    answer = Response(FileWrapper(stream, PIECE), content_type=file.media_type, direct_passthrough=True)
    answer.call_on_close(stream.close)
    answer.content_length = file.bytes
    answer.set_etag(file.sha256)
    answer.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    answer.headers["Last-Modified"] = last_modified(release.date)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    try:
        answer.make_conditional(_conditions(), accept_ranges=True, complete_length=file.bytes)
    except RequestedRangeNotSatisfiable:
        stream.close()
        detail = f"{file.name} has {file.bytes} bytes."
        raise problem("range-not-satisfiable", detail, Content_Range=f"bytes */{file.bytes}") from None
    return answer


def _conditions() -> dict[str, str]:
    """The conditions of the request; a range that is not one stretch of bytes is as good as none (RFC 9110, 14.2)."""
    found: dict[str, str] = {name: request.environ[name] for name in CHOOSING if name in request.environ}
    asked = parse_range_header(found.get("HTTP_RANGE"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        found.pop("HTTP_RANGE", None)
    return found
