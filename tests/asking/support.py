"""A made-up log in which little is as one expects: copies of two originals, zones, dates of all kinds, renderings.

Few values, so that filters meet by chance; every release changes, ends and adds records of every type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from sqlalchemy import Connection, Table

from dataset.canonical import Body, parse, prune
from dataset.edtf import bounds
from dataset.log import Change
from dataset.log import Release as LoggedRelease
from dataset.queries.compiled import fetch
from dataset.queries.paging import Records, whole
from dataset.queries.releases import Release
from dataset.schemas import codes
from dataset.state import order_key
from dataset.store.tables import RECORDS
from tests.asking.naive import State, World
from tests.synthetic import History, anchor
from tests.test_contract import FINDERS

#: Whether a record is one that is asked for.
Wanted = Callable[[World, Body], bool]

ACTORS = tuple(f"a{number}" for number in range(9))
PLACES = tuple(f"l{number}" for number in range(7))
TOPICS = ("all", "sea", "land", "sea-boats", "sea-boats-small")
ABOVE = {"sea": "all", "land": "all", "sea-boats": "sea", "sea-boats-small": "sea-boats"}
SOURCES = tuple(f"s{number}" for number in range(12))
EVENTS = tuple(f"e{number}" for number in range(14))
QUESTIONS = ("how-many", "when", "whether", "why", "who", "which", "where")
POSITIONS = ("p1", "p2", "p3", "p4")
DATES = (
    *("2031", "2031-07", "2031-07-14", "2031-07-14?", "2031-07~", "2031-07-14/2031-07-15", "2031-08/2031-09"),
    *("../2031-07-14", "2031-08-01/..", "2032-22", "2031-06-30", "2031-06-30/2031-07-01%"),
)
ZONES = ("title", "body", "comment", "translation")
COUNTS = {
    "sources": 12,
    "events": 14,
    "actors": 9,
    "places": 7,
    "topics": 5,
    "questions": 7,
    "quotes": 36,
    "claims": 84,
}


def dated(random: Random, name: str) -> Body:
    """A date, or none."""
    if random.random() < 0.3:
        return {}
    text = random.choice(DATES)
    first, last = bounds(text)
    made: Body = {name: text, f"{name}_basis": random.choice((*codes.DATE_BASIS, None))}
    return {**made, f"{name}_earliest": first and first.isoformat(), f"{name}_latest": last and last.isoformat()}


class Maker:
    """Makes records of any type from chance."""

    def __init__(self, random: Random) -> None:
        """Take the chance."""
        self.random = random

    def some(self, values: Sequence[Any], most: int = 2) -> list[Any]:
        """A few of the values, or none."""
        return self.random.sample(values, self.random.randint(0, min(most, len(values))))

    def maybe(self, values: Sequence[Any]) -> Any:
        """One of the values, or none."""
        return self.random.choice((*values, None))

    def records(self, record_type: str) -> Iterator[Body]:
        """The records of a type."""
        for number in range(COUNTS[record_type]):
            made: Body = getattr(self, record_type)(number)
            yield prune(made)

    def sources(self, number: int) -> Body:
        """A source; it may derive from earlier ones."""
        relations = [{"source": id_, "relation": self.random.choice(codes.RELATION)} for id_ in SOURCES[:number]]
        zones = [{"kind": self.random.choice(ZONES), "start": at, "end": at + 50} for at in (0, 50, 100, 150)]
        text = {"file": "x.txt", "sha256": "0" * 64, "characters": 200, "zones": zones}
        part = {"part_of": self.random.choice(SOURCES[:4]), "start": 0, "end": 150, "zones": zones[:3]}
        return {
            "id": SOURCES[number],
            "kind": self.maybe(("article", "op_ed")),
            "authors": self.some(ACTORS),
            "translator": self.maybe(ACTORS[:2]),
            "publisher": self.maybe(ACTORS[2:5]),
            "language": self.maybe(("en", "fr")),
            **dated(self.random, "published"),
            "derived_from": self.some(relations) if number % 3 else [],
            "text": self.random.choice((text, text, part, part, None)),
        }

    def quotes(self, number: int) -> Body:
        """A quote."""
        speaker = self.maybe(ACTORS)
        return {
            **self._carried(f"q{number + 1}", number),
            "text": "so",
            "kind": self.maybe(("direct", "scare")),
            "uttered": self.maybe(codes.UTTERED),
            "speaker": speaker,
            "speaker_basis": self.random.choice(("stated", "inferred", "author") if speaker else ("author", "unknown")),
            "occasion": self.maybe(EVENTS[:2]),
            "language": self.random.choice(("en", "fr", "ko", None, None, None)),
            "original_language": self.random.choice(("ko", "ru", None, None, None)),
            "continues": self._earlier("q", number, 0.2),
            "printing_of": self._earlier("q", number, 0.4),
        }

    def claims(self, number: int) -> Body:
        """A claim."""
        claimant = self.maybe(ACTORS)
        asked = self.some(QUESTIONS) if self.random.random() < 0.6 else []
        return {
            **self._carried(f"c{number + 1}", number),
            "statement": "It is so.",
            "claimant": claimant,
            "claimant_basis": self.random.choice(("stated", "inferred") if claimant else ("author", "unknown")),
            "modality": self.random.choice(codes.MODALITY),
            "hedge": self.maybe(("perhaps",)),
            "author_stance": self.maybe(codes.STANCE),
            "quantity": self._quantity(),
            **dated(self.random, "time"),
            "quotes": self.some([f"{SOURCES[at % len(SOURCES)]}.q{at + 1}" for at in range(COUNTS["quotes"])], 3),
            "renders": self._earlier("c", number, 0.3),
            "events": self.some(EVENTS),
            "actors": self.some(ACTORS),
            "places": self.some(PLACES),
            "topics": self.some(TOPICS),
            "answers": [{"question": question, "position": self.random.choice(POSITIONS)} for question in asked],
        }

    def _carried(self, tail: str, number: int) -> Body:
        source = SOURCES[number % len(SOURCES)]
        start = self.random.randrange(0, 210)
        return {
            "id": f"{source}.{tail}",
            "source": source,
            "anchor": self.maybe((anchor(start, "so"), anchor(start, "so it"))),
            "via": [{"actor": actor, "role": self.random.choice(codes.VIA_ROLE)} for actor in self.some(ACTORS)],
            **dated(self.random, "said"),
        }

    def _earlier(self, letter: str, number: int, share: float) -> str | None:
        if not number or self.random.random() > share:
            return None
        at = self.random.randrange(number)
        return f"{SOURCES[at % len(SOURCES)]}.{letter}{at + 1}"

    def _quantity(self) -> Body | None:
        low = self.random.choice((0, 2, 3.5, 10))
        made: Body = {"unit": self.random.choice(("boats", "people")), "qualifier": self.random.choice(codes.QUALIFIER)}
        if made["qualifier"] == "between":
            return {**made, "min": low, "max": low + self.random.choice((0, 4))}
        return self.random.choice((None, {**made, "value": low}, {**made, "value": low}, {**made, "min": low}))

    def events(self, number: int) -> Body:
        """An event."""
        role = [{"actor": actor, "role": "host"} for actor in self.some(ACTORS)]
        return {
            "id": EVENTS[number],
            "title": "Something",
            "kind": self.maybe(("visit", "meeting")),
            "status": self.maybe(codes.STATUS),
            "place": self.maybe(PLACES),
            "participants": role,
            "part_of": self.maybe(EVENTS[:number]),
            **dated(self.random, "date"),
        }

    def actors(self, number: int) -> Body:
        """An actor."""
        roles = [{"title": "Warden", "organisation": one} for one in self.some(ACTORS[:3])]
        return {
            "id": ACTORS[number],
            "name": "Somebody",
            "kind": self.maybe(("person", "state")),
            "named": self.maybe((True, False)),
            "country": self.maybe(("XA", "XB")),
            "roles": roles,
        }

    def places(self, number: int) -> Body:
        """A place."""
        kind, country = self.maybe(("city", "site")), self.maybe(("XA", "XB"))
        return {"id": PLACES[number], "name": "Somewhere", "kind": kind, "country": country}

    def topics(self, number: int) -> Body:
        """A topic; the tree is always the same."""
        topic = TOPICS[number]
        return {"id": topic, "label": "Something", "broader": ABOVE.get(topic), "definition": self.maybe("ab")}

    def questions(self, number: int) -> Body:
        """A question."""
        return {
            "id": QUESTIONS[number],
            "question": "Is it so?",
            "kind": self.maybe(codes.QUESTION_KIND),
            "answer": self.maybe(codes.ANSWER),
            "positions": [{"key": key, "label": key} for key in POSITIONS],
        }


def make_log(seed: int = 5, releases: int = 4) -> tuple[list[LoggedRelease], Sequence[State]]:
    """The releases, and the records of each."""
    random = Random(seed)
    maker, history, states = Maker(random), History(), []
    first = [history.add("dataset", {"id": "asking", "title": "Asking"})]
    held = {record_type: list(maker.records(record_type)) for record_type in COUNTS}
    later = {"claims": held["claims"][60:], "quotes": held["quotes"][24:]}
    for record_type, bodies in held.items():
        first += [history.add(record_type, body) for body in bodies[: len(bodies) - len(later.get(record_type, []))]]
    history.release("0.1.0", first)
    states.append(deepcopy(history.bodies))
    for number in range(2, releases + 1):
        changes = [
            history.add(record_type, bodies.pop()) for record_type, bodies in later.items() for _ in range(3) if bodies
        ]
        added = {change.id for change in changes}
        for record_type in COUNTS:
            changes += _changes(random, maker, history, record_type, added)
        history.release(f"0.{number}.0", changes)
        states.append(deepcopy(history.bodies))
    return history.releases, states


def _changes(random: Random, maker: Maker, history: History, record_type: str, added: set[str]) -> Iterator[Change]:
    """Some records of a type as they might have been; and one claim and one quote fewer."""
    made = {body["id"]: body for body in maker.records(record_type)}
    ids = sorted(history.bodies[record_type].keys() - added)
    chosen = random.sample(ids, max(1, len(ids) // 5))
    if record_type in ("claims", "quotes"):
        yield history.end(record_type, chosen.pop())
    for id_ in chosen:
        if made[id_] != history.bodies[record_type][id_]:
            yield history.change(record_type, made[id_])


def find(reading: Connection, record_type: str, number: int, **filters: Any) -> list[str]:
    """The ids that a query function finds in a release, in their order."""
    release = Release(number, f"0.{number}.0", 4)
    rows = fetch(reading, _asked, FINDERS[record_type], RECORDS[record_type], release, filters)
    return [parse(body)["id"] for _, body in rows]


def _asked(query: Callable[..., Records], table: Table, release: Release, filters: dict[str, Any]) -> Records:
    return whole(query(release=release, **filters), table)


def naive(world: World, record_type: str, wanted: Wanted) -> list[str]:
    """The ids of the records that are wanted, in the default order."""
    return [body["id"] for body in sorted(world.all(record_type), key=order_key) if wanted(world, body)]
