"""Any version: by name, by day, compared, followed; what went is told why, and where it went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import moments
from api.cursors import decode
from dataset.canonical import canonical, digest, parse
from dataset.log import Release
from dataset.schemas import TYPES
from dataset.state import digests
from dataset.store.publishing import publish
from tests.api.support import State, close, items, make_app, walk
from tests.conftest import NewDatabase
from tests.synthetic import make_log

#: Left out by `make test-fast`: many requests or files, each worth its time but not at every save.
pytestmark = pytest.mark.slow

VERSIONS = ("0.1.0", "0.2.0", "0.10.0", "1.0.0")
WITHDRAWN, MERGED, INTO = "gazette-000000.c2", "gazette-000000.c3", "gazette-000000.c4"


@pytest.fixture(autouse=True)
def _years_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up releases are of January 2032."""
    monkeypatch.setattr(moments, "now", lambda: datetime(2032, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("as_of", "version"),
    [
        ("2032-01-01", "0.1.0"),
        ("2032-01-02", "0.2.0"),
        ("2032-01-03T00:00:00Z", "0.10.0"),
        ("2032-01-03T23:30:00-01:00", "1.0.0"),
        ("2032-01-04T00:30:00%2B01:00", "0.10.0"),
        ("2032-03-01", "1.0.0"),
    ],
)
def test_as_of(client: FlaskClient, as_of: str, version: str) -> None:
    """A day means its end, UTC; lists, records and links read the release that was current then."""
    answer = client.get(f"/v1/topics/weather?as_of={as_of}")
    assert answer.get_json()["release"] == version
    assert answer.headers["Content-Location"] == f"/v1/topics/weather?release={version}"
    assert answer.get_json()["links"]["claims"] == f"/v1/claims?topic=weather&release={version}"
    assert client.get(f"/v1/claims?as_of={as_of}&limit=1").get_json()["release"] == version
    assert client.get(f"/v1/questions/how-many-00000?as_of={as_of}").get_json()["release"] == version
    assert client.get(f"/v1/dataset?as_of={as_of}").get_json()["release"] == version


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("as_of=2031-12-31", 404),
        ("as_of=2032-03-02", 400),
        ("as_of=2032-03-01T12:00:01Z", 400),
        ("as_of=2032-02-30", 400),
        ("as_of=2032-01", 400),
        ("as_of=0000-01-01", 400),
        ("as_of=0001-01-01T00:00:00%2B23:00", 400),
        ("as_of=2032-01-01T10:00:00", 400),
        ("as_of=2032-01-02&release=0.2.0", 400),
        ("as_of=", 400),
    ],
)
def test_as_of_refused(client: FlaskClient, query: str, status: int) -> None:
    """Before the first release, in the future, beside `release`, or no day at all."""
    for path in ("/v1/claims", "/v1/claims/almanac.c1", "/v1/dataset", "/v1/changes", "/v1/claims/almanac.c1/history"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == status
        assert answer.get_json()["errors"][0]["parameter"] == "as_of"


def test_a_walk_as_of_a_day(client: FlaskClient, history: dict[str, State]) -> None:
    """A list of a day goes on with that day, and with no other."""
    seen = [body["id"] for page in walk(client, "/v1/claims?as_of=2032-01-01&limit=90") for body in items(page)]
    assert set(seen) == set(history["0.1.0"]["claims"])
    assert len(seen) == len(history["0.1.0"]["claims"])
    cursor = client.get("/v1/claims?as_of=2032-01-01&limit=1").get_json()["page"]["next"]
    assert decode(cursor).release == "0.1.0"
    assert client.get(f"/v1/claims?as_of=2032-01-02&cursor={cursor}").status_code == 400
    assert client.get(f"/v1/claims?cursor={cursor}").status_code == 400


def test_a_withdrawn_record(client: FlaskClient) -> None:
    """200 before, 410 with its tombstone from the release on that withdrew it."""
    assert client.get(f"/v1/claims/{WITHDRAWN}?release=0.1.0").status_code == 200
    assert client.get(f"/v1/claims/{WITHDRAWN}?as_of=2032-01-01").status_code == 200
    for version in VERSIONS[1:]:
        answer = client.get(f"/v1/claims/{WITHDRAWN}?release={version}")
        told = answer.get_json()
        assert answer.status_code == 410
        assert (told["release"], told["reason"]) == (version, "not needed")
        assert (told["withdrawn_in"], told["withdrawn_on"]) == ("0.2.0", "2032-01-02")
        assert "immutable" not in answer.headers["Cache-Control"]


def test_a_merged_record(client: FlaskClient) -> None:
    """200 before, then it leads to the record that it is part of, in the same release."""
    assert client.get(f"/v1/claims/{MERGED}?release=0.1.0").get_json()["id"] == MERGED
    answer = client.get(f"/v1/claims/{MERGED}")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"/v1/claims/{INTO}")
    answer = client.get(f"/v1/claims/{MERGED}?release=0.2.0", headers={"Host": "elsewhere.example"})
    assert answer.headers["Location"] == f"/v1/claims/{INTO}?release=0.2.0"
    assert client.get(answer.headers["Location"]).get_json()["release"] == "0.2.0"
    assert client.head(f"/v1/claims/{MERGED}").status_code == 308


def test_history(client: FlaskClient, api_log: Sequence[Release]) -> None:
    """What happened to a record, oldest first, field by field, up to the release that is read."""
    [added, changed] = items(client.get("/v1/topics/weather/history"))
    assert (added["release"], added["operation"], changed["release"]) == ("0.1.0", "added", "1.0.0")
    assert changed["fields"] == [{"field": "label", "before": "Topic 2", "after": "Wind"}]
    assert (changed["reason"], changed["date"]) == ("corrected", "2032-01-04")
    assert len(items(client.get("/v1/topics/weather/history?release=0.10.0"))) == 1
    assert [one["operation"] for one in items(client.get(f"/v1/claims/{WITHDRAWN}/history"))] == ["added", "withdrawn"]
    assert items(client.get(f"/v1/claims/{MERGED}/history"))[-1]["replaced_by"] == INTO
    assert client.get("/v1/claims/nobody.c1/history").status_code == 404
    assert client.get("/v1/claims/almanac.c11/history?release=0.1.0").status_code == 404
    for change in api_log[0].changes:
        if change.type == "dataset" or change.id.endswith("1"):
            path = "/v1/dataset" if change.type == "dataset" else f"/v1/{change.type}/{change.id}"
            assert items(client.get(f"{path}/history"))[0]["digest"] == change.digest


def _walked(client: FlaskClient, address: str) -> Iterator[dict[str, Any]]:
    for page in walk(client, address):
        yield from items(page)


def applied(state: dict[str, dict[str, bytes]], found: Iterator[dict[str, Any]]) -> dict[str, dict[str, bytes]]:
    """A state with a difference applied to it; each digest on the way is compared."""
    made = {name: dict(records) for name, records in state.items()}
    for told in found:
        records = made[told["type"]]
        if told["operation"] in ("merged", "withdrawn"):
            del records[told["id"]]
            continue
        if "body" in told:
            body = told["body"]
        else:
            body = parse(records[told["id"]])
            for one in told["fields"]:
                body.pop(one["field"], None)
                body |= {one["field"]: one["after"]} if "after" in one else {}
        records[told["id"]] = canonical(body)
        assert digest(records[told["id"]]) == told["digest"]
    return made


def as_bytes(state: State) -> dict[str, dict[str, bytes]]:
    """The canonical bytes of a state."""
    return {name: {id: canonical(body) for id, body in bodies.items()} for name, bodies in state.items()}


@pytest.mark.parametrize(("start", "end"), list(permutations(VERSIONS, 2)))
def test_a_difference_applied(
    client: FlaskClient, history: dict[str, State], api_log: Sequence[Release], start: str, end: str
) -> None:
    """The difference of every two releases makes the one of the other, in both directions, page by page."""
    made = applied(as_bytes(history[start]), _walked(client, f"/v1/releases/{start}/diff/{end}?limit=3"))
    wanted = next(release.sha256 for release in api_log if release.version == end)
    assert digests(made).state == wanted


@pytest.mark.parametrize("since", VERSIONS[:-1])
def test_the_log_applied(
    client: FlaskClient, history: dict[str, State], api_log: Sequence[Release], since: str
) -> None:
    """Who follows the log has the newest records; the last page says where to go on."""
    pages = list(walk(client, f"/v1/changes?since={since}&limit=2"))
    assert [page.get_json()["follow"] for page in pages] == [None] * (len(pages) - 1) + ["/v1/changes?since=1.0.0"]
    found = [change for page in pages for change in items(page)]
    assert [VERSIONS.index(one["release"]) for one in found] == sorted(VERSIONS.index(one["release"]) for one in found)
    assert digests(applied(as_bytes(history[since]), iter(found))).state == api_log[-1].sha256
    last = client.get("/v1/changes?since=1.0.0").get_json()
    assert (last["data"], last["follow"]) == ([], "/v1/changes?since=1.0.0")


@pytest.mark.parametrize(("version", "before"), [(None, "0.10.0"), *zip(VERSIONS[1:], VERSIONS, strict=False)])
def test_what_a_release_changed(client: FlaskClient, version: str | None, before: str) -> None:
    """`since=previous` is the release before the one that is read, the newest when none is named."""
    named = f"&release={version}" if version else ""
    found = client.get(f"/v1/changes?since=previous{named}&limit=500").get_json()["data"]
    assert found == client.get(f"/v1/changes?since={before}{named}&limit=500").get_json()["data"]
    assert {change["release"] for change in found} == {version or "1.0.0"}
    assert client.get("/v1/changes?since=previous&release=0.1.0&limit=1").status_code == 200


def test_the_whole_log(client: FlaskClient, api_log: Sequence[Release]) -> None:
    """Without `since` it begins at the first release."""
    empty: dict[str, dict[str, bytes]] = {name: {} for name in TYPES}
    made = applied(empty, _walked(client, "/v1/changes?limit=500"))
    assert digests(made).state == api_log[-1].sha256
    some = list(_walked(client, "/v1/changes?type=topics,places&limit=5"))
    assert {one["type"] for one in some} == {"topics", "places"}


def test_a_long_log_on_both_engines(engine: str, new_database: NewDatabase) -> None:
    """Ten releases in which records are changed again and again: the net effect of all of them at once."""
    log = make_log(seed=5, claims=120, releases=10)
    url = new_database(engine)
    publish(url, log)
    app = make_app(url)
    try:
        client = app.test_client()
        empty: dict[str, dict[str, bytes]] = {name: {} for name in TYPES}
        first = applied(empty, _walked(client, "/v1/changes?release=0.1.0&limit=500"))
        assert digests(first).state == log[0].sha256
        last = applied(first, _walked(client, "/v1/releases/0.1.0/diff/0.10.0?limit=7"))
        assert digests(last).state == log[-1].sha256
        back = applied(last, _walked(client, "/v1/releases/0.10.0/diff/0.1.0"))
        assert digests(back).state == log[0].sha256
    finally:
        close(app)


def test_what_a_difference_tells(client: FlaskClient) -> None:
    """Reasons with their releases, fields, and where merged records went; nothing between a release and itself."""
    found = {one["id"]: one for one in _walked(client, "/v1/releases/0.1.0/diff/1.0.0")}
    assert found[WITHDRAWN]["operation"] == "withdrawn"
    assert found[WITHDRAWN]["reasons"] == [{"release": "0.2.0", "reason": "not needed"}]
    assert (found[MERGED]["operation"], found[MERGED]["replaced_by"]) == ("merged", INTO)
    assert (found["almanac.c11"]["operation"], found["almanac.c11"]["reasons"]) == ("added", [])
    assert {one["field"] for one in found["gazette-000001.c7"]["fields"]} >= {"modality", "claimant"}
    back = {one["id"]: one for one in _walked(client, "/v1/releases/1.0.0/diff/0.1.0")}
    assert (back[WITHDRAWN]["operation"], back["almanac.c11"]["operation"]) == ("added", "withdrawn")
    assert items(client.get("/v1/releases/0.2.0/diff/0.2.0")) == []
    assert {one["type"] for one in _walked(client, "/v1/releases/0.1.0/diff/1.0.0?type=topics")} == {"topics"}


def test_what_cannot_be_compared(client: FlaskClient) -> None:
    """Unknown releases and types, a `since` that is newer than what is read, cursors of another difference."""
    assert client.get("/v1/releases/0.1.0/diff/9.0.0").status_code == 404
    assert client.get("/v1/releases/9.0.0/diff/0.1.0").status_code == 404
    assert client.get("/v1/releases/0.1.0/diff/latest").status_code == 400
    assert client.get("/v1/releases/0.1.0/diff/1.0.0?type=claim").status_code == 400
    assert client.get("/v1/changes?since=9.0.0").status_code == 404
    assert client.get("/v1/changes?since=1.0.0&release=0.1.0").status_code == 400
    cursor = client.get("/v1/releases/0.1.0/diff/1.0.0?limit=1").get_json()["page"]["next"]
    assert client.get(f"/v1/releases/0.2.0/diff/1.0.0?cursor={cursor}").status_code == 400
    for after in ("x", "claims", "1 claims", "claims \u00e9"):
        forged = decode(cursor)._replace(after=after).encode()
        assert client.get(f"/v1/releases/0.1.0/diff/1.0.0?cursor={forged}").status_code == 400
