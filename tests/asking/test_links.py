"""Links: from each record to what hangs on it, as filtered lists that hold exactly what the name says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Connection

from api import NOUNS
from dataset.canonical import Body
from dataset.derived.provenance import chain
from dataset.queries.filters import Choice
from tests.asking.naive import World
from tests.asking.support import find, naive
from tests.test_contract import FINDERS

#: Whether a record hangs on another: the records, the one, the other.
Hangs = Callable[[World, Body, Body], bool]


def names(member: str) -> Hangs:
    """The other names the one in a member."""
    return lambda _, one, other: one["id"] in other.get(member, [])


def equals(member: str) -> Hangs:
    """The other has the one in a member."""
    return lambda _, one, other: other.get(member) == one["id"]


def named(member: str) -> Hangs:
    """The one, a claim, names the other in a member."""
    return lambda _, one, other: other["id"] in one.get(member, [])


def items(member: str, key: str) -> Hangs:
    """The other has the one in an item of a list."""
    return lambda _, one, other: any(item.get(key) == one["id"] for item in other.get(member, []))


def through(hangs: Hangs, member: str) -> Hangs:
    """A claim that hangs on the one names the other in a member."""
    return lambda world, one, other: any(
        hangs(world, one, claim) and other["id"] in claim.get(member, []) for claim in world.all("claims")
    )


def asked(hangs: Hangs) -> Hangs:
    """A claim that hangs on the one answers the other."""
    return lambda world, one, other: any(
        hangs(world, one, claim) and any(answer["question"] == other["id"] for answer in claim.get("answers", []))
        for claim in world.all("claims")
    )


def below(world: World, one: Body, claim: Body) -> bool:
    """A claim is about a topic, or about one below it."""
    return any(one["id"] in world.above(topic) for topic in claim.get("topics", []))


def carried(world: World, one: Body, other: Body) -> bool:
    """An actor is in the chain."""
    return one["id"] in {station.actor for station in chain(other, world.state["sources"])}


#: (type, link) → the type of what hangs there, and how.
HANGING: dict[tuple[str, str], tuple[str, Hangs]] = {
    ("sources", "quotes"): ("quotes", equals("source")),
    ("sources", "claims"): ("claims", equals("source")),
    ("sources", "derived"): ("sources", items("derived_from", "source")),
    ("sources", "parts"): ("sources", lambda _, one, other: other.get("text", {}).get("part_of") == one["id"]),
    ("sources", "events"): ("events", through(equals("source"), "events")),
    ("sources", "questions"): ("questions", asked(equals("source"))),
    ("quotes", "claims"): ("claims", names("quotes")),
    ("quotes", "continuations"): ("quotes", equals("continues")),
    ("quotes", "printings"): ("quotes", equals("printing_of")),
    ("claims", "quotes"): ("quotes", named("quotes")),
    ("claims", "renderings"): ("claims", equals("renders")),
    ("claims", "events"): ("events", named("events")),
    ("claims", "actors"): ("actors", named("actors")),
    ("claims", "places"): ("places", named("places")),
    ("claims", "topics"): ("topics", named("topics")),
    ("claims", "questions"): (
        "questions",
        lambda _, one, other: other["id"] in [answer["question"] for answer in one.get("answers", [])],
    ),
    ("events", "claims"): ("claims", names("events")),
    ("events", "quotes"): ("quotes", equals("occasion")),
    ("events", "parts"): ("events", equals("part_of")),
    ("events", "questions"): ("questions", asked(names("events"))),
    ("actors", "claims"): ("claims", equals("claimant")),
    ("actors", "claims_about"): ("claims", names("actors")),
    ("actors", "claims_relayed"): ("claims", items("via", "actor")),
    ("actors", "claims_carried"): ("claims", carried),
    ("actors", "quotes"): ("quotes", equals("speaker")),
    ("actors", "quotes_relayed"): ("quotes", items("via", "actor")),
    ("actors", "sources_written"): ("sources", names("authors")),
    ("actors", "sources_translated"): ("sources", equals("translator")),
    ("actors", "sources_published"): ("sources", equals("publisher")),
    ("actors", "events"): ("events", items("participants", "actor")),
    ("actors", "members"): ("actors", items("roles", "organisation")),
    ("actors", "questions"): ("questions", asked(names("actors"))),
    ("places", "claims"): ("claims", names("places")),
    ("places", "events"): ("events", equals("place")),
    ("topics", "claims"): ("claims", below),
    ("topics", "narrower"): ("topics", equals("broader")),
    ("topics", "questions"): ("questions", asked(below)),
    ("questions", "claims"): ("claims", items("answers", "question")),
}

LINKS = {
    (noun.blueprint.name, name): address
    for noun in NOUNS
    for name, address in getattr(noun, "LINKS", {}).items()
    if noun.blueprint.name in FINDERS and name not in ("self", "history", "citation", "jsonld")
}


def _hangs(hangs: Hangs, one: Body, world: World, other: Body) -> bool:
    return hangs(world, one, other)


def test_every_link_is_compared() -> None:
    """No link was added without what it promises beside it."""
    assert LINKS.keys() == HANGING.keys()


@pytest.mark.slow
@pytest.mark.parametrize(("record_type", "name"), LINKS, ids=lambda part: part)
def test_links_list_what_hangs_on_a_record(
    reading: Connection, worlds: Sequence[World], record_type: str, name: str
) -> None:
    """In the newest release and in an older one."""
    target, hangs = HANGING[record_type, name]
    address = urlsplit(LINKS[record_type, name])
    assert address.path == f"/v1/{target}"
    [(parameter, value)] = parse_qsl(address.query)
    assert value == "{id}"
    seen = 0
    for number in (2, 4):
        world = worlds[number - 1]
        for one in list(world.all(record_type))[:20]:
            expected = naive(world, target, partial(_hangs, hangs, one))
            assert find(reading, target, number, **{parameter: Choice([one["id"]])}) == expected
            seen += len(expected)
    assert seen, "the made-up data has nothing that hangs there"
