"""The date subset: what it takes, what it refuses, and that the `edtf` library agrees on the bounds."""

from __future__ import annotations

from datetime import date

import pytest
from edtf import parse_edtf, struct_time_to_date
from hypothesis import given
from hypothesis import strategies as st

from dataset.edtf import bounds, is_uncertain


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-23", date(2023, 9, 1), date(2023, 11, 30)),
        ("2023-24", date(2023, 12, 1), date(2024, 2, 29)),
        ("2024-06-18?", date(2024, 6, 18), date(2024, 6, 18)),
        ("2024-06~/2024-07", date(2024, 6, 1), date(2024, 7, 31)),
        ("../2024-06-18", None, date(2024, 6, 18)),
        ("2024/..", date(2024, 1, 1), None),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
    ],
)
def test_bounds(text: str, earliest: date | None, latest: date | None) -> None:
    assert bounds(text) == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "", "24", "2024-6", "2024-13", "2024-25", "2024-02-30", "0000", "2024-06-18T12:00", "2024-06-18/", "/2024",
        "../..", "2024/2023", "2024-06-18/2024-06-17", "2024??", "?2024", "2024-21-01", "2024-06-18 ", "２０２４",
        "2024/2024/2024", "[2024,2025]", "2024-XX", "Y12024", "-2024", "9999-24",
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        bounds(text)


@pytest.mark.parametrize(
    ("text", "uncertain"),
    [
        ("2024-06-18", False),
        ("2024-06-18/2024-06-19", False),
        ("2024-06-18?", True),
        ("2024-06-18~", True),
        ("2024-06-18/2024-06-19%", True),
        ("2024-06", True),
        ("2024", True),
        ("2024-21", True),
        ("2024-06-18/2024-07", True),
        ("../2024-06-18", True),
        ("2024-06-18/..", True),
    ],
)
def test_uncertain(text: str, uncertain: bool) -> None:
    assert is_uncertain(text) == uncertain


def _dates() -> st.SearchStrategy[str]:
    days = st.dates(date(1, 1, 1), date(9998, 12, 31))
    written = days.flatmap(lambda day: st.sampled_from([f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}"]))
    padded = written.map(lambda text: text.zfill(len(text) + 4 - len(text.split("-")[0])))
    seasons = st.tuples(st.integers(1, 9998), st.integers(21, 23)).map(lambda pair: f"{pair[0]:04}-{pair[1]}")
    # The library reads no doubt behind a season, though the standard allows it.
    return st.tuples(padded, st.sampled_from(["", "?", "~", "%"])).map("".join) | seasons


@given(_dates())
def test_one_date_as_the_library_reads_it(text: str) -> None:
    parsed = parse_edtf(text)
    earliest, latest = struct_time_to_date(parsed.lower_strict()), struct_time_to_date(parsed.upper_strict())
    assert bounds(text) == (earliest, latest)


@given(_dates(), _dates())
def test_an_interval_runs_from_the_first_day_of_its_start_to_the_last_of_its_end(one: str, other: str) -> None:
    try:
        found = bounds(f"{one}/{other}")
    except ValueError:
        assert bounds(one)[0] > bounds(other)[0] or bounds(one)[1] > bounds(other)[1]  # type: ignore[operator]
    else:
        assert found == (bounds(one)[0], bounds(other)[1])
