"""Exports: the lines of the files for the records that a query selects, whole or refused, with length and digest."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from dataset.canonical import canonical
from dataset.exports.building import build
from dataset.settings import read_settings
from tests.api.support import CheckedClient, State, Statements, close, in_order
from tests.api.test_shaping import LISTS, everything, refusal

FORMS = {"csv": "text/csv", "jsonl": "application/x-ndjson", "json": "application/json"}


def whole(answer: TestResponse) -> bytes:
    """The file, when length, digest and name are right."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    data = answer.get_data()
    assert answer.content_length == len(data)
    told = answer.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")
    assert base64.b64decode(told) == hashlib.sha256(data).digest()
    return gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data


@pytest.mark.slow
def test_exports_of_all_are_the_files(client: FlaskClient, api_url: str, state: State, tmp_path: Path) -> None:
    """Without filters an export is the file of the release, byte for byte, in every form."""
    build(api_url, tmp_path, ["1.0.0"])
    for record_type in LISTS:
        for form, media_type in FORMS.items():
            answer = client.get(f"/v1/exports/{record_type}.{form}")
            assert whole(answer) == (tmp_path / "1.0.0" / f"{record_type}.{form}").read_bytes()
            assert answer.mimetype == media_type
            assert answer.headers["Row-Count"] == str(len(state[record_type]))
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{record_type}.{form}"'


@pytest.mark.parametrize(
    "query", ["modality=denied", "q=boats", "sort=-quantity,time&topic=boats", "id=almanac.c1", "actor=nobody"]
)
def test_exports_are_what_the_list_has(client: FlaskClient, query: str) -> None:
    """Filters, words, ids and orders select what the pages of the list have; words give up the order of hits."""
    bodies = everything(client, f"/v1/claims?{query}&limit=500")
    lines = whole(client.get(f"/v1/exports/claims.jsonl?{query}")).splitlines()
    expected = [canonical(body) for body in bodies]
    assert (sorted(lines) if "q=" in query else lines) == (sorted(expected) if "q=" in query else expected)
    answer = client.get(f"/v1/exports/claims.json?{query}")
    assert answer.headers["Row-Count"] == str(len(bodies))
    assert answer.data == (b"[\n" + b",\n".join(lines) + b"\n]\n" if lines else b"[]\n")


def test_members_and_releases(client: FlaskClient, state: State) -> None:
    """`fields` cuts records and columns; what a table has no column for is refused; any release can be exported."""
    lines = whole(client.get("/v1/exports/topics.jsonl?fields=label")).splitlines()
    assert lines == [canonical({"id": b["id"], "label": b["label"]}) for b in in_order(state, "topics")]
    assert whole(client.get("/v1/exports/topics.csv?fields=label")).startswith(b"id,label\r\n")
    assert refusal(client, "/v1/exports/claims.csv?fields=topics")["parameter"] == "fields"
    assert refusal(client, "/v1/exports/claims.csv?limit=3")["type"] == "/problems/unknown-parameter"
    older = client.get("/v1/exports/claims.jsonl?release=0.1.0")
    assert b"gazette-000000.c2" in whole(older)
    assert b'"gazette-000000.c2"' not in whole(client.get("/v1/exports/claims.jsonl"))


@pytest.mark.parametrize("form", FORMS)
def test_validators_and_codings(client: FlaskClient, form: str) -> None:
    """A tag and a digest a coding; HEAD tells the same; the answer that is at hand costs no statement."""
    address = f"/v1/exports/claims.{form}?modality=denied"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert whole(packed) == whole(plain)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert {"Accept", "Accept-Encoding"} <= set(plain.vary)
    assert client.get(address, headers={"Accept-Encoding": "gzip"}).get_data() == packed.get_data()
    head = client.head(address)
    for name in ("ETag", "Content-Length", "Repr-Digest", "Row-Count", "Content-Type"):
        assert head.headers[name] == plain.headers[name]
    with Statements() as statements:
        assert client.get(address, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert statements.seen == []
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get(address, headers={"Accept": "application/problem+json"}).data == plain.data
    assert client.get(f"{address}&release=1.0.0").headers["Cache-Control"].endswith("immutable")


@pytest.fixture(params=[{"ONRECORD_EXPORT_ROWS": "12"}, {"ONRECORD_EXPORT_BYTES": "6000"}], ids=["rows", "bytes"])
def narrow(request: pytest.FixtureRequest, api_url: str) -> Iterator[Flask]:
    """A service whose exports are small."""
    app = create_app(read_settings({"ONRECORD_DATABASE_URL": api_url, **request.param}))
    app.test_client_class = CheckedClient
    yield app
    close(app)


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_more_than_the_limit_is_refused(narrow: Flask, coding: str) -> None:
    """Too much is a problem that names the file of the release; what fits is sent."""
    client = narrow.test_client()
    for form in FORMS:
        answer = client.get(f"/v1/exports/claims.{form}", headers={"Accept-Encoding": coding})
        problem = answer.get_json() if coding == "identity" else None
        assert answer.status_code == 400
        if problem:
            assert problem["type"] == "/problems/too-many-rows"
            assert problem["file"] == "/v1/releases/1.0.0/files/claims.jsonl"
        assert whole(client.get(f"/v1/exports/topics.{form}", headers={"Accept-Encoding": coding}))
    assert client.get("/v1/exports/claims.csv?id=almanac.c1,almanac.c2").headers["Row-Count"] == "2"
