"""Positions and relations are kept as the functions of `dataset.derived` tell them, however a release came in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from sqlalchemy import Connection, Engine, create_engine, select

from dataset.derived.keeping import rebuild
from dataset.log import Release
from dataset.store.database import Database
from dataset.store.postgresql import postgresql_engine
from dataset.store.publishing import publish
from dataset.store.reading import valid_in
from dataset.store.tables import positions, relations
from tests.asking.naive import World
from tests.asking.support import make_log
from tests.conftest import NewDatabase
from tests.store.support import contents

Kept = tuple[set[tuple[str, str, int, int]], set[tuple[str, str, str, str]]]


def kept(connection: Connection, ordinal: int, newest: int) -> Kept:
    """What is kept of a release."""
    found = select(positions.c.question, positions.c.position, positions.c.voices_min, positions.c.voices_max)
    related = select(relations.c.question, relations.c.position, relations.c.other, relations.c.relation)
    return (
        {tuple(row) for row in connection.execute(found.where(valid_in(positions, ordinal, newest)))},
        {tuple(row) for row in connection.execute(related.where(valid_in(relations, ordinal, newest)))},
    )


def told(world: World) -> Kept:
    """What the bodies tell."""
    return (
        {(*place, heard.min, heard.max) for place, heard in world.heard.items()},
        {(*pair, how) for pair, how in world.related.items()},
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "seed"),
    [
        *(pytest.param("sqlite", seed, marks=pytest.mark.sqlite) for seed in range(5)),
        pytest.param("postgresql", 0, marks=[pytest.mark.postgresql, pytest.mark.slow]),
    ],
)
def test_what_is_kept_is_what_the_bodies_tell(engine: str, new_database: NewDatabase, seed: int) -> None:
    """In every release, where sources, actors and questions change as well as claims."""
    log, states = make_log(seed, releases=6)
    url = new_database(engine)
    publish(url, log)
    database = Database(url)
    with database.read() as connection:
        for ordinal, state in enumerate(states, 1):
            assert kept(connection, ordinal, len(log)) == told(World(state))
            assert len(told(World(state))[1]) > 10
    database.close()


@pytest.mark.slow
def test_it_makes_no_difference_how_releases_come(
    engine: str, new_database: NewDatabase, stepwise: str, asked_log: tuple[Sequence[Release], Sequence[World]]
) -> None:
    """One after the other, all at once, or made anew afterwards."""
    url = new_database(engine)
    publish(url, asked_log[0])
    whole = contents(url)
    assert whole == contents(stepwise)
    assert whole["positions"]
    assert whole["relations"]
    opened = _engine(url)
    with opened.begin() as connection:
        rebuild(connection)
    opened.dispose()
    assert contents(url) == whole


def _engine(url: str) -> Engine:
    address = Database(url).url
    return postgresql_engine(address) if address.get_backend_name() == "postgresql" else create_engine(address)


@pytest.mark.slow
def test_questions_that_nothing_touches_are_left_alone(
    engine: str, new_database: NewDatabase, asked_log: tuple[Sequence[Release], Sequence[World]]
) -> None:
    """A row lives on as long as nothing changes it, and no row begins where the one before ended as the same."""
    url = new_database(engine)
    publish(url, asked_log[0])
    database = Database(url)
    with database.read() as connection:
        for table in (positions, relations):
            keys = [column for column in table.primary_key if column.name != "since"]
            rows = connection.execute(select(table).order_by(*keys, table.c.since)).all()
            for one, other in pairwise(rows):
                said = [column.name for column in table.columns if column.name not in ("since", "until")]
                same = [getattr(one, name) for name in said] == [getattr(other, name) for name in said]
                assert not (same and one.until == other.since), one
            assert any(row.since == 1 and row.until is None for row in rows)
            assert any(row.until is not None for row in rows)
    database.close()
