"""What requests cost, in exact counts: steps of SQLite, plans, statements. Seconds belong to `make bench`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from marshmallow.fields import Field
from sqlalchemy import Connection, text

from benchmarks.counting import release_of, steps
from benchmarks.parts.steps import LINKED, WALKING
from dataset.queries import walking
from dataset.queries.claims import find_claims
from dataset.queries.paging import Plain, Records, one, page
from dataset.queries.walking import read_page
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.tables import claims
from tests.api.support import make_app
from tests.conftest import NewDatabase
from tests.synthetic import make_log

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

FEW, MANY, RELEASES = 800, 4000, 12
LIMIT = 5


@pytest.fixture(scope="module")
def urls(new_database: NewDatabase) -> list[str]:
    """A small database and one that is ten times as large, of one release each."""
    made = []
    for size in (FEW, MANY):
        made.append(new_database("sqlite"))
        publish(made[-1], make_log(claims=size, releases=1))
    return made


@pytest.fixture(scope="module")
def connections(urls: list[str]) -> Iterator[list[Connection]]:
    """Both, open."""
    with (
        closing(Database(urls[0])) as small,
        closing(Database(urls[1])) as large,
        small.read() as few,
        large.read() as many,
    ):
        yield [few, many]


@pytest.mark.parametrize("name", WALKING)
def test_a_page_takes_as_many_steps_of_many_claims_as_of_few(connections: list[Connection], name: str) -> None:
    """Without a filter, and with one that has a single value; at the beginning and behind a place."""
    for after in (None, "gazette-000003 "):
        taken = []
        for connection in connections:
            statement = page(
                find_claims(release=release_of(connection), **WALKING[name]), claims, after=after, limit=LIMIT
            )
            assert len(connection.execute(statement).all()) == LIMIT + 1, name
            taken.append(steps(connection, lambda asked=statement, on=connection: on.execute(asked).all()))  # type: ignore[misc]
        assert taken[0] == taken[1]


def test_a_record_takes_as_many_steps_of_many_claims_as_of_few(connections: list[Connection]) -> None:
    taken = [
        steps(on, lambda on=on: on.execute(one(claims, "gazette-000007.c7", release_of(on))).all())  # type: ignore[misc]
        for on in connections
    ]
    assert taken[0] <= taken[1] <= taken[0] + 2 * 100


@pytest.mark.parametrize("name", WALKING)
def test_a_page_neither_scans_nor_sorts(connections: list[Connection], name: str) -> None:
    for connection in connections:
        statement = page(find_claims(release=release_of(connection), **WALKING[name]), claims, after="g", limit=LIMIT)
        told = plan(connection, statement)
        assert told
        assert all(line.startswith("SEARCH claims USING INDEX") for line in told), told


def plan(connection: Connection, statement: Records) -> list[str]:
    """How SQLite would answer a statement."""
    told = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {told}"))]


def test_a_request_is_one_statement(urls: list[str]) -> None:
    """The release is known from the file, so a page or a record is one question to the database.

    Where a filter looks into lists a second one counts how common its value is, and a third looks for it in order.
    """
    app = make_app(urls[1])
    paths = {
        "/v1/claims": 1,
        "/v1/claims?claimant=skipper-00007": 1,
        "/v1/sources": 1,
        "/v1/claims/gazette-000007.c7": 1,
    }
    for path, number in (paths | {"/v1/claims?topic=boats&limit=5": 2}).items():
        asked = [counted(app, path) for _ in range(3)]  # the third time the statement is one that was kept
        assert [len(statements) for statements in asked] == [number] * 3, asked


def test_a_request_reads_the_parameters_that_it_sets(urls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of some seventy that a list has, and those alone that it has without being asked."""
    read: list[str | None] = []
    deserialize = Field.deserialize

    def noted(field: Field[Any], value: Any, attr: str | None = None, *rest: Any, **options: Any) -> Any:
        read.append(attr)
        return deserialize(field, value, attr, *rest, **options)

    client = make_app(urls[0]).test_client()
    monkeypatch.setattr(Field, "deserialize", noted)
    for path, names in (
        ("/v1/claims", {"limit"}),
        ("/v1/claims?modality=denied&hedged=true", {"limit", "modality", "hedged"}),
        ("/v1/topics?limit=5&sort=id", {"limit", "sort"}),
    ):
        assert client.get(path).status_code == 200
        assert {name for name in read if name} == names
        assert len(read) <= 2 * len(names)  # the values in a list are read by a field of their own
        read.clear()


def test_a_common_value_takes_few_steps(connections: list[Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many claims no more than of few, though five times as many have it."""
    monkeypatch.setattr(walking, "MANY", 100)
    monkeypatch.setattr(walking, "REACH", 500)
    monkeypatch.setattr("dataset.queries.compiled._shapes", {})
    asked = Plain(LINKED["topic"], None, None, LIMIT)

    def ask(on: Connection) -> None:
        assert len(read_page(on, find_claims, claims, release_of(on), asked)) == LIMIT + 1

    taken = []
    for connection in connections:
        ask(connection)
        ask(connection)  # now the statements are kept
        taken.append(steps(connection, lambda on=connection: ask(on)))  # type: ignore[misc]
    assert taken[1] <= 1.2 * taken[0]  # those that have it stand elsewhere in the order


def counted(app: Flask, path: str) -> list[str]:
    """The statements that a request asks, beside those of the first one."""
    from api.reading import databases

    asked: list[str] = []
    client = app.test_client()
    client.get("/v1/topics?limit=1")  # opens the file, and learns of its releases
    with app.app_context(), databases().primary.read() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(asked.append)
    try:
        assert client.get(path).status_code == 200
    finally:
        driver.set_trace_callback(None)
    return asked


@pytest.fixture(scope="module")
def old(new_database: NewDatabase) -> Iterator[Connection]:
    """Many releases, each of which changed a tenth."""
    url = new_database("sqlite")
    publish(url, make_log(claims=FEW, releases=RELEASES))
    with closing(Database(url)) as database, database.read() as connection:
        yield connection


@pytest.mark.parametrize("name", WALKING)
def test_an_old_release(old: Connection, name: str) -> None:
    """A page of the first of many releases costs at most twice that of the newest, and none is scanned or sorted."""
    taken = []
    for ordinal in range(1, RELEASES + 1):
        statement = page(find_claims(release=release_of(old, ordinal), **WALKING[name]), claims, after="g", limit=LIMIT)
        assert len(old.execute(statement).all()) == LIMIT + 1, name
        taken.append(steps(old, lambda asked=statement: old.execute(asked).all()))  # type: ignore[misc]
        assert all(line.startswith("SEARCH claims USING INDEX") for line in plan(old, statement))
    assert taken[0] <= 2 * taken[-1]
    assert max(taken) <= (1 + RELEASES / 5) * taken[-1]  # those between pass over other versions, and no more


def test_a_worker_never_loads_what_builds_files(urls: list[str]) -> None:
    """Neither at its start nor by answering: pyarrow takes a hundred megabytes and half a second."""
    program = """
import sys
from wsgi import app
client = app.test_client()
for path in ("/readyz", "/v1/claims", "/v1/claims?q=boats", "/v1/claims/gazette-000007.c7", "/v1/releases"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"ONRECORD_DATABASE_URL": urls[0], "PYTHONPATH": "."},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    loaded = set(done.stdout.split())
    assert "flask" in loaded
    assert not loaded & {"pyarrow", "numpy", "pandas"}
