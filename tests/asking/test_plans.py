"""How SQLite goes about a list: along an index where one value of a member of the record itself is asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from dataset.queries.filters import Choice
from dataset.queries.paging import page
from dataset.queries.releases import Release
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.tables import RECORDS
from tests.asking.naive import TWINS
from tests.asking.support import make_log
from tests.conftest import NewDatabase
from tests.test_contract import FINDERS

pytestmark = pytest.mark.sqlite

#: Filters that are called otherwise than their column.
COLUMNS = {("claims", "unit"): "quantity_unit", ("claims", "qualifier"): "quantity_qualifier"}
COLUMNS[("sources", "part_of")] = "text_part_of"
#: Filters of a member that asks the source where the record itself has none.
FALLING_BACK = {("quotes", "language")}

ALONG_AN_INDEX = [
    one for one in sorted(TWINS) if COLUMNS.get(one, one[1]) in RECORDS[one[0]].columns and one not in FALLING_BACK
]


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> Database:
    """A database on SQLite, for what only that engine explains."""
    url = new_database("sqlite")
    publish(url, make_log()[0])
    return Database(url)


def test_there_are_many() -> None:
    """Not that the test below tests nothing."""
    assert len(ALONG_AN_INDEX) > 35


@pytest.mark.parametrize(("record_type", "name"), ALONG_AN_INDEX, ids=lambda part: part)
def test_one_value_is_read_along_an_index(database: Database, record_type: str, name: str) -> None:
    """No sorting, in the newest release: the page ends when it is full."""
    table, release = RECORDS[record_type], Release(4, "0.4.0", 4)
    statement = page(FINDERS[record_type](release=release, **{name: Choice(["a1"])}), table, after="b", limit=50)
    with database.read() as connection:
        compiled = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
    assert "USING INDEX" in plan
    assert "TEMP B-TREE" not in plan
