"""Records as rows and back: nothing is lost on the way, not through the text of a CSV, not by the column either."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataset.canonical import Body
from dataset.exports import arrow
from dataset.exports.cells import decimal, guard, read_cell, unguard, write_cell
from dataset.exports.flat import flatten, unflatten
from dataset.exports.layout import POSITION, layout, layouts
from dataset.schemas import TYPES
from dataset.schemas.fields import Pattern
from tests.exports.support import AWKWARD, all_columns, any_bodies, bodies_from_csv, lines_of

PLENTY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(type: str, bodies: list[Body]) -> dict[str, bytes]:
    """The CSVs of bodies, written record by record with the standard library."""
    found = layout(type)
    tables = {type: io.StringIO(newline="")} | {link.name: io.StringIO(newline="") for link in found.links}
    writers = {name: csv.writer(stream, lineterminator="\r\n") for name, stream in tables.items()}
    writers[type].writerow(found.header)
    for link in found.links:
        writers[link.name].writerow(link.header)
    for body in bodies:
        flat = flatten(type, body)
        writers[type].writerow([write_cell(value) for value in flat.row.values()])
        for name, rows in flat.links.items():
            writers[name].writerows([[write_cell(value) for value in row.values()] for row in rows])
    return {name: stream.getvalue().encode() for name, stream in tables.items()}


def written_by_arrow(type: str, bodies: list[Body]) -> dict[str, bytes]:
    """The same by the column."""
    found = layout(type)
    table = arrow.read_lines(type, lines_of(bodies))
    tables = {type: arrow.csv_header(found.header) + bytes(arrow.record_csv(type, table))}
    for link in found.links:
        tables[link.name] = arrow.csv_header(link.header) + bytes(arrow.link_csv(link, table))
    return tables


@pytest.mark.slow
@pytest.mark.parametrize("type", TYPES)
@PLENTY
@given(data=st.data())
def test_rows_give_the_body_back(type: str, data: st.DataObject) -> None:
    """For any body of any type: flattened and unflattened it is the same, as values and as the cells of a CSV."""
    bodies = data.draw(any_bodies(type))
    for body in bodies:
        flat = flatten(type, body)
        assert unflatten(type, flat.row, flat.links) == body
    tables = written(type, bodies)
    assert bodies_from_csv(type, tables) == bodies
    assert written_by_arrow(type, bodies) == tables


@pytest.mark.slow
@pytest.mark.parametrize("type", TYPES)
@PLENTY
@given(data=st.data())
def test_parquet_rows_are_the_same(type: str, data: st.DataObject) -> None:
    """The columns of the Parquet file hold the same values: days as days, lists as lists."""
    bodies = data.draw(any_bodies(type))
    table = arrow.flat_table(type, arrow.read_lines(type, lines_of(bodies)))
    found = layout(type)
    for body, row in zip(bodies, table.to_pylist(), strict=True):
        flat = flatten(type, body)
        assert {name: plain(value) for name, value in row.items() if name in flat.row} == flat.row
        for link in found.links:
            items: Any = body
            for name in link.path:
                items = (items or {}).get(name)
            assert plain(row["_".join(link.path)]) == items


def plain(value: Any) -> Any:
    """A value of Arrow as it stands in a body."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if member is not None}
    return value.isoformat() if hasattr(value, "isoformat") else value


@given(st.text() | st.sampled_from(AWKWARD) | st.from_regex(r"\A'{0,3}[=+@\t\r\n＝＋－＠-].{0,3}\Z"))
def test_guard_is_undone(text: str) -> None:
    """A guarded text is given back, and none begins like a formula."""
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("-", "'-"),
        ("'tis", "'tis"),
        ("'", "'"),
        ("a=1", "a=1"),
    ],
)
def test_guard_is_one_apostrophe(text: str, cell: str) -> None:
    """What gets an apostrophe, and what does not."""
    assert guard(text) == cell


@given(st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15, allow_nan=False))
def test_numbers_are_decimals(number: float) -> None:
    """A number is digits with a point perhaps, and the same number when it is read again."""
    cell = decimal(number)
    assert set(cell) <= set("-.0123456789")
    assert read_cell("number", cell) == number


def test_cells_that_are_no_values_stay_text() -> None:
    """What is not of its kind is left to the schema, which refuses it with a message."""
    assert read_cell("number", "1e5") == "1e5"
    assert read_cell("integer", "many") == "many"
    assert read_cell("boolean", "yes") == "yes"
    assert read_cell("number", "1" * 5000) == float("inf")
    assert read_cell("text", "") is None


@pytest.mark.parametrize(
    "pattern", sorted({c.field.pattern.pattern for _, c in all_columns() if isinstance(c.field, Pattern)})
)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_patterns_need_no_guard(pattern: str, data: st.DataObject) -> None:
    """A column whose values follow a pattern needs no apostrophe and no quotes, which is why none is looked for."""
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assert guard(text) == text
    assert not set(text) & set('",\r\n')


def test_positions_are_whole_numbers() -> None:
    """Rows of a link table come in the order of their positions; one without, or two alike, are refused."""
    rows: list[dict[str, Any]] = [{POSITION: 7, "topic": "b"}, {POSITION: 2, "topic": "a"}]
    assert unflatten("claims", {"id": "x"}, {"claims_topics": rows}) == {"id": "x", "topics": ["a", "b"]}
    for wrong in ([{"topic": "a"}], [{POSITION: "one", "topic": "a"}], [rows[0], rows[0]]):
        with pytest.raises(ValueError, match="claims_topics: found position"):
            unflatten("claims", {"id": "x"}, {"claims_topics": wrong})


def test_names_follow_the_rule() -> None:
    """Parts flatten by underscore, lists become tables; a member whose name is taken bears that of its list."""
    tables = {link.name: link.header for one in layouts() for link in one.links}
    assert "anchor_start" in layout("claims").header
    assert tables["claims_topics"] == ("claim", "position", "topic")
    assert tables["claims_answers"] == ("claim", "position", "question", "answers_position")
    assert tables["sources_derived_from"] == ("source", "position", "derived_from_source", "relation")
    assert tables["dataset_keywords"] == ("dataset", "position", "value")


def test_a_long_record() -> None:
    """One record of more than the megabyte that Arrow parses at a time by itself is read like any other."""
    body: Body = {"id": "long", "label": "x" * (3 << 20)}
    short: Body = {"id": "short", "label": "y"}
    table = arrow.read_lines("topics", lines_of([short, body, short]))
    assert table.column("label").to_pylist() == ["y", body["label"], "y"]
