"""Every filter a second time, too plain to be wrong: what a loop over the bodies of a release finds.

A filter of several values is a function from a record to the values that it has; a flag one to true, false or neither;
a date one to its two bounds. `TWINS`, `FLAGS`, `DATES` and `FIGURES` name them by type and parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import permutations
from typing import Any

from dataset.canonical import Body
from dataset.derived.positions import relation
from dataset.derived.provenance import chain
from dataset.derived.translations import is_only_translated
from dataset.derived.voices import Voices, voices
from dataset.derived.zones import zone
from dataset.edtf import is_uncertain

#: Type → id → body, of one release.
State = Mapping[str, Mapping[str, Body]]


class World:
    """The records of one release, with what is asked of several of them at once."""

    def __init__(self, state: State) -> None:
        """Keep them."""
        self.state = state

    def all(self, record_type: str) -> Iterable[Body]:
        """The records of a type."""
        return self.state[record_type].values()

    def source(self, body: Body) -> Body:
        """The source of a quote or claim."""
        return self.state["sources"].get(body["source"], {})

    def above(self, topic: str) -> set[str]:
        """A topic and all above it."""
        found: set[str] = set()
        at: str | None = topic
        while at and at not in found:
            found.add(at)
            at = self.state["topics"].get(at, {}).get("broader")
        return found

    @cached_property
    def taken(self) -> dict[str, dict[str, list[Body]]]:
        """Question → position → the claims that take it."""
        found: dict[str, dict[str, list[Body]]] = {question: {} for question in self.state["questions"]}
        for claim in self.all("claims"):
            for answer in claim.get("answers", []):
                found[answer["question"]].setdefault(answer["position"], []).append(claim)
        return found

    @cached_property
    def heard(self) -> dict[tuple[str, str], Voices]:
        """The voices behind each position that is taken."""
        sources, actors = self.state["sources"], self.state["actors"]
        return {
            (question, position): voices(claims, sources, actors)
            for question, answers in self.taken.items()
            for position, claims in answers.items()
        }

    @cached_property
    def related(self) -> dict[tuple[str, str, str], str]:
        """How each two positions that are taken relate, both ways round."""
        found: dict[tuple[str, str, str], str] = {}
        for question, answers in self.taken.items():
            for one, other in permutations(answers, 2):
                how = relation(self.state["questions"][question], answers[one], answers[other])
                assert how is not None
                found[question, one, other] = how
        return found

    @cached_property
    def naming(self) -> dict[tuple[str, str], list[Body]]:
        """Type and id of a record → the claims that name it in a list."""
        found: dict[tuple[str, str], list[Body]] = {}
        for claim in self.all("claims"):
            named = [("questions", answer["question"]) for answer in claim.get("answers", [])]
            for name in ("quotes", "events", "actors", "places", "topics"):
                named += [(name, id_) for id_ in claim.get(name, [])]
            for one in named:
                found.setdefault(one, []).append(claim)
        return found


Values = Callable[[World, Body], set[Any]]
Twin = dict[tuple[str, str], Values]


def member(name: str) -> Values:
    """The value of one member, or its values."""

    def values(world: World, body: Body) -> set[Any]:
        value = body.get(name, [])
        return set(value) if isinstance(value, list) else {value}

    return values


def inside(name: str, key: str) -> Values:
    """The values of a member of the items of a list."""
    return lambda _, body: {item[key] for item in body.get(name, []) if key in item}


def of_source(name: str) -> Values:
    """A member of the source of a record."""
    return lambda world, body: member(name)(world, world.source(body))


def by_claims(record_type: str, values: Values) -> Values:
    """What the claims that name a record have."""
    return lambda world, body: set().union(
        *(values(world, claim) for claim in world.naming.get((record_type, body["id"]), []))
    )


def quantity(name: str) -> Values:
    """A member of the figure."""
    return lambda _, body: {body["quantity"][name]} if "quantity" in body else set()


def topics(world: World, body: Body) -> set[str]:
    """The topics of a claim, and all above them."""
    return set().union(*(world.above(topic) for topic in body.get("topics", [])))


def actors(world: World, body: Body) -> set[str]:
    """Everybody in the chain of a record."""
    return {station.actor for station in chain(body, world.state["sources"])}


def zones(world: World, body: Body) -> set[str]:
    """The zone of a record."""
    found = zone(body, world.state["sources"])
    return {found} if found else set()


def same(record_type: str, *names: str) -> Twin:
    """Filters that look at the member of their own name."""
    return {(record_type, name): member(name) for name in names}


def claiming(record_type: str, **values: Values) -> Twin:
    """Filters that look at the claims that name a record."""
    return {(record_type, name): by_claims(record_type, value) for name, value in values.items()}


def contradicting(world: World, body: Body) -> set[str]:
    """The sources of claims whose positions are in conflict with those of a claim."""
    return {
        other["source"]
        for answer in body.get("answers", [])
        for position, claims in world.taken[answer["question"]].items()
        if world.related.get((answer["question"], answer["position"], position)) == "conflict"
        for other in claims
    }


def relating(world: World, body: Body) -> set[str]:
    """How the positions on a question relate."""
    return {how for (question, _, _), how in world.related.items() if question == body["id"]}


_ID = member("id")
_SOURCE = member("source")

TWINS: Twin = {
    **same("sources", "kind", "language", "publisher", "translator", "published_basis"),
    ("sources", "author"): member("authors"),
    ("sources", "derived_from"): inside("derived_from", "source"),
    ("sources", "part_of"): lambda world, body: member("part_of")(world, body.get("text", {})),
    **same("quotes", "source", "speaker", "speaker_basis", "kind", "uttered", "occasion", "original_language"),
    **same("quotes", "continues", "printing_of", "said_basis"),
    ("quotes", "language"): lambda world, body: member("language")(
        world, body if "language" in body else world.source(body)
    ),
    ("quotes", "by_or_about"): lambda world, body: (
        member("speaker")(world, body) | by_claims("quotes", member("actors"))(world, body)
    ),
    **claiming("quotes", claim=_ID),
    **same("claims", "source", "claimant", "claimant_basis", "modality", "author_stance", "renders"),
    **same("claims", "time_basis", "said_basis"),
    ("claims", "language"): of_source("language"),
    ("claims", "by_or_about"): lambda world, body: member("claimant")(world, body) | member("actors")(world, body),
    ("claims", "unit"): quantity("unit"),
    ("claims", "qualifier"): quantity("qualifier"),
    **{("claims", name): member(f"{name}s") for name in ("event", "actor", "place", "quote")},
    ("claims", "topic"): topics,
    ("claims", "question"): inside("answers", "question"),
    ("claims", "position"): inside("answers", "position"),
    ("claims", "contradicted_by"): contradicting,
    ("questions", "relation"): relating,
    **{(name, "via"): inside("via", "actor") for name in ("quotes", "claims")},
    **{(name, "publisher"): of_source("publisher") for name in ("quotes", "claims")},
    **{(name, "zone"): zones for name in ("quotes", "claims")},
    **{(name, "chain"): actors for name in ("quotes", "claims")},
    **same("events", "kind", "status", "place", "part_of", "date_basis"),
    ("events", "participant"): inside("participants", "actor"),
    **claiming("events", claim=_ID, source=_SOURCE),
    **same("actors", "kind", "country"),
    ("actors", "organisation"): inside("roles", "organisation"),
    **claiming("actors", claim=_ID),
    **same("places", "kind", "country"),
    **claiming("places", claim=_ID),
    **same("topics", "broader"),
    **claiming("topics", claim=_ID),
    **same("questions", "kind", "answer"),
    **claiming("questions", claim=_ID, source=_SOURCE, event=member("events"), actor=member("actors"), topic=topics),
}

Flags = Callable[[World, Body], bool | None]


def doubtful(*names: str) -> Flags:
    """Whether one of these dates is uncertain; neither where there is none."""

    def value(world: World, body: Body) -> bool | None:
        dates = [body[name] for name in names if name in body]
        return any(map(is_uncertain, dates)) if dates else None

    return value


FLAGS: dict[tuple[str, str], Flags] = {
    ("sources", "uncertain"): doubtful("published"),
    ("quotes", "uncertain"): doubtful("said"),
    ("quotes", "anchored"): lambda _, body: "anchor" in body,
    ("claims", "uncertain"): doubtful("time", "said"),
    ("claims", "anchored"): lambda _, body: "anchor" in body,
    **{
        (name, "translated"): lambda world, body: is_only_translated(
            body, *(world.state[name] for name in ("sources", "quotes", "claims"))
        )
        for name in ("quotes", "claims")
    },
    ("claims", "hedged"): lambda _, body: "hedge" in body,
    ("claims", "disputed"): lambda world, body: any(
        len(world.taken[answer["question"]]) > 1 for answer in body.get("answers", [])
    ),
    ("questions", "disputed"): lambda world, body: len(world.taken[body["id"]]) > 1,
    ("events", "uncertain"): doubtful("date"),
    ("actors", "named"): lambda _, body: body.get("named"),
}


def speaks(world: World, body: Body, least: int | None, most: int | None) -> bool:
    """Whether a position that a claim takes has so many voices."""
    heard = [world.heard[answer["question"], answer["position"]] for answer in body.get("answers", [])]
    return any((least is None or one.min >= least) and (most is None or one.max <= most) for one in heard)


#: Bounds of a date, None where it is open; or None where there is no date.
Bounds = tuple[str | None, str | None] | None
Dates = Callable[[World, Body], Bounds]


def date(name: str, body: Body) -> Bounds:
    """The bounds of a date."""
    return (body.get(f"{name}_earliest"), body.get(f"{name}_latest")) if name in body else None


def own(name: str) -> Dates:
    """A date of the record."""
    return lambda _, body: date(name, body)


def published(world: World, body: Body) -> Bounds:
    """When the source of a record was published."""
    return date("published", world.source(body))


DATES: dict[tuple[str, str], Dates] = {
    ("events", "date"): own("date"),
    ("sources", "published"): own("published"),
    ("claims", "time"): own("time"),
    **{(name, "said"): own("said") for name in ("quotes", "claims")},
    **{(name, "published"): published for name in ("quotes", "claims")},
    **{
        (name, "said_or_published"): lambda world, body: date("said", body) or published(world, body)
        for name in ("quotes", "claims")
    },
}


def overlaps(found: Bounds, asked: tuple[str | None, str | None]) -> bool:
    """Whether two spans have a day in common."""
    if found is None:
        return False
    first, last = found[0] or "0000", found[1] or "9999-99"
    return first <= (asked[1] or "9999-99") and (asked[0] or "0000") <= last


def within(found: Bounds, asked: tuple[str | None, str | None]) -> bool:
    """Whether one span lies in another."""
    if found is None:
        return False
    first, last = found[0] or "0000", found[1] or "9999-99"
    return (asked[0] or "0000") <= first and last <= (asked[1] or "9999-99")


def admits(body: Body, low: float | None, high: float | None) -> bool:
    """Whether the figure of a claim may lie between two others; *about 40* counts as 40."""
    if "quantity" not in body:
        return False
    held = body["quantity"]
    value, qualifier = held.get("value"), held["qualifier"]
    least = held.get("min", None if qualifier in ("under", "at_most") else value)
    greatest = held.get("max", None if qualifier in ("over", "at_least") else value)
    if high is not None and least is not None and (least > high or (least == high and qualifier == "over")):
        return False
    return not (
        low is not None and greatest is not None and (greatest < low or (greatest == low and qualifier == "under"))
    )
