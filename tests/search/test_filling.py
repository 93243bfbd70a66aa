"""How the index is kept: by releases, anew, when there is no room, over long texts, through migrations."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, create_engine, select, text

from dataset.log import Release
from dataset.search import available, filling
from dataset.search.filling import rebuild, unindexed
from dataset.search.places import Full, between
from dataset.search.query import parse
from dataset.store.addresses import NotReady
from dataset.store.database import Database
from dataset.store.migrating import refill
from dataset.store.postgresql import postgresql_engine
from dataset.store.publishing import migrate, publish
from dataset.store.steps import Failed
from dataset.store.tables import RECORDS, search
from tests.conftest import NewDatabase
from tests.search.support import State, find, naive
from tests.synthetic import History

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

Made = tuple[Sequence[Release], Sequence[State]]
QUERIES = [parse(one) for one in ("boat*", "cafe", '"son hui"', "boat 3", "北朝鲜")]


def is_whole(url: str, states: Sequence[State]) -> None:
    """Every release of a database is searched as its bodies say, and places follow the default order."""
    database = Database(url)
    with database.read() as connection:
        for number, state in enumerate(states, 1):
            for query in QUERIES:
                assert find(connection, query, version=f"0.{number}.0") == naive(state, query)
        assert unindexed(connection) == 0
        for table in RECORDS.values():
            in_order = select(table.c.row).order_by(table.c[table.info["order"]], table.c.since)
            placed = select(search.c.row).where(search.c.type == table.name).order_by(search.c.place)
            assert list(connection.execute(in_order).scalars()) == list(connection.execute(placed).scalars())
    database.close()


def writing(url: str, connect: object) -> None:
    """Call `connect` with a connection that may write, and keep what it wrote."""
    parsed = Database(url).url
    engine = postgresql_engine(parsed) if parsed.get_backend_name() == "postgresql" else create_engine(parsed)
    with engine.begin() as connection:
        connect(connection)  # type: ignore[operator]
    engine.dispose()


def test_all_at_once_and_release_by_release(
    database_url: str, new_database: NewDatabase, engine: str, made: Made
) -> None:
    publish(database_url, made[0])
    is_whole(database_url, made[1])
    stepwise = new_database(engine)
    for number in range(1, 4):
        publish(stepwise, made[0][:number])
        is_whole(stepwise, made[1][:number])


def test_an_index_without_room_is_made_anew(database_url: str, monkeypatch: pytest.MonkeyPatch, made: Made) -> None:
    """No gap between places takes any row that comes later."""
    publish(database_url, made[0][:1])
    rebuilt: list[Connection] = []

    def full(left: int, right: int, count: int, *, whole: bool = False) -> range:
        if not whole:
            raise Full
        return between(left, right, count, whole=True)

    def rebuild_told(connection: Connection) -> None:
        rebuilt.append(connection)
        rebuild(connection)

    monkeypatch.setattr(filling, "between", full)
    monkeypatch.setattr(filling, "rebuild", rebuild_told)
    publish(database_url, made[0])
    assert len(rebuilt) == 1
    is_whole(database_url, made[1])


def test_down_and_up_again(database_url: str, made: Made) -> None:
    publish(database_url, made[0])
    migrate(database_url, revision="0002")
    database = Database(database_url)
    with database.read() as connection:
        names = connection.execute(
            text("SELECT name FROM sqlite_schema WHERE name LIKE 'search%' OR name LIKE 'uq_search%'")
            if connection.dialect.name == "sqlite"
            else text("SELECT relname FROM pg_class WHERE relname LIKE '%search%' AND relname NOT LIKE 'pg_%'")
        )
        assert list(names) == []
    database.close()
    migrate(database_url)
    is_whole(database_url, made[1])


def test_refilling_and_rebuilding_leave_it_whole(database_url: str, made: Made) -> None:
    publish(database_url, made[0])
    writing(database_url, lambda connection: connection.execute(search.delete().where(search.c.type == "claims")))
    writing(database_url, refill)
    is_whole(database_url, made[1])
    writing(database_url, rebuild)
    is_whole(database_url, made[1])


def test_what_is_published_anew_leaves_nothing_of_the_old(database_url: str, made: Made) -> None:
    history = History()
    old = history.release("0.1.0", [history.add("dataset", {"id": "boats", "title": "Zeppelin"})])
    publish(database_url, [old])
    publish(database_url, made[0], replace=True)
    is_whole(database_url, made[1])
    database = Database(database_url)
    with database.read() as connection:
        assert find(connection, "zeppelin", version="0.1.0") == []
    database.close()


@pytest.fixture
def long(database_url: str) -> Database:
    """Texts beyond what a tsvector keeps places of: 16,383 words, and 256 places of one word."""
    history = History()
    body = {"source": "s", "speaker_basis": "unknown"}
    tail = " red tide " + "boat " * 300 + "boat lost"
    texts = ["北" * 19_000 + "朝鲜", "a b " * 9_000 + "b a a", "boat " * 300 + "red" + " tide" * 300 + tail]
    records = [("quotes", {"id": f"s.q{number}", "text": one} | body) for number, one in enumerate(texts, 1)]
    changes = [history.add("dataset", {"id": "long", "title": "Long"}), *(history.add(*one) for one in records)]
    publish(database_url, [history.release("0.1.0", changes)])
    return Database(database_url)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("北朝鲜", [(0, "s.q1")]),
        ("朝北", []),
        ('"b b a a"', [(0, "s.q2")]),
        ('"b b b"', []),
        ('"boat lost"', [(0, "s.q3")]),
        ('"red tide boat"', [(0, "s.q3")]),
        ('"red boat"', []),
        ("lost boat", [(1, "s.q3")]),
    ],
)
def test_long_texts(long: Database, query: str, expected: list[tuple[int, str]]) -> None:
    with long.read() as connection:
        assert [(tier, id_) for tier, _, id_ in find(connection, query)] == expected
    long.close()


def test_a_sqlite_that_cannot_search_is_told_at_the_start(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, made: Made
) -> None:
    url = new_database("sqlite")
    publish(url, made[0][:1])
    monkeypatch.setattr(available, "NEEDED", available.NEEDED.replace("fts5", "fts0"))
    available.lacking.cache_clear()
    message = (
        r"SQLite 3\..* no full-text index \(no such module: fts0\): install a Python whose SQLite is built with FTS5"
    )
    with pytest.raises(NotReady, match=message):
        Database(url).check()
    with pytest.raises(Failed, match=message):
        publish(url, made[0])
    monkeypatch.undo()
    available.lacking.cache_clear()
    Database(url).check()
