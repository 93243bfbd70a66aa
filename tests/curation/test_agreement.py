"""`onrecord agreement`: two curators on one made-up text, with every figure worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.review.agreement import compare, kappa
from tests.curation.conftest import Desk

TEXT = "Ada said “the boats are late” and counted four of them. Cem denied it on Monday, “firmly”. Rain fell."
ACTORS = [{"id": "ada", "name": "Ada Bo"}, {"id": "cem", "name": "Cem Dy"}]


def curator(folder: Path, quotes: list[tuple[str, dict[str, Any]]], claims: list[tuple[str, dict[str, Any]]]) -> Desk:
    folder.mkdir()
    desk = Desk(folder)
    desk.text("boats.txt", TEXT)
    desk.write("actors.yaml", ACTORS)
    desk.source("boats", "boats.txt", quotes=quotes, claims=claims)
    return desk


def said(speaker: str, **more: Any) -> dict[str, Any]:
    return {"kind": "direct", "speaker": speaker, "speaker_basis": "stated", **more}


def held(claimant: str, modality: str, statement: str, **more: Any) -> dict[str, Any]:
    return {"statement": statement, "claimant": claimant, "claimant_basis": "stated", "modality": modality, **more}


@pytest.fixture
def two(tmp_path: Path) -> tuple[Desk, Desk]:
    four = {"quantity": {"value": "4", "qualifier": "exact", "unit": "items", "of": "boats"}}
    about_four = {"quantity": {"value": "4", "qualifier": "about", "unit": "items", "of": "late boats"}}
    a = curator(
        tmp_path / "a",
        [("the boats are late", said("ada")), ("firmly", said("cem", kind="partial"))],
        [
            ("Ada said “the boats are late”", held("ada", "asserted", "The boats are late.", quotes=["boats.q1"])),
            ("counted four of them", held("ada", "asserted", "There are four boats.", **four)),
            ("Cem denied it on Monday", held("cem", "denied", "The boats are not late.", time="2024-06-17")),
            ("Rain fell", {"statement": "It rained.", "claimant_basis": "author", "modality": "asserted"}),
        ],
    )
    b = curator(
        tmp_path / "b",
        [("firmly", said("cem", kind="scare")), ("the boats are late", said("ada"))],
        [
            ("said “the boats are late”", held("ada", "opinion", "The boats come late.", quotes=["boats.q2"])),
            ("counted four of them", held("ada", "asserted", "Four boats there are.", **about_four)),
            ("Cem denied it on Monday", held("cem", "denied", "The boats are on time.", time="2024-06")),
        ],
    )
    return a, b


def test_the_figures(two: tuple[Desk, Desk]) -> None:
    a, b = two
    answer = json.loads(a.run("agreement", str(a.records), str(b.records), "--json").stdout)
    types = {type["type"]: type for type in answer["types"]}
    fields = {name: {field["field"]: field for field in type["fields"]} for name, type in types.items()}
    assert (types["quotes"]["matched"], types["quotes"]["f1"], types["quotes"]["same_stretch"]) == (2, 1.0, 2)
    assert (types["claims"]["matched"], types["claims"]["same_stretch"]) == (3, 2)
    assert types["claims"]["f1"] == pytest.approx(6 / 7)
    assert fields["quotes"]["kind"]["agreement"] == 0.5
    assert fields["quotes"]["speaker"]["kappa"] == 1.0
    assert fields["claims"]["modality"]["agreement"] == pytest.approx(2 / 3)
    # by chance: asserted 2/3 · 1/3, denied 1/3 · 1/3, opinion 0 · 1/3
    assert fields["claims"]["modality"]["kappa"] == pytest.approx((2 / 3 - 1 / 3) / (1 - 1 / 3))
    assert (fields["claims"]["quantity"]["pairs"], fields["claims"]["quantity"]["agreement"]) == (1, 0.0)
    assert fields["claims"]["quantity.unit"]["agreement"] == 1.0
    assert fields["claims"]["time"]["agreement"] == 0.0
    # each numbered the quotes in an order of their own: it is the same quote
    assert fields["claims"]["quotes"]["agreement"] == 1.0
    assert {"type": "claims", "a": "boats.c4"} in answer["differences"]
    assert {"quotes", "claims"} <= {difference["type"] for difference in answer["differences"]}


def test_the_table_and_the_differences(two: tuple[Desk, Desk]) -> None:
    a, b = two
    result = a.run("agreement", str(a.records), str(b.records))
    assert result.exit_code == 0
    assert "6 differences; --differences lists them" in result.output, result.output
    listed = a.run("agreement", str(a.records), str(b.records), "--differences").output
    assert "quotes: boats.q2 | boats.q1: kind: partial | scare" in listed
    assert "claims: boats.c1 | boats.c1: modality: asserted | opinion" in listed
    assert "claims: boats.c3 | boats.c3: time: 2024-06-17 | 2024-06" in listed
    assert "claims: only A: boats.c4 91:100: It rained." in listed


def test_a_folder_agrees_with_itself(two: tuple[Desk, Desk]) -> None:
    a, _ = two
    answer = json.loads(a.run("agreement", str(a.records), str(a.records), "--json").stdout)
    assert answer["differences"] == []
    assert {type["f1"] for type in answer["types"]} == {1.0}
    assert {field["agreement"] for type in answer["types"] for field in type["fields"]} == {1.0}


def test_a_stricter_overlap_matches_less(two: tuple[Desk, Desk]) -> None:
    a, b = two
    answer = json.loads(a.run("agreement", str(a.records), str(b.records), "--overlap", "1", "--json").stdout)
    assert next(type["matched"] for type in answer["types"] if type["type"] == "claims") == 2
    assert a.run("agreement", str(a.records), str(b.records), "--overlap", "0").exit_code == 2
    assert a.run("agreement", str(a.records), "nowhere").exit_code == 2


def test_unsound_records_are_left_out_and_named(two: tuple[Desk, Desk]) -> None:
    a, b = two
    path = b.records / "sources" / "boats.yaml"
    path.write_text(path.read_text().replace("modality: denied", "modality: refused"))
    assert "left out of B for their own mistakes: boats.c3" in a.run("agreement", str(a.records), str(b.records)).output


def test_records_known_by_name_where_ids_differ() -> None:
    def side(id: str, speaker: str) -> dict[str, dict[str, dict[str, Any]]]:
        anchor = {"start": 0, "end": 4, "sha256": "0" * 64}
        quote = {"id": id, "source": "s", "text": "text", "anchor": anchor, "speaker": speaker}
        return {"quotes": {id: quote}, "actors": {speaker: {"id": speaker, "name": "Ada Bo"}}}

    found = compare(side("s.q1", "ada"), side("s.q9", "ada-bo"))
    assert [(type.type, type.matched) for type in found.types] == [("quotes", 1), ("actors", 1)]
    assert found.differences == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_has_its_bounds(pairs: list[tuple[str, str]]) -> None:
    value = kappa(pairs)
    if value is not None:
        assert -1 <= value <= 1
        assert (value == 1) == all(one == other for one, other in pairs)
    assert kappa([]) is None
