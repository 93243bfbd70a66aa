"""The positions of a question side by side: each with its claims, their chains, and the voices behind them.

All of it is derived from several records when it is read (`dataset.derived`) and stands beside the question, whose own
members never change. `gather` reads what is needed in three statements, `sides` and `pairs` work on bodies alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from marshmallow import fields

from api.examples import CLAIM
from api.reading import View
from api.shapes import Shape, many, number, part, words
from dataset.canonical import Body, parse, prune
from dataset.derived.positions import relation
from dataset.derived.provenance import chain
from dataset.derived.voices import voices
from dataset.derived.zones import zone
from dataset.queries.actors import find_actors_by_id
from dataset.queries.claims import find_claims
from dataset.queries.filters import Choice
from dataset.queries.paging import whole
from dataset.queries.sources import find_lineage
from dataset.schemas.parts import Anchor, Quantity
from dataset.store.tables import claims

#: Members of a claim that a side repeats as they are.
REPEATED = (
    *("id", "statement", "claimant_basis", "modality", "hedge", "author_stance"),
    *("quantity", "time", "said", "anchor", "renders"),
)


class ActorName(Shape):
    """An actor by id and name."""

    id = words("Id of the actor.", "john-roe", required=True)
    name = words("Their name in English.", "John Roe")


class ChainStation(Shape):
    """One station on the way from the claimant to the reader."""

    actor = part(ActorName, "Who.", required=True)
    role = words("As what: `claimant`, a role of `via`, `author`, `translator` or `publisher`.", "relay", required=True)
    source = words("The source that they wrote, translated or published.", "overton-herald-2024")


class SourceName(Shape):
    """A source in short."""

    id = words("Id of the source.", "overton-herald-2024", required=True)
    title = words("Title as printed.", "Bridge talks end early")
    publisher = part(ActorName, "The outlet that published it.")
    published = words("When it was published, EDTF.", "2024-06-18")


class SideClaim(Shape):
    """A claim as it stands beside those that it agrees or differs with."""

    id = words("Id of the claim.", "overton-herald-2024.c1", required=True)
    statement = words("The claim in our words.", CLAIM["statement"], required=True)
    claimant = part(ActorName, "Who makes it; absent when nobody can be named.")
    claimant_basis = words("How the claimant is known.", "stated", required=True)
    chain = many(ChainStation, "The whole way from the claimant to the publisher of the source, derived.")
    modality = words("How the claimant puts it.", "predicted", required=True)
    hedge = words("The words by which the text limits it.", "is believed to")
    author_stance = words("Where the author stands.", "neutral")
    quantity = part(Quantity, "The figure that it gives.")
    time = words("When the statement holds, EDTF.", "2024-06")
    said = words("When it was made, EDTF.", "2024-06-17")
    source = part(SourceName, "The source that carries it.", required=True)
    anchor = part(Anchor, "Where it stands in the captured text.")
    zone = words("The function of the stretch of text in which it stands, derived.", "body")
    renders = words("The claim that it renders; it is no second voice.", "overton-herald-2024.c1")


class VoiceCount(Shape):
    """How many independent voices stand behind a position; those who are not named make the count a range."""

    min = number("The least number of voices.", 1, required=True)
    max = number("The greatest number of voices.", 2, required=True)
    named = many(ActorName, "The claimants who are named.")
    sources = many(SourceName, "The root sources of authors who are not named.")
    unnamed = many(ActorName, "The claimants who are not named; any of them may be one of the others.")
    nobody = many(SourceName, "The root sources that pass on what nobody in particular says.")


class Side(Shape):
    """A position with all who take it."""

    key = words("Key of the position.", "about_40_million", required=True)
    label = words("The position in words.", "About 40 million", required=True)
    claims = many(SideClaim, "The claims that take it, in the order of their sources.")
    voices = part(VoiceCount, "The independent voices behind it, derived.", required=True)


class PositionPair(Shape):
    """How two positions relate."""

    positions = fields.List(
        fields.String(metadata={"description": "Key of a position."}),
        required=True,
        metadata={"description": "The keys of the two.", "example": ["about_40_million", "over_60_million"]},
    )
    relation = words("`conflict`, `update` or `compatible`, derived from bounds and times.", "conflict", required=True)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the sides of a question are made of: its claims in their order, and sources and actors by id."""

    claims: list[Body]
    sources: dict[str, Body]
    actors: dict[str, Body]

    def taking(self, question: str, position: str) -> list[Body]:
        """The claims that take a position."""

        def takes(claim: Body) -> bool:
            return any((item["question"], item["position"]) == (question, position) for item in claim["answers"])

        return [claim for claim in self.claims if takes(claim)]


def gather(view: View, question: str) -> Gathered:
    """Read the claims on a question with all that their chains name."""
    read = view.connection.execute
    asked = whole(find_claims(release=view.release, question=Choice([question])), claims)
    taken = [parse(body) for _, body in read(asked)]
    ids = sorted({claim["source"] for claim in taken})
    sources = {id: parse(body) for id, body in read(find_lineage(ids=ids, release=view.release))} if ids else {}
    named = sorted({station.actor for claim in taken for station in chain(claim, sources)})
    actors = {id: parse(body) for id, body in read(find_actors_by_id(ids=named, release=view.release))} if named else {}
    return Gathered(taken, sources, actors)


def sides(question: Body, found: Gathered) -> list[Body]:
    """The member `sides` of a question."""
    made = []
    for position in question["positions"]:
        taking = found.taking(question["id"], position["key"])
        shown = [_claim(claim, found) for claim in taking]
        made.append({**position, "claims": shown, "voices": _voices(taking, found)})
    return made


def pairs(question: Body, found: Gathered) -> list[Body]:
    """The member `pairs` of a question; positions that nobody takes are in none."""
    keys = [position["key"] for position in question["positions"]]
    made = []
    for one, other in combinations(keys, 2):
        taken = found.taking(question["id"], one), found.taking(question["id"], other)
        if related := relation(question, *taken):
            made.append({"positions": [one, other], "relation": related})
    return made


def _claim(claim: Body, found: Gathered) -> Body:
    shown: Body = {name: claim[name] for name in REPEATED if name in claim}
    if "claimant" in claim:
        shown["claimant"] = _actor(claim["claimant"], found)
    shown["chain"] = [
        prune({"actor": _actor(station.actor, found), "role": station.role, "source": station.source})
        for station in chain(claim, found.sources)
    ]
    shown["source"] = _source(claim["source"], found)
    if where := zone(claim, found.sources):
        shown["zone"] = where
    return shown


def _actor(id: str, found: Gathered) -> Body:
    name = found.actors.get(id, {}).get("name")
    return {"id": id, "name": name} if name else {"id": id}


def _source(id: str, found: Gathered) -> Body:
    source = found.sources.get(id, {})
    shown: dict[str, Any] = {"id": id, "title": source.get("title"), "published": source.get("published")}
    if "publisher" in source:
        shown["publisher"] = _actor(source["publisher"], found)
    pruned: Body = prune(shown)
    return pruned


def _voices(taking: list[Body], found: Gathered) -> Body:
    heard = voices(taking, found.sources, found.actors)
    return {
        "min": heard.min,
        "max": heard.max,
        "named": [_actor(id, found) for id in heard.named],
        "sources": [_source(id, found) for id in heard.sources],
        "unnamed": [_actor(id, found) for id in heard.unnamed],
        "nobody": [_source(id, found) for id in heard.nobody],
    }
