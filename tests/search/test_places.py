"""Numbers between numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.search.places import STRETCH, Full, between, stretch
from dataset.store.tables import RECORDS


def test_stretches_follow_one_another_and_fit_into_a_row_number() -> None:
    ends = [stretch(ordinal) for ordinal in range(len(RECORDS))]
    assert all(left == before for (_, before), (left, _) in pairwise(ends))
    assert ends[0][0] > 0
    assert ends[-1][1] < 2**63


@given(st.integers(0, 2**62), st.integers(1, 2**60), st.integers(1, 1000), st.booleans())
def test_places_lie_between_and_rise(left: int, room: int, count: int, whole: bool) -> None:
    if room <= count:
        with pytest.raises(Full):
            between(left, left + room, count, whole=whole)
        return
    places = between(left, left + room, count, whole=whole)
    assert len(places) == count
    assert places.step > 0
    assert left < places[0] <= places[-1] < left + room


@pytest.mark.parametrize(("behind", "least"), [(True, 55), (False, 8)])
def test_how_often_a_thousand_rows_fit_into_a_gap_between_a_million(behind: bool, least: int) -> None:
    """Behind those that came last, as new sources come; and in front of them."""
    left, right = 0, STRETCH // 1_000_000
    for _ in range(least):
        places = between(left, right, 1000)
        left, right = (places[-1], right) if behind else (left, places[0])
