"""Records that are accepted at first sight: marshmallow accepts each of them, and makes the very same body of it."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from marshmallow import fields

from dataset.canonical import Body, canonical, encode, prune
from dataset.schemas import TYPES, walk
from dataset.schemas.accepting import accept, json_schema
from dataset.schemas.fields import Edtf, Items, Pattern
from tests.synthetic import Maker, dated

SCHEMAS = {type: schema() for type, schema in TYPES.items()}
#: What no field, or hardly any, takes as it is.
AWKWARD: tuple[Any, ...] = (
    *("", " ", " x", "x ", "x\n", "\u00a0x", "x\u2003", "\x1cx", "x\x85", "\ufeffx", "a\x00b"),
    *("a\x01b", "\ud800", "x" * 81, "5", "-0", "true", "null", "x" * 2001, "x" * 20_001, "q.q1", "a-b.c1"),
    *("a--b", "A", "ａ", "a\u0301", "٣", "Ⅷ"),
    *("2024-06-18", "2024-02-30", "2024?", "../2024", "2024/2023", "../..", "0000", "2024-06-18\n"),
    *("http://", "https://x", "ftp://x.y", "https://[x", "https://x y", "https://x.y/\u3000"),
    *(0, -1, 5, 5.0, -0.0, 1.5, 1e-7, 1e300, 2**53, 2**53 - 1, 2.0**53, 10**30, math.inf, math.nan, True, False, None),
    *([], {}, [None], [[]], ["x", "x"], [{}], {"x": "y"}, {"id": None}, [1, 1.0]),
)  # fmt: skip


def everything() -> Iterator[tuple[str, Body]]:
    """Sound records with most of what each type can hold."""
    for type, body in Maker(seed=5, claims=60).records():
        yield type, prune(body)
    role = {"title": "Judge", "organisation": "club", **dated("time", "2031/.."), "basis": "external"}
    del role["time_basis"]
    yield "actors", prune({"id": "ada", "name": "Ada", "roles": [role, {**role, "title": "Mayor"}], "wikidata": "Q42"})
    yield "sources", {"id": "part", "text": {"part_of": "whole", "start": 4, "end": 9}, "url": "https://example.org/"}
    captured = {"file": "a.txt", "sha256": "0" * 64, "characters": 9, "captured": "2031-07-15"}
    yield "sources", {"id": "whole", "text": captured, "translator": "ada", "language": "zh-Hans"}
    creators = [{"name": "Archive", "url": "https://example.org/archive"}, {"name": "Nobody"}]
    yield "dataset", {"id": "talks", "title": "Talks", "creators": creators, "homepage": "https://example.org/"}


SOUND: dict[str, list[Body]] = {type: [] for type in TYPES}
for _type, _body in everything():
    SOUND[_type].append(_body)


@pytest.mark.parametrize("type", TYPES)
def test_sound_records_are_accepted(type: str) -> None:
    """With and without what is derived; the body is that of marshmallow either way."""
    for body in SOUND[type]:
        typed = without_bounds(body)
        for plain in (body, typed):
            found = accept(type, copy.deepcopy(plain))
            assert found == SCHEMAS[type].load(copy.deepcopy(plain)) == body
            assert found is not None
            assert encode(found) == canonical(body)


@pytest.mark.slow
@pytest.mark.parametrize("of", TYPES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_accepted_is_sound(of: str, data: st.DataObject) -> None:
    """A sound record with some members changed: marshmallow makes the same of it, or it is refused."""
    plain = copy.deepcopy(data.draw(st.sampled_from(SOUND[of])))
    for _ in range(data.draw(st.integers(1, 3))):
        path, field = data.draw(st.sampled_from(list(walk(SCHEMAS[of]))))
        put(plain, path, data.draw(value(field)), data)
    found = accept(of, copy.deepcopy(plain))
    if found is not None:
        assert SCHEMAS[of].load(plain) == found
        assert encode(found) == canonical(found)
        # 5 and 5.0 are equal, and yet not the same
        assert [type(one) for one in leaves(found)] == [type(one) for one in leaves(SCHEMAS[of].load(plain))]


@pytest.mark.parametrize("type", TYPES)
def test_every_awkward_value_everywhere(type: str) -> None:
    """Each awkward value in each member in turn: no record is accepted that is not sound."""
    for path, field in walk(SCHEMAS[type]):
        sound = next((one for one in SOUND[type] if holds(one, path)), SOUND[type][0])
        for awkward in AWKWARD:
            plain = copy.deepcopy(sound)
            place(plain, path, [awkward] if isinstance(field, Items) and isinstance(awkward, str) else awkward)
            found = accept(type, copy.deepcopy(plain))
            if found is not None:
                assert SCHEMAS[type].load(plain) == found, (path, awkward)


@pytest.mark.parametrize("type", TYPES)
def test_the_schema_is_one(type: str) -> None:
    """It is itself a sound JSON Schema, and takes no member that the record does not have."""
    schema = json_schema(type)
    Draft202012Validator(schema)
    assert set(schema["properties"]) == set(SCHEMAS[type].fields)
    assert accept(type, {**SOUND[type][0], "colour": "red"}) is None


def value(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Values that a field takes, and others; `...` for none at all."""
    found = st.just(...) | st.sampled_from(AWKWARD)
    inner = field.inner if isinstance(field, Items) else field
    if isinstance(inner, Pattern):
        found |= st.from_regex(inner.pattern, fullmatch=True)
    elif isinstance(inner, Edtf):
        found |= st.from_regex(r"(\.\.|[0-9]{4}(-[0-9]{2}){0,2}[?~%]?)(/(\.\.|[0-9]{4}-[0-9]{2}))?", fullmatch=True)
    else:
        found |= st.text(min_size=1, max_size=40) | st.integers(-5, 300) | st.floats()
    return found | st.lists(found, max_size=3) if isinstance(field, Items) else found


def put(plain: Any, path: tuple[str, ...], new: Any, data: st.DataObject) -> None:
    """Put a value at a path, in one of the items where a list is on the way."""
    name, *rest = path
    if isinstance(plain, list):
        if plain:
            put(data.draw(st.sampled_from(plain)), path, new, data)
    elif not isinstance(plain, dict):
        return
    elif rest:
        put(plain.setdefault(name, {}), tuple(rest), new, data)
    elif new is ...:
        plain.pop(name, None)
    else:
        plain[name] = new


def place(plain: Any, path: tuple[str, ...], new: Any) -> None:
    """Put a value at a path, in the first item where a list is on the way."""
    name, *rest = path
    if isinstance(plain, list):
        place(plain[0], path, new)
    elif rest:
        place(plain.setdefault(name, {}), tuple(rest), new)
    else:
        plain[name] = new


def holds(plain: Any, path: tuple[str, ...]) -> bool:
    """Whether there is something at a path."""
    for name in path:
        held = plain[0] if isinstance(plain, list) else plain
        if name not in held:
            return False
        plain = held[name]
    return True


def without_bounds(plain: Any) -> Any:
    """The same without what is derived from dates."""
    if isinstance(plain, list):
        return [without_bounds(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    return {name: without_bounds(one) for name, one in plain.items() if not name.endswith(("_earliest", "_latest"))}


def leaves(value: Any) -> Iterator[Any]:
    """The values of a body that hold no others, by the names of members."""
    if isinstance(value, dict):
        for _, inner in sorted(value.items()):
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
