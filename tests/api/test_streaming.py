"""A real streaming replica of PostgreSQL: what it answers, its lag, what it must replay, its loss and its return."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event

from api.reading import EXTENSION
from dataset.exports.building import build
from dataset.log import Release
from dataset.store import replicas as module
from dataset.store.publishing import publish
from tests.api.streaming import Pair, control, finish, kill, replica, server
from tests.api.support import close, make_app, walk

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

PATHS = (
    "/v1/claims?limit=100",
    "/v1/claims?q=boat&limit=5",
    "/v1/claims?modality=asserted&count=exact&expand=source",
    "/v1/claims?sample=3&seed=1",
    "/v1/quotes?sort=-said",
    "/v1/search?q=boat",
    "/v1/questions/how-many-00000",
    "/v1/changes?since=0.1.0",
    "/v1/releases/0.1.0/diff/0.10.0",
    "/v1/claims/almanac.c1/history",
)


@pytest.fixture(scope="module")
def pair(api_log: Sequence[Release]) -> Iterator[Pair]:
    """Two servers of the wheel; the first holds all releases but the newest.

    Not in pytest's folder, which each session that begins closes to all other users.
    """
    with TemporaryDirectory(prefix="onrecord-") as first, TemporaryDirectory(prefix="onrecord-") as other:
        primary = server(Path(first))
        publish(primary.get_uri(), api_log[:-1])
        second = replica(primary, Path(other))
        yield Pair(primary, second)
        finish([second, primary])


@pytest.fixture
def app(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application over both, which tries a lost replica again after half a second."""
    monkeypatch.setattr(module, "RETRY", 0.5)
    app = make_app(pair.urls[0], replicas=[pair.urls[1]])
    yield app
    close(app)


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """The statements that reach each database, by the folder of its socket."""
    seen: Counter[str] = Counter()

    def count(connection: Connection, *_: object) -> None:
        seen[str(connection.engine.url.query["host"])] += 1

    event.listen(Engine, "before_cursor_execute", count)
    yield seen
    event.remove(Engine, "before_cursor_execute", count)


def where(server: Any) -> str:
    """What `counting` calls a server."""
    return str(server.get_postmaster_info().socket_dir)


def test_a_replica_answers_all_that_the_primary_does(pair: Pair, app: Flask) -> None:
    alone = make_app(pair.urls[0])
    expected = [alone.test_client().get(path) for path in PATHS]
    close(alone)
    client = app.test_client()
    client.get("/v1/claims")
    with counting() as seen:
        found = [client.get(path) for path in PATHS]
    assert [answer.status_code for answer in found] == [200] * len(PATHS)
    assert [answer.get_data() for answer in found] == [answer.get_data() for answer in expected]
    assert [answer.headers.get("ETag") for answer in found] == [answer.headers.get("ETag") for answer in expected]
    assert set(seen) == {where(pair.replica)}


def test_files_that_are_built_from_a_replica_are_the_same(pair: Pair, tmp_path: Path) -> None:
    for url, name in zip(pair.urls, ("primary", "replica"), strict=True):
        build(url, tmp_path / name)
    found = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "primary", tmp_path / "replica")
    ]
    assert found[0] == found[1]
    assert len(found[0]) > 30


def test_statements_that_fail_with_the_replica_are_asked_elsewhere(pair: Pair, app: Flask) -> None:
    """Its connection is cut in the middle of a request, and a statement is given up for what must be replayed."""
    client = app.test_client()
    for trouble in ("SELECT pg_terminate_backend(pg_backend_pid())", "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"):
        client.get("/v1/claims")
        time.sleep(0.6)
        client.get("/v1/claims")
        done = SimpleNamespace(times=0)

        def cut(connection: Connection, cursor: Any, sql: str, *_: object, t: str = trouble, done: Any = done) -> None:
            if "FROM claims" in sql and connection.engine.url.query["host"] == where(pair.replica):
                done.times += 1
                cursor.connection.execute(t)

        event.listen(Engine, "before_cursor_execute", cut)
        try:
            answer = client.get("/v1/claims?limit=3")
        finally:
            event.remove(Engine, "before_cursor_execute", cut)
        assert done.times == 1
        assert answer.status_code == 200


def test_lag_loss_and_return(pair: Pair, app: Flask, api_log: Sequence[Release]) -> None:
    """A release comes while it replays nothing, then it dies under load: no request fails, and none goes back."""
    client = app.test_client()
    assert client.get("/v1/claims?limit=1").get_json()["release"] == "0.10.0"
    pair.replay(on=False)
    publish(pair.urls[0], api_log)
    assert client.get("/v1/claims?limit=1").get_json()["release"] == "0.10.0", "nobody was ahead"
    with counting() as seen:
        pages = [answer.get_json()["release"] for answer in walk(client, "/v1/claims?release=1.0.0&limit=150")]
        assert set(pages) == {"1.0.0"}
        assert seen[where(pair.primary)] >= len(pages)
    assert [client.get("/v1/claims?limit=1").get_json()["release"] for _ in range(5)] == ["1.0.0"] * 5
    pair.replay(on=True)
    pair.wait()
    with counting() as seen:
        assert client.get("/v1/claims?limit=1&modality=denied").get_json()["release"] == "1.0.0"
    assert set(seen) == {where(pair.replica)}, "it has caught up"

    statuses: Counter[tuple[int, str]] = Counter()
    ending = threading.Event()

    def ask(number: int) -> None:
        client = app.test_client()
        while not ending.is_set():
            answer = client.get(f"/v1/claims?limit=20&voices={number}")
            statuses[answer.status_code, answer.get_json().get("release")] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    kill(pair.replica)
    time.sleep(1.5)
    with counting() as seen:
        time.sleep(0.5)
    assert where(pair.primary) in seen
    control(pair.replica, "start", "-w", "-o", f'-h "" -k {where(pair.replica)}')
    time.sleep(1.5)
    with counting() as seen:
        time.sleep(0.5)
    ending.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {(200, "1.0.0")}
    assert where(pair.replica) in seen, "it is read again"
    assert app.extensions[EXTENSION].primary.name.startswith("postgresql://")
