"""Exports: all records of a list as one file, written to a bounded temporary file before its first byte is sent.

So the answer has its length and its digest in front, and what cannot be sent whole is refused and not cut off. How many
rows and bytes an export may have are settings; whoever wants more takes the file of the release.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any, Final, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Table
from werkzeug.wsgi import FileWrapper

from api.caching import coding
from api.lists import TYPES_SENT, Find, check_columns, narrowed, worded
from api.negotiation import CSV, JSON, NDJSON
from api.problems import KINDS, RequestProblem
from api.queries import ListRequest
from api.reading import View, reading
from dataset.exports.rows import csv_header, csv_rows, json_array, json_lines
from dataset.members import only
from dataset.queries.grouping import find_few
from dataset.queries.paging import Records, whole
from dataset.queries.sorting import in_order

EXTENSION: Final = "onrecord.exports"
#: Suffix of the path → media type.
FORMS: Final = {"csv": CSV, "jsonl": NDJSON, "json": JSON}
#: Records that are read and written together.
BATCH: Final = 1_000
#: An export is compressed while its client waits: two fifths of the time of level 6, for a quarter more bytes.
GZIP_LEVEL: Final = 2
#: Bytes up to which an export stays in memory, and of which one piece is that is sent.
IN_MEMORY: Final = 1 << 20
PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one export may have at most."""

    rows: int
    bytes: int


class _TooLong(Exception):  # noqa: N818 - a limit, no failure
    """The export passes the limit of bytes."""


@dataclass(slots=True)
class _File:
    """The temporary file, its digest and length as it will be sent."""

    stream: SpooledTemporaryFile[Any] = field(default_factory=lambda: SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
    length: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        """Add to the end."""
        self.digest.update(data)
        self.length += len(data)
        return self.stream.write(data)

    def flush(self) -> None:
        """Nothing: gzip wants to call it."""


def attach(app: Flask, limits: Limits) -> None:
    """Let `app` export so much at once."""
    app.extensions[EXTENSION] = limits


def export(table: Table, find: Find, query: ListRequest, form: str) -> Response:
    """All records that `find` selects by the filters, in the default order or another, as a file of that form.

    Raises:
        RequestProblem: there are more than an export may have.
    """
    media_type = g.media_type = FORMS[form]  # the address names it, whatever `Accept` a generated client sends
    check_columns(media_type, table.name, query)
    limits = cast(Limits, current_app.extensions[EXTENSION])
    with reading(query) as view:
        selected = worded(view, narrowed(find(release=view.release, **query.filters), table, query), table, query)
        rows = view.connection.execute(find_few(selected, limits.rows)).scalar_one()
        if rows > limits.rows:
            raise _too_long(f"The query selects more than {limits.rows} {table.name}", table.name, view)
        with closing(_batches(view, selected, table, query)) as batches:
            try:
                file = _written(_texts(batches, table.name, query.members, media_type), limits.bytes)
            except _TooLong:
                raise _too_long(f"The export has more than {limits.bytes} bytes", table.name, view) from None
    answer = Response(FileWrapper(file.stream, PIECE), direct_passthrough=True)
    answer.content_type = TYPES_SENT.get(media_type, media_type)
    answer.call_on_close(file.stream.close)
    answer.content_length = file.length
    answer.vary.update(("Accept", "Accept-Encoding"))
    if coding(request) == "gzip":
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(file.digest.digest()).decode()}:"
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.{form}"'
    answer.headers["Row-Count"] = str(rows)
    return answer


def _batches(view: View, selected: Records, table: Table, query: ListRequest) -> Generator[Sequence[str]]:
    """The bodies, some thousand at a time."""
    ordered = in_order(selected, table, query.sort, release=view.release) if query.sort else whole(selected, table)
    asked = ordered.with_only_columns(table.c.body).execution_options(yield_per=BATCH)
    with view.connection.execute(asked) as rows:
        yield from rows.scalars().partitions(BATCH)


def _texts(
    batches: Iterator[Sequence[str]], record_type: str, members: Sequence[str], media_type: str
) -> Iterator[str]:
    """The file, piece by piece."""
    if media_type == CSV:
        yield csv_header(record_type, members)
        for batch in batches:
            yield csv_rows(record_type, batch, members)
        return
    cut = ([only(body, members) for body in batch] if members else batch for batch in batches)
    yield from json_array(cut) if media_type == JSON else map(json_lines, cut)


def _written(texts: Iterable[str], most: int) -> _File:
    """The file, at its beginning again; closed when it cannot be written.

    Raises:
        _TooLong: it passes `most` bytes, before it is compressed.
    """
    with ExitStack() as failing:
        file = _File()
        failing.callback(file.stream.close)
        target: Any = gzip.GzipFile("", "wb", GZIP_LEVEL, file, 0) if coding(request) == "gzip" else file
        plain = 0
        for text in texts:
            data = text.encode()
            plain += len(data)
            if plain > most:
                raise _TooLong
            target.write(data)
        if target is not file:
            target.close()
        file.stream.seek(0)
        failing.pop_all()
    return file


def _too_long(what: str, record_type: str, view: View) -> RequestProblem:
    address = f"/v1/releases/{view.release.version}/files/{record_type}"
    detail = f"{what}; allowed: fewer, by more filters; or the whole file, {address}.csv or {address}.jsonl."
    return RequestProblem(KINDS["too-many-rows"], detail, members={"file": f"{address}.jsonl"})
