"""What a page costs on SQLite, counted and not timed: the index is walked in its order, until the page is full."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Select, text

from dataset.queries.filters import Choice
from dataset.queries.search import Within, asked_of, find_anything, find_words
from dataset.queries.topics import find_topics
from dataset.search.expression import tier
from dataset.search.pages import page_of
from dataset.search.query import parse
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.tables import RECORDS, topics
from tests.conftest import NewDatabase
from tests.search.support import release_of
from tests.synthetic import History

pytestmark = pytest.mark.sqlite


@pytest.fixture(scope="module", params=[200, 2000])
def sized(request: pytest.FixtureRequest, new_database: NewDatabase) -> Database:
    """Topics of which every second has a word, in two sizes; and a second release that changes a tenth of them."""
    size, history = request.param, History()
    made = [{"id": f"t{number:05d}", "label": ("boat", "wind")[number % 2] + f" w{number}"} for number in range(size)]
    dataset = history.add("dataset", {"id": "sized", "title": "Sized"})
    history.release("0.1.0", [dataset, *(history.add("topics", one) for one in made)])
    history.release("0.2.0", [history.change("topics", {**one, "broader": "t00001"}) for one in made[::10]])
    url = new_database("sqlite")
    publish(url, history.releases)
    return Database(url)


@pytest.fixture
def connection(sized: Database) -> Iterator[Connection]:
    with sized.read() as opened:
        yield opened
    sized.close()


#: What was counted for the first size, to compare the second with.
counted: dict[str, int] = {}


@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("boat", None),
        ("boat", "0 t00100"),
        ("boat w10", None),
        ('"boat w10"', None),
        ("boa* w10", None),
        ("none", None),
    ],
)
def test_a_page_takes_as_many_steps_of_many_records_as_of_few(
    connection: Connection, query: str, after: str | None
) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    release = release_of(connection)
    driver.set_progress_handler(step, 1)
    page_of(
        connection,
        find_topics,
        topics,
        query=parse(query),
        release=release,
        filters={},
        after=after,
        limit=10,
    )
    driver.set_progress_handler(None, 1)
    # FTS5 itself looks up one page more now and then
    assert steps[0] <= counted.setdefault(f"{query} {after}", steps[0]) * 1.05


def plan(connection: Connection, statement: Select[str, str] | Select[str, str, str]) -> list[str]:
    compiled = str(statement.compile(connection, compile_kwargs={"literal_binds": True})).replace(":", r"\:")
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0"])
def test_the_index_is_walked_in_its_order(connection: Connection, version: str) -> None:
    """FTS5 first, its rows looked up by their numbers; what is sorted afterwards is the page."""
    release = release_of(connection, version)
    for number in (0, 1, 2):
        asked = asked_of(tier(parse("boat w10"), number), "sqlite")
        one = find_words(
            find_topics, topics, release, Within({"broader": Choice(["t00001"])}, limit=10, after="t"), asked
        )
        other = find_anything(tuple(RECORDS.values()), release, asked, (topics, "t"), 10)
        for statement in (one, other):
            found = plan(connection, statement)
            assert found[1].startswith("SCAN search_words VIRTUAL TABLE INDEX")
            assert "SEARCH search USING INTEGER PRIMARY KEY (rowid=?)" in found
            assert [line for line in found if line.startswith("SCAN")] == [found[1], "SCAN hits"]
            assert found[-1] == "USE TEMP B-TREE FOR ORDER BY" or "TEMP" not in "".join(found)
