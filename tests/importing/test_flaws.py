"""Every flaw is told with file, line, record, field and reason, in both forms, and nothing is changed silently."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dataset import references
from dataset.canonical import Body, canonical, encode, prune
from dataset.importing import linking
from dataset.importing.checking import Found, refer
from dataset.importing.run import Options, load
from dataset.problems import Problem
from dataset.references import links
from tests.conftest import NewDatabase
from tests.importing.support import (
    SMALL,
    changed,
    newest,
    places,
    problems_of,
    rehearse,
    without,
    write_lines,
    write_sheets,
)
from tests.synthetic import Maker

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

CLAIM = "gazette-1.c1"


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    """An empty database."""
    return new_database("sqlite")


def told(problems: Sequence[Problem], record: str) -> list[tuple[str | None, str, str | None]]:
    """Field, message and find of what is told of a record."""
    return [(one.field, one.message, one.found) for one in problems if one.record == record]


@pytest.mark.parametrize(
    ("members", "told_of"),
    [
        ({"statement": None}, ("statement", "missing", "nothing")),
        ({"modality": "claimed"}, ("modality", "not allowed here", "'claimed'")),
        ({"time": "2031-02-30"}, ("time", "there is no day 30 in 2031-02", "'2031-02-30'")),
        ({"time": "14 July 2031"}, ("time", "not a date of the subset", "'14 July 2031'")),
        ({"claimant": "eve"}, ("claimant", "there is no such record among the actors", "'eve'")),
        ({"claimant": None}, ("claimant", "not allowed here", "none, though its basis is 'stated'")),
        ({"source": "gazette-2"}, ("source", "there is no such record among the sources", "'gazette-2'")),
        ({"renders": "gazette-1.c9"}, ("renders", "there is no such record among the claims", "'gazette-1.c9'")),
        ({"statement": " padded"}, ("statement", "not allowed here", "' padded'")),
    ],
)
@pytest.mark.parametrize("write", [write_lines, write_sheets])
def test_flaw_in_a_field(write: Any, url: str, tmp_path: Path, members: Body, told_of: tuple[str, str, str]) -> None:
    """A bad field is told at its line, whichever form holds it."""
    field = told_of[0]
    path = write(tmp_path / "bad", changed(SMALL, "claims", CLAIM, **members))
    outcome, problems = rehearse(path, url)
    assert outcome.result == "rejected"
    assert told_of in told(problems, CLAIM)
    place = next(one for one in problems if one.field == field)
    assert (Path(str(place.file)).stem, place.line) == ("claims", 1 if write is write_lines else 2)


@pytest.mark.parametrize(
    ("record", "members", "place"),
    [
        (("claims", CLAIM), {"topics": ["trade", "fish"]}, (("claims_topics.csv", 3, "topic"), "topics.1")),
        (("claims", CLAIM), {"via": [{"actor": "ada", "role": "Relay"}]},
         (("claims_via.csv", 2, "role"), "via.0.role")),
        (("actors", "bob"), {"roles": [{"title": "Mayor", "time": "2031-99"}]},
         (("actors_roles.csv", 2, "time"), "roles.0.time")),
        (("claims", CLAIM), {"answers": [{"question": "ships", "position": "none"}]},
         (("claims_answers.csv", 2, "answers_position"), "answers.0.position")),
        (("claims", CLAIM), {"quantity": {"value": 1, "qualifier": "over", "unit": "Items"}},
         (("claims.csv", 2, "quantity_unit"), "quantity.unit")),
    ],
)  # fmt: skip
def test_flaw_in_a_part(
    url: str, tmp_path: Path, record: tuple[str, str], members: Body, place: tuple[tuple[str, int, str], str]
) -> None:
    """A bad item is told at the row of its own table, and its record at its row; in JSON by its path."""
    type, id = record
    (table, line, column), field = place
    bad = changed(SMALL, type, id, **members)
    _, problems = rehearse(write_sheets(tmp_path / "s", bad), url)
    assert (table, line, id, column) in places(problems)
    assert any(Path(str(one.file)).name == f"{type}.csv" for one in problems if one.record == id)
    _, problems = rehearse(write_lines(tmp_path / "l", bad), url)
    assert (id, field) in {(one.record, one.field) for one in problems}


def test_duplicates_name_both_places(url: str, tmp_path: Path) -> None:
    """The second of two rows with one id is told, with the place of the first."""
    twice = [*SMALL, ("actors", {"id": "ada", "name": "Another Ada"})]
    path = write_lines(tmp_path / "twice", twice)
    _, problems = rehearse(path, url)
    (problem,) = problems
    assert (problem.line, problem.record, problem.field) == (3, "ada", "id")
    assert problem.found == f"the other at {path / 'actors.jsonl'}:1"
    assert load(path, url, Options(keep_going=True)).result == "loaded"
    assert json.loads(newest(url)["actors"]["ada"])["name"] == "Ada"


@pytest.mark.parametrize("write", [write_lines, write_sheets])
def test_what_refers_to_a_rejected_row(write: Any, url: str, tmp_path: Path) -> None:
    """A rejected actor takes along what refers to it, and what refers to that, across types and within one."""
    records = [
        *changed(SMALL, "actors", "ada", country="Utopia"),
        ("claims", {**SMALL[-1][1], "id": "gazette-1.c2", "claimant": None, "claimant_basis": "author",
                    "renders": CLAIM}),
        ("claims", {**SMALL[-1][1], "id": "gazette-1.c3", "claimant": None, "claimant_basis": "author",
                    "renders": "gazette-1.c2"}),
    ]  # fmt: skip
    outcome, problems = rehearse(write(tmp_path / "bad", records), url)
    assert ("country", "not allowed here", "'Utopia'") in told(problems, "ada")
    assert {one.record for one in problems} == {
        "ada",
        "bob",
        "gazette-1",
        "gazette-1.q1",
        CLAIM,
        "gazette-1.c2",
        "gazette-1.c3",
    }
    assert ("renders", "refers to a rejected row of claims", "'gazette-1.c2'") in told(problems, "gazette-1.c3")
    assert ("claimant", "refers to a rejected row of actors", "'ada'") in told(problems, CLAIM)
    assert outcome.rejected["claims"] == 3


def test_rules_between_records(url: str, tmp_path: Path) -> None:
    """What only two records together show: anchors, positions, continued quotes, stretches, rings."""
    text = {"file": "g.txt", "sha256": "0" * 64, "characters": 100}
    anchor = {"start": 95, "end": 105, "sha256": "1" * 64}
    records: list[tuple[str, Body]] = [
        *without(changed(SMALL, "sources", "gazette-1", text=text), "topics", "trade"),
        ("topics", {"id": "trade", "label": "Trade", "broader": "trade-small"}),
        ("topics", {"id": "nets", "label": "Nets", "broader": "trade"}),
        ("claims", {**SMALL[-1][1], "id": "gazette-1.c2", "topics": None, "anchor": anchor}),
        ("claims", {**SMALL[-1][1], "id": "gazette-9.c1", "topics": None}),
        ("sources", {"id": "gazette-2", "text": {"part_of": "gazette-1", "start": 50, "end": 101}}),
        ("quotes", {"id": "gazette-2.q1", "source": "gazette-2", "text": "No", "speaker_basis": "unknown",
                    "continues": "gazette-1.q1"}),
    ]  # fmt: skip
    _, problems = rehearse(write_lines(tmp_path / "bad", records), url)
    messages = {(one.record, one.field): one.message for one in problems}
    assert messages["trade", "broader"] == "broader leads back to where it started"
    assert messages["trade-small", "broader"] == "refers to a rejected row of topics"
    assert messages["nets", "broader"] == "refers to a rejected row of topics"
    assert messages["gazette-1.c2", "anchor"] == "the anchor lies outside its source's text"
    assert messages["gazette-9.c1", "id"] == "the id does not hang under its source"
    assert messages["gazette-2", "text_end"] == "the stretch ends behind the file"
    assert messages["gazette-2.q1", "source"] == "refers to a rejected row of sources"
    assert any(one.found == "trade → trade-small → trade" for one in problems)


def test_rings_are_told_once(url: str, tmp_path: Path) -> None:
    """Rings of one, two and many; a row that leads into one is rejected, one that does not is not."""
    chain = [f"t{number}" for number in range(40)]
    topics: list[tuple[str, Body]] = [
        ("topics", {"id": id, "label": id, "broader": following})
        for id, following in [
            *zip(chain, [*chain[1:], "t0"], strict=True),
            ("own", "own"),
            ("into", "t7"),
            ("a", "b"),
            ("b", "a"),
            ("free", "end"),
            ("end", None),
        ]
    ]
    path = write_lines(tmp_path / "rings", [SMALL[0], *topics])
    outcome, problems = rehearse(path, url)
    rings = {one.record: one.found for one in problems if "leads back" in one.message}
    assert rings.keys() == {"own", "a", "t0"}
    assert rings["a"] == "a → b → a"
    assert outcome.rejected == {"topics": 44}
    load(path, url, Options(keep_going=True))
    assert set(newest(url)["topics"]) == {"free", "end"}


def test_derived_fields_must_agree(url: str, tmp_path: Path) -> None:
    """The bounds of a date may come back from a download, not be made up."""
    good = changed(SMALL, "events", "feast", date_earliest="2031-07-14", date_latest="2031-07-14")
    assert rehearse(write_lines(tmp_path / "good", good), url)[0].result == "rehearsed"
    bad = changed(SMALL, "events", "feast", date_earliest="2031-07-13")
    _, problems = rehearse(write_sheets(tmp_path / "bad", bad), url)
    assert ("date_earliest", "is derived, never typed", "'2031-07-13'") in told(problems, "feast")


@pytest.mark.parametrize("null", [None, [], {}])
def test_absent_and_null_are_the_same(url: str, tmp_path: Path, null: object) -> None:
    """Null, an empty list and an absent member are one record; an empty name is none of them."""
    records = changed(SMALL, "claims", CLAIM, anchor=None, via=null if null != {} else None, hedge=None)
    outcome, _ = rehearse(write_lines(tmp_path / "null", records), url)
    assert outcome.result == "rehearsed"
    _, problems = rehearse(write_lines(tmp_path / "empty", changed(SMALL, "actors", "ada", name="")), url)
    assert told(problems, "ada") == [("name", "not allowed here", "''")]


def test_dataset_is_described_once(url: str, tmp_path: Path) -> None:
    """Without a sound description nothing can be loaded, whatever was asked for."""
    for name, records in {
        "none": SMALL[1:],
        "two": [SMALL[0], ("dataset", {"id": "other", "title": "Other"}), *SMALL[1:]],
        "bad": [("dataset", {"id": "harbour-talks"}), *SMALL[1:]],
    }.items():
        outcome = load(write_lines(tmp_path / name, records), url, Options(keep_going=True))
        assert outcome.result == "rejected"
        assert any("describe" in one.message for one in problems_of(outcome)), name


def test_report(url: str, tmp_path: Path) -> None:
    """Every mistake goes into the report, the first ones onto the screen; a sound package leaves none behind."""
    many = [*SMALL, *(("topics", {"id": f"t{number}"}) for number in range(300))]
    path = write_lines(tmp_path / "many", many)
    outcome = load(path, url, Options())
    assert outcome.report == tmp_path / "many.rejected.jsonl"
    assert (outcome.problems, len(outcome.first), len(problems_of(outcome))) == (300, 20, 300)
    write_lines(path, [])
    (path / "topics.jsonl").unlink()
    load(write_lines(path, [one for one in SMALL if one[0] == "topics"]), url, Options())
    assert not (tmp_path / "many.rejected.jsonl").exists()
    assert not list(tmp_path.glob(".*"))


def test_report_is_safe_in_a_spreadsheet(url: str, tmp_path: Path) -> None:
    """What a hostile file says does not become a formula in the report."""
    path = write_lines(tmp_path / "bad", [*SMALL, ("topics", {"id": "=1+1", "label": "x", "=cmd": 1})])
    load(path, url, Options(report=tmp_path / "told.csv"))
    with (tmp_path / "told.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["record"] for row in rows} == {"'=1+1"}
    assert {row["field"] for row in rows} == {"id", "'=cmd"}


def test_order_of_reading() -> None:
    """What is referred to is read before, and the chains and rules that loading relies on are those of the dataset."""
    seen: set[str] = set()
    for type in linking.READ_ORDER:
        assert {to for _, to in references.REFERENCES[type]} - {type} <= seen
        seen.add(type)
    assert linking.READ_ORDER[0] == "dataset"


def test_bytes_are_the_canonical_ones() -> None:
    """The fast ways are the slow ones: bytes of a body, and what it refers to."""
    for type, body in Maker(seed=11, claims=300).records():
        sound = prune(body)
        assert encode(sound) == canonical(body)
        found = Found(dict)
        inner = refer(type, sound, found)
        led: dict[str, list[str]] = {}
        for link in links(type, sound):
            led.setdefault(link.to, []).append(link.id)
        assert inner == bool(led.pop(type, []))
        assert {to: list(ids) for to, ids in found.items()} == {to: list(dict.fromkeys(ids)) for to, ids in led.items()}
    for number in (1e-7, 1.5e-5, 0.0001, 123456789.125, 2.0**53 - 1, 2.0**52 - 0.5, 5.0, -0.25, 12e-5, 5e-324):
        assert encode({"value": number}) == canonical({"value": number})
    for text in ("\x7f\u2028é𝔐", '"\\/\b\f\n\r\t', "\x01", "1e-5", "5.0,"):
        assert encode({"text": text}) == canonical({"text": text})
