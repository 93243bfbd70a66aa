"""Conditional requests: a tag for each answer, 304 before any query, pinned ones for ever."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from api import catalogue
from dataset.log import Release
from dataset.store.publishing import publish
from tests.api.support import Statements, close, make_app
from tests.conftest import NewDatabase

#: Left out by `make test-fast`: many requests or files, each worth its time but not at every save.
pytestmark = pytest.mark.slow

PATHS = (
    *("/v1/claims?limit=3", "/v1/claims/almanac.c1", "/v1/dataset", "/v1/questions/how-many-00000", "/v1/releases"),
    *("/v1/releases/1.0.0", "/v1/releases/0.1.0/diff/1.0.0", "/v1/changes", "/v1/claims/almanac.c1/history"),
    *("/v1/openapi.json", "/problems", "/problems/bad-value"),
)


@pytest.mark.parametrize("path", PATHS)
def test_asking_again(client: FlaskClient, path: str) -> None:
    """The tag of an answer gets 304 without a query and without a body; another tag the answer."""
    answer = client.get(path)
    tag = answer.headers["ETag"]
    assert tag.startswith('"')
    assert "Accept-Encoding" in answer.headers["Vary"]
    for given in (tag, f"W/{tag}", f'"other", {tag}'):
        with Statements() as statements:
            again = client.get(path, headers={"If-None-Match": given})
        assert (again.status_code, again.headers["ETag"], again.get_data()) == (304, tag, b"")
        assert "Content-Type" not in again.headers
        assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]
        assert statements.seen == []
    assert client.head(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).get_data() == answer.get_data()
    head = client.head(path)
    assert (head.status_code, head.headers["ETag"]) == (200, tag)
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]


def test_any_tag(client: FlaskClient) -> None:
    """`*` is looked up: 304 only where there is an answer."""
    assert client.get("/v1/claims/almanac.c1", headers={"If-None-Match": "*"}).status_code == 304
    assert client.get("/v1/claims/nobody.c1", headers={"If-None-Match": "*"}).status_code == 404
    assert client.get("/v1/claims/gazette-000000.c2", headers={"If-None-Match": "*"}).status_code == 410


def test_what_an_answer_depends_on(client: FlaskClient) -> None:
    """Other releases, parameters and codings have other tags; the order of parameters makes none."""
    addresses = ["/v1/claims?limit=3", "/v1/claims?limit=4", "/v1/claims?limit=3&release=1.0.0", "/v1/quotes?limit=3"]
    addresses += ["/v1/claims?limit=3&release=0.1.0", "/v1/claims?limit=3&modality=denied"]
    tags = {client.get(address).headers["ETag"] for address in addresses}
    tags.add(client.get(addresses[0], headers={"Accept-Encoding": "gzip"}).headers["ETag"])
    assert len(tags) == len(addresses) + 1
    one, other = "/v1/claims?limit=3&modality=denied", "/v1/claims?modality=denied&limit=3"
    assert client.get(one).headers["ETag"] == client.get(other).headers["ETag"]


def test_how_long_it_holds(client: FlaskClient) -> None:
    """What names its release is for ever, all else is asked about; mistakes and states are not kept."""
    pinned = client.get("/v1/claims?limit=1&release=1.0.0")
    assert pinned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Content-Location" not in pinned.headers
    assert pinned.headers["Last-Modified"] == "Sun, 04 Jan 2032 00:00:00 GMT"
    early = client.get("/v1/claims?limit=1&release=0.1.0")
    assert "must-revalidate" in early.headers["Cache-Control"], "0.x may be cut anew"
    assert early.headers["Last-Modified"] == "Thu, 01 Jan 2032 00:00:00 GMT"
    newest = client.get("/v1/claims?limit=1&modality=denied,urged")
    assert "must-revalidate" in newest.headers["Cache-Control"]
    assert newest.headers["Content-Location"] == "/v1/claims?limit=1&modality=denied,urged&release=1.0.0"
    assert newest.headers["Last-Modified"] == "Sun, 04 Jan 2032 00:00:00 GMT"
    located = client.get(newest.headers["Content-Location"])
    assert located.get_json()["data"] == newest.get_json()["data"]
    for path in ("/v1/claims?limit=0", "/v1/nothing", "/readyz", "/healthz", "/v1/claims/nobody.c1"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_compression(client: FlaskClient, path: str) -> None:
    """Gzip where it is liked best, under a tag of its own; the same bytes each time."""
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert int(packed.headers["Content-Length"]) == len(packed.get_data())
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.get_data() == client.get(path, headers={"Accept-Encoding": "gzip"}).get_data()
    tag = packed.headers["ETag"]
    assert client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
    for refused in ("gzip;q=0", "identity", "br", "gzip;q=0.1, identity;q=0.9"):
        assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": refused}).headers


def test_a_new_release_is_noticed(
    engine: str, new_database: NewDatabase, api_log: Sequence[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tag of the newest release holds until there is a newer one; what names its release keeps its tag."""
    monkeypatch.setattr(catalogue, "FRESH", 0.0)
    url = new_database(engine)
    publish(url, api_log[:1])
    app = make_app(url)
    try:
        client = app.test_client()
        newest, pinned = (client.get(path).headers["ETag"] for path in ("/v1/claims", "/v1/claims?release=0.1.0"))
        assert client.get("/v1/claims", headers={"If-None-Match": newest}).status_code == 304
        publish(url, api_log[:2])
        answer = client.get("/v1/claims", headers={"If-None-Match": newest})
        assert (answer.status_code, answer.get_json()["release"]) == (200, "0.2.0")
        assert client.get("/v1/claims?release=0.1.0", headers={"If-None-Match": pinned}).status_code == 304
    finally:
        close(app)


def test_what_is_known_for_a_second_is_never_mixed(
    engine: str, new_database: NewDatabase, api_log: Sequence[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records are read of the release that the answer names, even while an older one is thought to be the newest."""
    monkeypatch.setattr(catalogue, "FRESH", 3600.0)
    url = new_database(engine)
    publish(url, api_log[:1])
    app = make_app(url)
    try:
        client = app.test_client()
        assert client.get("/v1/claims/almanac.c11").status_code == 404
        publish(url, api_log)
        answer = client.get("/v1/topics/weather").get_json()
        assert (answer["release"], answer["label"]) == ("1.0.0", "Wind")
        assert client.get("/v1/claims/almanac.c11?release=0.10.0").status_code == 200
    finally:
        close(app)
