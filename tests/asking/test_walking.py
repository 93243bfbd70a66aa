"""A page of a common value is the same whether it is met in order or gathered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection, Table

from dataset.queries import walking
from dataset.queries.claims import find_claims
from dataset.queries.filters import Choice
from dataset.queries.paging import Plain, Records, plain_page
from dataset.queries.quotes import find_quotes
from dataset.queries.releases import Release
from dataset.queries.walking import _of_common
from dataset.store.tables import claims, quotes
from tests.asking.naive import TWINS, World
from tests.asking.support import QUESTIONS

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

FINDS: dict[str, tuple[Callable[..., Records], Table]] = {
    "claims": (find_claims, claims),
    "quotes": (find_quotes, quotes),
}
COUNTED = [(table.name, name) for table, counted in walking._COUNTED.items() for name in counted]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are many, and twenty records are far; statements that were kept know other numbers."""
    monkeypatch.setattr(walking, "MANY", 2)
    monkeypatch.setattr(walking, "REACH", 20)
    monkeypatch.setattr("dataset.queries.compiled._shapes", {})


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("record_type", "name"), COUNTED)
def test_a_page_is_the_same(reading: Connection, worlds: Sequence[World], record_type: str, name: str) -> None:
    """Of every value that there is, in every release, behind every place; some are met, and some are not."""
    find, table = FINDS[record_type]
    outcomes = set()
    for number, world in enumerate(worlds, 1):
        release = Release(number, f"0.{number}.0", len(worlds))
        for value in sorted({one for body in world.all(record_type) for one in TWINS[record_type, name](world, body)}):
            after: str | None = None
            while True:
                asked = Plain({name: Choice([value])}, None, after, 1 if name == "quote" else 3)
                expected = list(reading.execute(plain_page(find, table, release, asked)))
                met = _of_common(reading, find, table, release, asked)
                assert met is None or [tuple(row) for row in met] == [tuple(row) for row in expected]
                outcomes.add(met is None)
                if len(expected) <= asked.limit:
                    break
                after = expected[asked.limit - 1][0]
    assert outcomes == {True, False}


OTHERS = {
    "claims": [
        *(("actor", "a1"), ("topic", "sea"), ("claimant", "a1")),
        *(("modality", "denied"), ("source", "s1"), ("question", QUESTIONS[0])),
    ],
    "quotes": [("speaker", "a1"), ("kind", "direct")],
}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("record_type", "name"), COUNTED)
def test_a_page_of_two_filters_is_the_same(
    reading: Connection, worlds: Sequence[World], record_type: str, name: str
) -> None:
    """Whether the other names few records or many."""
    (find, table), answered = FINDS[record_type], 0
    for number, world in enumerate(worlds, 1):
        release = Release(number, f"0.{number}.0", len(worlds))
        for value in sorted({one for body in world.all(record_type) for one in TWINS[record_type, name](world, body)}):
            for other, one in OTHERS[record_type]:
                asked = Plain({other: Choice([one]), name: Choice([value])}, None, None, 3)
                expected = [tuple(row) for row in reading.execute(plain_page(find, table, release, asked))]
                found = _of_common(reading, find, table, release, asked)
                assert found is None or [tuple(row) for row in found] == expected
                answered += found is not None and bool(expected)
    assert answered
