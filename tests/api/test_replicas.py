"""Replicas that are behind, away, or break: files and servers that hold less of the log than the primary."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.reading import EXTENSION
from dataset.log import Release
from dataset.store import replicas as module
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.replicas import Replicated
from tests.api.support import close, make_app, walk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True),
]


@pytest.fixture(scope="module")
def old_file(api_log: Sequence[Release], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds all releases but the newest."""
    file = tmp_path_factory.mktemp("old") / "old.sqlite"
    publish(f"sqlite:///{file}", api_log[:-1])
    return file


@pytest.fixture
def nearby(old_file: Path, tmp_path: Path) -> Path:
    """A replica that is a release behind."""
    return Path(shutil.copy(old_file, tmp_path / "nearby.sqlite"))


@pytest.fixture
def make(api_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Flask]]:
    """Makes the application over the primary with replicas, which are tried again at once."""
    monkeypatch.setattr(module, "RETRY", 0.0)
    apps: list[Flask] = []

    def made(*places: Path, primary: str = api_url) -> Flask:
        apps.append(make_app(primary, replicas=[f"sqlite:///{place}" for place in places]))
        return apps[-1]

    yield made
    for app in apps:
        close(app)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the databases that were read, in order."""
    names: list[str] = []
    reading = Database.read

    @contextmanager
    def read(self: Database) -> Iterator[Any]:
        names.append(Path(self.name).stem)
        with reading(self) as connection:
            yield connection

    monkeypatch.setattr(Database, "read", read)
    return names


def newest(client: FlaskClient) -> str:
    """The release that is answered where none is named."""
    return str(client.get("/v1/claims?limit=1").get_json()["release"])


def test_what_a_replica_knows_is_read_from_it(make: Callable[..., Flask], nearby: Path, asked: list[str]) -> None:
    client = make(nearby).test_client()
    assert newest(client) == "0.10.0", "the newest that the replica has"
    asked.clear()
    assert newest(client) == "0.10.0"
    assert client.get("/v1/claims?release=0.2.0").status_code == 200
    assert client.get("/v1/releases/0.1.0/diff/0.10.0").status_code == 200
    assert client.get("/v1/changes?since=0.2.0").get_json()["follow"] == "/v1/changes?since=0.10.0"
    assert set(asked) == {"nearby"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/claims?release=1.0.0&limit=1",
        "/v1/claims/almanac.c11?release=1.0.0",
        "/v1/releases/1.0.0",
        "/v1/releases/0.1.0/diff/1.0.0",
        "/v1/changes?since=1.0.0",
        "/v1/releases/1.0.0/citation",
        "/v1/dataset/history?release=1.0.0",
    ],
)
def test_a_release_that_it_lacks_is_read_from_the_primary(
    make: Callable[..., Flask], nearby: Path, asked: list[str], path: str
) -> None:
    client = make(nearby).test_client()
    assert newest(client) == "0.10.0"
    asked.clear()
    assert client.get(path).status_code == 200
    assert asked[0] == "nearby"
    assert asked[-1] != "nearby"


def test_what_no_database_has_is_a_mistake(make: Callable[..., Flask], nearby: Path) -> None:
    client = make(nearby).test_client()
    answer = client.get("/v1/claims?release=7.0.0")
    assert answer.status_code == 404
    assert answer.get_json()["type"] == "/problems/unknown-release"


def test_who_follows_cursors_never_goes_back(make: Callable[..., Flask], nearby: Path, api_url: str) -> None:
    """A walk that began on another node goes on in its release; this process never tells of an older one after it."""
    ahead = make_app(api_url)
    app = make(nearby)
    there, here = ahead.test_client(), app.test_client()
    first = there.get("/v1/claims?limit=150")
    assert first.get_json()["release"] == "1.0.0"
    assert newest(here) == "0.10.0"
    rest = [answer.get_json()["release"] for answer in walk(here, first.headers["Link"][1:].partition(">")[0])]
    assert set(rest) == {"1.0.0"}
    assert [newest(here) for _ in range(3)] == ["1.0.0"] * 3
    close(ahead)


def test_replicas_take_turns_and_the_primary_rests(
    make: Callable[..., Flask], nearby: Path, tmp_path: Path, asked: list[str]
) -> None:
    other = Path(shutil.copy(nearby, tmp_path / "other.sqlite"))
    client = make(nearby, other).test_client()
    asked.clear()
    for _ in range(10):
        client.get("/v1/claims?limit=1&release=0.1.0")
    assert asked.count("nearby") >= 5
    assert asked.count("other") >= 5
    assert set(asked) == {"nearby", "other"}


def test_a_lost_replica_costs_no_request_and_is_read_again(
    make: Callable[..., Flask],
    nearby: Path,
    api_log: Sequence[Release],
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    client = make(nearby).test_client()
    assert newest(client) == "0.10.0"
    away = nearby.rename(nearby.with_suffix(".away"))
    log_lines()
    assert [newest(client) for _ in range(5)] == ["1.0.0"] * 5
    warned = [line["message"] for line in log_lines() if line["level"] == "warning"]
    assert len(warned) == 1, "told once"
    assert "is left out: there is no database" in warned[0]
    publish(f"sqlite:///{away}", api_log)
    away.rename(nearby)
    databases: Replicated = client.application.extensions[EXTENSION]
    assert newest(client) == "1.0.0"
    assert [line["message"] for line in log_lines() if line["level"] == "warning"] == [
        f"the replica {nearby} is read again"
    ]
    assert next(databases.in_turn()) is not databases.primary


@pytest.mark.slow
def test_one_that_says_nothing_is_given_up(api_url: str) -> None:
    """The first request waits for it, no longer than it is told to; the others do not."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = make_app(api_url, replicas=[f"postgresql://127.0.0.1:{silent.getsockname()[1]}/name"])
        times = []
        for _ in range(4):
            begun = time.monotonic()
            assert newest(app.test_client()) == "1.0.0"
            times.append(time.monotonic() - begun)
        close(app)
    assert 2.5 < times[0] < 5
    assert max(times[1:]) < 2


def test_it_serves_without_its_primary(
    make: Callable[..., Flask], nearby: Path, old_file: Path, tmp_path: Path
) -> None:
    """What replicas know is served, also by a process that is started then; what they lack nobody can tell."""
    primary = Path(shutil.copy(old_file, tmp_path / "primary.sqlite"))
    early = make(nearby, primary=f"sqlite:///{primary}").test_client()
    primary.unlink()
    late = make(nearby, primary=f"sqlite:///{primary}").test_client()
    for client in (early, late):
        assert newest(client) == "0.10.0"
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/claims?release=7.0.0").status_code == 503
    nearby.unlink()
    assert late.get("/v1/claims").status_code == 503
    assert late.get("/readyz").status_code == 503
    with pytest.raises(SystemExit, match="there is no database"):
        make(nearby, primary=f"sqlite:///{primary}")


def test_an_address_that_is_none_is_told(api_url: str) -> None:
    with pytest.raises(SystemExit, match="the database address names 'mysql'"):
        make_app(api_url, replicas=["mysql://user:secret@host/name"])
