"""What a record may hold: every rule of a schema with a record that keeps it and one that breaks it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from dataset.canonical import canonical, digest, parse
from dataset.records import flatten
from dataset.schemas import TYPES, walk
from dataset.schemas.fields import Code, Edtf, Items, Part

WORDS = "We shall “see”"
SOUND: dict[str, dict[str, Any]] = {
    "dataset": {"id": "harbour-talks", "title": "The harbour talks", "creators": [{"name": "Archive"}]},
    "sources": {
        "id": "gazette-1",
        "authors": ["ada", "bob"],
        "published": "2021-05-04",
        "text": {
            "file": "gazette.txt",
            "sha256": "0" * 64,
            "characters": "90",
            "zones": [{"kind": "title", "start": 0, "end": 10}, {"kind": "body", "start": 10, "end": 90}],
        },
    },
    "quotes": {
        "id": "gazette-1.q1",
        "source": "gazette-1",
        "text": WORDS,
        "anchor": {"start": 12, "end": 12 + len(WORDS), "sha256": digest(WORDS.encode()), "prefix": " ", "suffix": "”"},
        "speaker": "ada",
        "speaker_basis": "stated",
    },
    "claims": {
        "id": "gazette-1.c1",
        "source": "gazette-1",
        "anchor": {"start": 10, "end": 40, "sha256": "1" * 64},
        "statement": "The harbour holds over 40 ships.",
        "claimant": "ada",
        "claimant_basis": "stated",
        "modality": "asserted",
        "quantity": {"value": "40", "qualifier": "over", "unit": "items"},
        "time": "2021-05~",
        "answers": [{"question": "ships", "position": "over_40"}],
    },
    "events": {"id": "talks", "title": "Talks", "participants": [{"actor": "ada", "role": "host"}], "date": "2021"},
    "actors": {"id": "ada", "name": "Ada", "named": "true", "roles": [{"title": "Mayor", "time": "2020/.."}]},
    "places": {"id": "harbour", "name": "Harbour", "latitude": "54.5", "longitude": "-3"},
    "topics": {"id": "trade", "label": "Trade"},
    "questions": {
        "id": "ships",
        "question": "How many ships?",
        "positions": [{"key": "over_40", "label": "Over 40"}, {"key": "forty", "label": "40"}],
    },
}


def load(type: str, **changes: Any) -> dict[str, Any]:
    """The sound record of a type with some members replaced; a dot leads into a part."""
    body = copy.deepcopy(SOUND[type])
    for name, value in changes.items():
        *path, last = name.split("__")
        target: Any = body
        for step in path:
            target = target[int(step) if step.isdigit() else step]
        target[int(last) if last.isdigit() else last] = value
    loaded: dict[str, Any] = TYPES[type]().load(body)
    return loaded


def mistakes(type: str, **changes: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        load(type, **changes)
    return {".".join(map(str, path)): message for path, message in flatten(caught.value.messages)}


@pytest.mark.parametrize("type", TYPES)
def test_a_sound_record_loads_and_loads_again_from_its_own_bytes(type: str) -> None:
    body = load(type)
    assert TYPES[type]().load(parse(canonical(body))) == body


def test_bounds_are_derived_beside_every_date() -> None:
    claim = load("claims")
    assert (claim["time_earliest"], claim["time_latest"]) == ("2021-05-01", "2021-05-31")
    role = load("actors")["roles"][0]
    assert role["time_earliest"] == "2020-01-01"
    assert "time_latest" not in role


def test_derived_fields_are_never_typed_but_may_come_back_as_they_left() -> None:
    assert load("claims", time_earliest="2021-05-01") == load("claims")
    assert "derived" in mistakes("claims", time_earliest="2021-05-02")["time_earliest"]


def test_absent_null_and_empty_list_are_the_same_record() -> None:
    assert canonical(load("claims", hedge=None, topics=[], via=None)) == canonical(load("claims"))


def test_numbers_are_numbers_however_they_were_written() -> None:
    for text in ("40", 40, 40.0, "40.0"):
        assert load("claims", quantity__value=text)["quantity"]["value"] == 40


@pytest.mark.parametrize(
    ("type", "changes", "field", "words"),
    [
        ("claims", {"id": "Gazette.c1"}, "id", "allowed: the source's id"),
        ("claims", {"id": "gazette-1.c01"}, "id", "found"),
        ("claims", {"id": "x" * 81 + ".c1"}, "id", "at most 80"),
        ("claims", {"statement": ""}, "statement", "not empty"),
        ("claims", {"statement": " two "}, "statement", "white space"),
        ("claims", {"statement": "a\x00b"}, "statement", "U+0000"),
        ("claims", {"statement": "a\ud800b"}, "statement", "U+D800"),
        ("claims", {"statement": 12}, "statement", "found 12"),
        ("claims", {"statement": None}, "statement", "required"),
        ("claims", {"modality": "assert"}, "modality", "did you mean 'asserted'"),
        ("claims", {"claimants": "ada"}, "claimants", "did you mean 'claimant'"),
        ("claims", {"claimant": None}, "claimant", "basis is 'stated'"),
        ("claims", {"claimant_basis": "unknown"}, "claimant_basis", "beside a claimant"),
        ("claims", {"claimant_basis": "author", "author_stance": "rejects"}, "author_stance", "own voice"),
        ("claims", {"time": "2021-13"}, "time", "no month 13"),
        ("claims", {"quantity__value": "3,000"}, "quantity.value", "without separators"),
        ("claims", {"quantity__value": True}, "quantity.value", "decimal number"),
        ("claims", {"quantity__value": "1e400"}, "quantity.value", "decimal number"),
        ("claims", {"quantity__value": None}, "quantity.value", "neither"),
        ("claims", {"quantity__min": 3}, "quantity.value", "both"),
        ("claims", {"quantity": {"min": 4, "max": 3, "qualifier": "between", "unit": "x"}}, "quantity.max", "below"),
        ("claims", {"quantity": {"min": 4, "qualifier": "between", "unit": "x"}}, "quantity.qualifier", "both bounds"),
        ("claims", {"quantity": "40"}, "quantity", "a mapping"),
        ("claims", {"topics": "trade"}, "topics", "a list"),
        ("claims", {"topics": ["trade", "trade"]}, "topics.1", "a second time"),
        ("claims", {"anchor__end": 10}, "anchor.end", "behind the start"),
        ("claims", {"anchor__start": -1}, "anchor.start", "from 0"),
        ("claims", {"anchor__sha256": "AB"}, "anchor.sha256", "64"),
        ("claims", {"answers": [{"question": "q", "position": "a"}] * 2}, "answers.1", "second time"),
        (
            "claims",
            {"answers": [{"question": "q", "position": "a"}, {"question": "q", "position": "b"}]},
            "answers.1.question",
            "one for each",
        ),
        ("quotes", {"text": WORDS + "!"}, "anchor.end", "as long as the text"),
        ("quotes", {"anchor__sha256": "2" * 64}, "anchor.sha256", "not the SHA-256"),
        ("quotes", {"anchor__prefix": "x" * 33}, "anchor.prefix", "at most 32"),
        ("quotes", {"speaker": None}, "speaker", "basis is 'stated'"),
        ("sources", {"url": "javascript:alert(1)"}, "url", "http or https"),
        ("sources", {"url": "https://"}, "url", "http or https"),
        ("sources", {"language": "English"}, "language", "BCP 47"),
        ("sources", {"text__file": "../x.txt"}, "text.file", "plain file name"),
        ("sources", {"text__part_of": "gazette-2"}, "text", "part_of, start and end"),
        ("sources", {"text__zones__1__start": 11}, "text.zones.1.start", "from 10 on"),
        ("sources", {"text__zones__1__end": 89}, "text.zones.1.end", "90"),
        ("places", {"longitude": None}, "longitude", "one coordinate"),
        ("places", {"latitude": "91"}, "latitude", "from -90 to 90"),
        ("actors", {"named": "yes"}, "named", "true or false"),
        ("actors", {"country": "kr"}, "country", "capital"),
        ("actors", {"wikidata": "42"}, "wikidata", "Q42"),
        ("questions", {"positions": [{"key": "a", "label": "A"}]}, "positions", "at least two"),
        ("questions", {"positions__1__key": "over_40"}, "positions.1.key", "a second time"),
    ],
)
def test_a_mistake_is_named_with_what_was_found_and_what_is_allowed(
    type: str, changes: dict[str, Any], field: str, words: str
) -> None:
    found = mistakes(type, **changes)
    assert words in found[field], found
    assert "allowed" in found[field] or "required" in found[field] or "SHA-256" in found[field]


def test_all_mistakes_of_a_record_are_told_at_once() -> None:
    found = mistakes("claims", statement="", modality="x", colour="red", time="never", quantity__value="many")
    assert set(found) == {"statement", "modality", "colour", "time", "quantity.value"}


@pytest.mark.parametrize("type", TYPES)
def test_every_field_is_described(type: str) -> None:
    for path, field in walk(TYPES[type]()):
        inner = field.inner if isinstance(field, Items) else field
        assert field.metadata.get("description", "").endswith("."), path
        if not isinstance(inner, Part):
            assert inner.metadata.get("example") is not None or not isinstance(inner, Code | Edtf), path


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_anything = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), type=st.sampled_from(list(TYPES)))
def test_no_input_does_anything_but_load_or_be_refused(data: st.DataObject, type: str) -> None:
    names = list(TYPES[type]().fields)
    body = {**SOUND[type], **data.draw(st.dictionaries(st.sampled_from(names), _anything, max_size=4))}
    try:
        loaded = TYPES[type]().load(body)
    except ValidationError:
        return
    assert TYPES[type]().load(parse(canonical(loaded))) == loaded
