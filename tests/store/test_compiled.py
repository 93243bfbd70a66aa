"""Statements that are kept by their shape answer like those that are made anew, and what may not be kept is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Select, func, select

from dataset.queries import compiled
from dataset.queries.claims import find_claims
from dataset.queries.compiled import fetch
from dataset.queries.filters import Choice, Span
from dataset.queries.paging import one, page
from dataset.queries.releases import Release
from dataset.store.database import Database
from dataset.store.tables import claims


@pytest.fixture
def connection(published: Database) -> Iterator[Connection]:
    """A connection to the made-up data; nothing is kept of what others asked."""
    compiled._shapes.clear()
    with published.read() as opened:
        yield opened


def asked(release: Release, filters: dict[str, Any], after: str | None) -> Select[str, str]:
    """A page of claims."""
    return page(find_claims(release=release, **filters), claims, after=after, limit=20)


def kept() -> list[bool]:
    """For each shape that came more than once whether its statement is kept."""
    return [isinstance(one, compiled._Kept) for one in compiled._shapes.values() if one is not None]


SHAPES: list[list[dict[str, Any]]] = [
    [{}, {}, {}],
    [{"claimant": Choice([f"skipper-0000{number}"])} for number in range(4)],
    [{"modality": Choice([one, "urged"])} for one in ("asserted", "denied", "opinion")],
    [{"modality": Choice(none=[one])} for one in ("asserted", "denied", "opinion")],
    [{"topic": Choice([one])} for one in ("boats", "weather", "rules")],
    [{"chain": Choice([f"skipper-0000{number}"])} for number in range(3)],
    [{"position": Choice([one]), "question": Choice(["how-many-00001"])} for one in ("few", "many", "few")],
    [{"quantity_min": float(low), "quantity_max": float(low + 900)} for low in (0, 1000, 2000)],
    [{"time_within": Span(first, "2031-12-31")} for first in ("2031-01-01", "2031-07-01", "2031-07-14")],
    [{"hedged": True}, {"hedged": True}, {"hedged": True}],
]


@pytest.mark.parametrize("number", range(len(SHAPES)), ids=lambda number: ",".join(SHAPES[number][0]) or "none")
def test_a_shape_is_kept_and_answers_the_same(connection: Connection, number: int) -> None:
    """In the newest release, the first and one between; from the beginning and behind a place."""
    for ordinal in (3, 1, 2):
        release = Release(ordinal, f"0.{ordinal}.0", 3)
        for after in (None, "gazette-000001"):
            for filters in SHAPES[number]:
                expected = connection.execute(asked(release, filters, after)).all()
                assert fetch(connection, asked, release, filters, after) == expected
    assert kept() == [True] * 6


def test_releases_between_share_a_statement(connection: Connection) -> None:
    for ordinal in (2, 3, 4, 2, 3):
        release = Release(ordinal, f"0.{ordinal}.0", 5)
        expected = connection.execute(asked(release, {}, None)).all()
        assert fetch(connection, asked, release, {}, None) == expected
    assert kept() == [True]


def test_a_value_that_is_computed_with_is_not_kept(connection: Connection) -> None:
    """Whether it ends in another value, in the text of the statement, or in an error."""

    def behind(text: str) -> Select[str, str]:
        return select(claims.c.id).where(claims.c.sort > f"{text} B").order_by(claims.c.sort).limit(3)

    def named(text: str) -> Select[int]:
        return select(func.length(claims.c.id).label(text.replace("-", "_"))).order_by(claims.c.sort).limit(3)

    def read(text: str) -> Select[int]:
        return select(claims.c.id).where(claims.c.anchor_start > int(text)).order_by(claims.c.sort).limit(3)

    for make, texts in ((behind, ("gazette-000001", "gazette-000002")), (named, ("a-b", "c-d")), (read, ("5", "900"))):
        compiled._shapes.clear()
        for text in (*texts, *texts):
            assert fetch(connection, make, text) == connection.execute(make(text)).all()
        assert kept() == [False]


def test_shapes_are_forgotten_when_there_are_too_many(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MOST", 3)
    release = Release(3, "0.3.0", 3)
    for limit in range(1, 20):

        def some(release: Release, limit: int) -> Select[str, str]:
            return page(find_claims(release=release), claims, after=None, limit=limit)

        assert len(fetch(connection, some, release, limit)) == limit + 1
        assert len(compiled._shapes) <= 3


def test_one_record(connection: Connection) -> None:
    release = Release(3, "0.3.0", 3)
    for number in (1, 2, 3):
        (row,) = fetch(connection, one, claims, f"gazette-000001.c{number}", release)
        assert f'"id":"gazette-000001.c{number}"' in row[0]
    assert fetch(connection, one, claims, "none.c1", release) == []
    assert kept() == [True]
