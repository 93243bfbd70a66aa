"""Each filter alone, its opposite, and any few of them together: what a loop over the bodies finds, in any release."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from dataset.canonical import Body
from dataset.edtf import bounds
from dataset.queries.filters import Choice, Span, looked_up
from tests.asking.naive import DATES, FLAGS, TWINS, World, admits, contradicting, overlaps, speaks, within
from tests.asking.support import DATES as WRITTEN
from tests.asking.support import POSITIONS, QUESTIONS, SOURCES, Wanted, find, naive
from tests.test_contract import FINDERS

ON_BOTH = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

#: Arguments of a query function, and what they ask for.
Asked = tuple[dict[str, Any], Wanted]
#: Type → parameter → what may be asked by it.
Known = dict[str, dict[str, st.SearchStrategy[Asked]]]


def choice(record_type: str, name: str, known: Sequence[Any]) -> st.SearchStrategy[Asked]:
    """A filter of several values, its opposite, or both."""
    values = TWINS[record_type, name]
    lists = st.lists(st.sampled_from([*known, "nothing-of-that-name"]), max_size=3, unique=True)

    def asked(pair: tuple[list[Any], list[Any]]) -> Asked:
        some, none = pair

        def wanted(world: World, body: Body) -> bool:
            held = values(world, body)
            return (not some or bool(held & set(some))) and not held & set(none)

        return {name: Choice(some, none)}, wanted

    return st.tuples(lists, lists).map(asked)


def flag(record_type: str, name: str) -> st.SearchStrategy[Asked]:
    """A flag, set or not."""
    values = FLAGS[record_type, name]
    return st.booleans().map(lambda value: ({name: value}, lambda world, body: values(world, body) is value))


def dates(record_type: str, name: str) -> st.SearchStrategy[Asked]:
    """Both questions about a date."""
    held = DATES[record_type, name]

    def asked(pair: tuple[str, bool]) -> Asked:
        text, whether_within = pair
        first, last = bounds(text)
        span = Span(first.isoformat() if first else None, last.isoformat() if last else None)
        compare, tail = (within, "within") if whether_within else (overlaps, "overlaps")
        return {f"{name}_{tail}": span}, lambda world, body: compare(held(world, body), span)

    return st.tuples(st.sampled_from([*WRITTEN, "2030/2033", "../2031-07", "2031-07-15/.."]), st.booleans()).map(asked)


def figures() -> st.SearchStrategy[Asked]:
    """The least and the greatest figure."""
    ends = st.sampled_from([None, -1, 0, 2, 3, 3.5, 4, 10, 14])
    return st.tuples(ends, ends).map(
        lambda pair: (
            {"quantity_min": pair[0], "quantity_max": pair[1]},
            lambda _, body: pair == (None, None) or admits(body, *pair),
        )
    )


def voices() -> st.SearchStrategy[Asked]:
    """Voices, in one way or the other."""
    ends = st.none() | st.integers(0, 4)
    exact = st.integers(0, 4).map(
        lambda number: ({"voices": number}, lambda world, body: speaks(world, body, number, number))
    )
    bounds = st.tuples(ends, ends).map(
        lambda pair: (
            {"voices_min": pair[0], "voices_max": pair[1]},
            lambda world, body: pair == (None, None) or speaks(world, body, *pair),
        )
    )
    return st.one_of(exact, bounds)


#: Filters that ask the same item of a list, and so are not asked independently of one another.
TOGETHER = {("claims", name) for name in ("question", "position", "disputed", "contradicted_by", "voices")}


def strategies(worlds: Sequence[World], record_type: str) -> dict[str, st.SearchStrategy[Asked]]:
    """Every filter of a type by its name."""
    found: dict[str, st.SearchStrategy[Asked]] = {}
    for kind, name in TWINS:
        if kind == record_type:
            values = {value for world in worlds for body in world.all(kind) for value in TWINS[kind, name](world, body)}
            assert len(values) > 1, f"{kind} {name}: the made-up data has no values for it"
            found[name] = choice(kind, name, sorted(values))
    found |= {name: flag(kind, name) for kind, name in FLAGS if kind == record_type}
    found |= {name: dates(kind, name) for kind, name in DATES if kind == record_type}
    return found | ({"quantity": figures(), "voices": voices()} if record_type == "claims" else {})


EACH = sorted([*TWINS, *FLAGS, *DATES, ("claims", "quantity"), ("claims", "voices")])


@pytest.fixture(scope="session")
def known(worlds: Sequence[World]) -> Known:
    """Every filter of every type by its name."""
    return {record_type: strategies(worlds, record_type) for record_type in FINDERS}


def test_every_filter_has_its_twin() -> None:
    """No filter was added without a naive reading beside it."""
    dates = {(kind, f"{name}_{tail}") for kind, name in DATES for tail in ("overlaps", "within")}
    figures = {("claims", "quantity_min"), ("claims", "quantity_max")}
    taken = {
        (kind, name)
        for kind, query in FINDERS.items()
        for name in inspect.signature(query).parameters
        if name != "release"
    }
    voices = {("claims", name) for name in ("voices", "voices_min", "voices_max")}
    assert taken == TWINS.keys() | FLAGS.keys() | dates | figures | voices


@pytest.mark.slow
@pytest.mark.parametrize(("record_type", "name"), EACH, ids=lambda part: part)
@given(data=st.data())
@settings(ON_BOTH, max_examples=4)
def test_one_filter(
    *, reading: Connection, worlds: Sequence[World], known: Known, record_type: str, name: str, data: st.DataObject
) -> None:
    """One filter and its opposite, in every release."""
    arguments, wanted = data.draw(known[record_type][name])
    for number, world in enumerate(worlds, 1):
        found = find(reading, record_type, number, **arguments)
        assert found == naive(world, record_type, wanted), arguments


@pytest.mark.slow
@pytest.mark.parametrize("record_type", FINDERS)
@given(data=st.data(), number=st.integers(1, 4))
@settings(ON_BOTH, max_examples=25)
def test_several_filters(
    *, reading: Connection, worlds: Sequence[World], known: Known, record_type: str, data: st.DataObject, number: int
) -> None:
    """Several filters must all match."""
    free = sorted(name for name in known[record_type] if (record_type, name) not in TOGETHER)
    chosen = data.draw(st.lists(st.sampled_from(free), min_size=2, max_size=4, unique=True))
    drawn = [data.draw(known[record_type][name]) for name in chosen]
    arguments = {name: value for asked, _ in drawn for name, value in asked.items()}
    expected = naive(
        worlds[number - 1], record_type, lambda world, body: all(wanted(world, body) for _, wanted in drawn)
    )
    assert find(reading, record_type, number, **arguments) == expected, arguments
    assert find(reading, record_type, number, **looked_up(arguments)) == expected, arguments


#: What is asked of one answer: parameter → what may be asked, and whether an answer has it.
ON_AN_ANSWER: dict[str, tuple[st.SearchStrategy[Any], Callable[[World, Body, Any], bool]]] = {
    "position": (st.sampled_from(POSITIONS), lambda _, answer, value: answer["position"] == value),
    "disputed": (st.just(True), lambda world, answer, _: len(world.taken[answer["question"]]) > 1),
    "contradicted_by": (
        st.sampled_from(SOURCES),
        lambda world, answer, value: value in contradicting(world, {"answers": [answer]}),
    ),
    "voices": (st.integers(1, 3), lambda world, answer, value: speaks(world, {"answers": [answer]}, value, value)),
}


@pytest.mark.slow
@given(data=st.data(), number=st.integers(1, 4))
@settings(ON_BOTH, max_examples=60)
def test_what_is_asked_of_answers_is_asked_of_one(
    reading: Connection, worlds: Sequence[World], data: st.DataObject, number: int
) -> None:
    """And what is left out is left out within the questions that are asked for."""
    names = st.lists(st.sampled_from(sorted(ON_AN_ANSWER)), unique=True, max_size=3)
    questions = data.draw(st.lists(st.sampled_from(QUESTIONS[:4]), max_size=2, unique=True))
    some = {name: data.draw(ON_AN_ANSWER[name][0]) for name in data.draw(names)}
    none = {name: data.draw(ON_AN_ANSWER[name][0]) for name in data.draw(names) if name != "voices"}
    none.pop("disputed", None) if "disputed" in some else None

    def wanted(world: World, body: Body) -> bool:
        held = [one for one in body.get("answers", []) if not questions or one["question"] in questions]
        fits = [one for one in held if all(ON_AN_ANSWER[name][1](world, one, some[name]) for name in some)]
        left = [one for one in held if any(ON_AN_ANSWER[name][1](world, one, none[name]) for name in none)]
        return (bool(fits) or not (questions or some)) and not left

    arguments: dict[str, Any] = {"question": Choice(questions)}
    for name in ("position", "contradicted_by"):
        chosen = [[held[name]] if name in held else [] for held in (some, none)]
        arguments[name] = Choice(chosen[0], chosen[1])
    if "voices" in some:
        arguments["voices"] = some["voices"]
    if "disputed" in some or "disputed" in none:
        arguments["disputed"] = "disputed" in some
    found = find(reading, "claims", number, **arguments)
    assert found == naive(worlds[number - 1], "claims", wanted), arguments
