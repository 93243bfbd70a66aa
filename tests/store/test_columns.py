"""From bodies to rows, on bodies written by hand."""

from __future__ import annotations

import pytest

from dataset.canonical import Body
from dataset.schemas import TYPES
from dataset.state import order_key
from dataset.store.columns import link_reader, member_columns, record_reader
from dataset.store.derived import anchor_sort, quantity_high, quantity_low
from dataset.store.tables import LINKS, RECORDS
from tests.synthetic import Maker

CLAIM: Body = {
    "id": "pier-news-1.c2",
    "source": "pier-news-1",
    "anchor": {"start": 12, "end": 140, "sha256": "0" * 64},
    "statement": "More than forty boats started.",
    "claimant": "ada",
    "claimant_basis": "stated",
    "via": [{"actor": "bob", "role": "relay"}, {"actor": "cy", "role": "evidence"}],
    "modality": "asserted",
    "hedge": "it is said",
    "quantity": {"value": 40, "qualifier": "over", "unit": "boats"},
    "time": "2031-07",
    "time_basis": "inferred",
    "time_earliest": "2031-07-01",
    "time_latest": "2031-07-31",
    "events": ["heat-1", "heat-2"],
    "answers": [{"question": "how-many", "position": "over_40"}],
}


def columns(record_type: str, body: Body) -> dict[str, object]:
    names = [column.name for column in member_columns(RECORDS[record_type])]
    return dict(zip(names, record_reader(record_type)(body), strict=True))


def links(record_type: str, body: Body) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: [row[1:] for row in link_reader(table)(body, 1)] for table in LINKS[record_type]}


def test_columns_of_a_claim() -> None:
    found = columns("claims", CLAIM)
    assert {name: value for name, value in found.items() if value is not None} == {
        "sort": "pier-news-1 B12 C140 pier-news-1.c2",
        "source": "pier-news-1",
        "anchor_start": 12,
        "anchor_end": 140,
        "claimant": "ada",
        "claimant_basis": "stated",
        "modality": "asserted",
        "hedge": "it is said",
        "quantity_qualifier": "over",
        "quantity_unit": "boats",
        "quantity_low": 40,
        "time": "2031-07",
        "time_basis": "inferred",
        "time_earliest": "2031-07-01",
        "time_latest": "2031-07-31",
    }


def test_links_of_a_claim() -> None:
    found = links("claims", CLAIM)
    assert {name: rows for name, rows in found.items() if rows} == {
        "claims_via": [(0, "bob", "relay"), (1, "cy", "evidence")],
        "claims_events": [(0, "heat-1"), (1, "heat-2")],
        "claims_answers": [(0, "how-many", "over_40")],
    }


def test_links_of_zones_are_read_from_inside_the_text() -> None:
    zones = [{"kind": "title", "start": 0, "end": 9}, {"kind": "body", "start": 9, "end": 90}]
    found = links("sources", {"id": "pier-news-1", "text": {"zones": zones}})
    assert found["sources_zones"] == [(0, "title", 0, 9), (1, "body", 9, 90)]
    assert links("sources", {"id": "pier-news-2"})["sources_zones"] == []


def test_a_role_without_organisation_has_no_row_and_the_next_keeps_its_position() -> None:
    body = {"id": "ada", "roles": [{"title": "Judge"}, {"title": "Commodore", "organisation": "club"}]}
    assert links("actors", body)["actors_roles"] == [(1, "club")]


@pytest.mark.parametrize(
    ("quantity", "low", "high"),
    [
        (None, None, None),
        ({"qualifier": "exact", "value": 7}, 7, 7),
        ({"qualifier": "about", "value": 7}, 7, 7),
        ({"qualifier": "order_of", "value": 1000}, 1000, 1000),
        ({"qualifier": "over", "value": 7}, 7, None),
        ({"qualifier": "at_least", "value": 7.5}, 7.5, None),
        ({"qualifier": "under", "value": 7}, None, 7),
        ({"qualifier": "at_most", "value": 0}, None, 0),
        ({"qualifier": "between", "min": 2, "max": 4}, 2, 4),
        ({"qualifier": "about", "min": 2, "max": 4}, 2, 4),
        ({"qualifier": "at_least", "min": 2}, 2, None),
    ],
)
def test_bounds_of_a_quantity(quantity: Body | None, low: float | None, high: float | None) -> None:
    body: Body = {"quantity": quantity} if quantity else {}
    assert (quantity_low(body), quantity_high(body)) == (low, high)


def test_the_sort_column_follows_the_default_order() -> None:
    """Source by code point, offsets as numbers, no anchor last, then id by code point."""
    bodies: list[Body] = []
    for source in ("a", "a-b", "a0", "ab", "b"):
        for number, stretch in enumerate([None, (0, 5), (5, 9), (5, 10), (10, 12), (99, 1000), (2**53 - 2, 2**53 - 1)]):
            for end in ("", "0"):
                body: Body = {"id": f"{source}.c{number + 1}{end}", "source": source}
                if stretch:
                    body["anchor"] = {"start": stretch[0], "end": stretch[1]}
                bodies.append(body)
    assert sorted(bodies, key=anchor_sort) == sorted(bodies, key=order_key)


def test_made_up_records_are_valid() -> None:
    """What most tests and the benchmarks run on would pass the door."""
    seen = set()
    for record_type, body in Maker(seed=7, claims=60).records():
        loaded = TYPES[record_type]().load(body)
        assert loaded["id"] == body["id"]
        seen.add(record_type)
    assert seen == set(TYPES)
