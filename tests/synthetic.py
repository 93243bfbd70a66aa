"""A made-up dataset of any size, from a seed: the quarrels about a regatta that never took place.

Bodies are valid and cross references resolve, so tests, benchmarks and soaks can load, filter and page them. The same
seed gives the same bytes.

    log = make_log(seed=1, claims=200, releases=3)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from dataset.canonical import Body, canonical, digest, prune
from dataset.edtf import bounds
from dataset.log import OPERATIONS, Change, Operation, Release, from_manifest
from dataset.state import digests

NAME = "regatta"
CLAIMS_PER_SOURCE = 40
DATES = ("2031-07", "2031-07-14", "2031", "2031-06-30/2031-07-02", "2031-07-14~", "../2031-07-01", "2031-08?/..")
UNITS = ("boats", "people", "hours", "percent")
MODALITIES = ("asserted", "asserted", "asserted", "asserted", "denied", "predicted", "opinion", "urged")
SENTENCES = (
    "The harbour office counted boats twice before the wind turned and the northern buoy was lost to the tide."
    " A judge on the pier called the second start void while the crews of both clubs were still at breakfast."
    " Nobody on the quay would say who had moved the finishing line or why the lantern ship left at noon."
)
WORDS = SENTENCES.split()


def dated(name: str, value: str | None, basis: str = "stated") -> Body:
    """A date with its derived bounds and its basis, as they stand in a body."""
    if value is None:
        return {}
    earliest, latest = bounds(value)
    return {
        name: value,
        f"{name}_basis": basis,
        f"{name}_earliest": earliest.isoformat() if earliest else None,
        f"{name}_latest": latest.isoformat() if latest else None,
    }


def anchor(start: int, text: str) -> Body:
    """The anchor of a stretch of made-up text."""
    return {"start": start, "end": start + len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


@dataclass
class Maker:
    """Makes the records of one dataset, type by type; sizes follow the number of claims."""

    seed: int
    claims: int
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        """Sizes of the other types."""
        self.random = Random(self.seed)
        self.source_ids = [f"gazette-{number:06d}" for number in range(1 + (self.claims - 1) // CLAIMS_PER_SOURCE)]
        self.actor_ids = [f"skipper-{number:05d}" for number in range(10 + self.claims // 100)]
        self.place_ids = [f"pier-{number:04d}" for number in range(5 + self.claims // 1000)]
        self.topic_ids = ["boats", "boats-small", "weather", "rules", "rules-start"]
        self.event_ids = [f"heat-{number:05d}" for number in range(5 + self.claims // 200)]
        self.question_ids = [f"how-many-{number:05d}" for number in range(3 + self.claims // 500)]

    def records(self) -> Iterator[tuple[str, Body]]:
        """Type and body of every record, references before those who refer where that is possible."""
        yield "dataset", self.dataset()
        for index, topic in enumerate(self.topic_ids):
            broader = topic.partition("-")[0] if "-" in topic else None
            yield "topics", {"id": topic, "label": f"Topic {index}", "broader": broader}
        for index, place in enumerate(self.place_ids):
            body: Body = {"id": place, "name": f"Pier {index}", "kind": ("city", "site")[index % 2], "country": "XA"}
            yield "places", {**body, "latitude": 50.25 + index % 300 / 8, "longitude": -3.5}
        for index, actor in enumerate(self.actor_ids):
            yield "actors", self.actor(index, actor)
        for index, event in enumerate(self.event_ids):
            yield "events", self.event(index, event)
        for question in self.question_ids:
            positions = [{"key": "few", "label": "Fewer than ten"}, {"key": "many", "label": "Ten or more"}]
            wording = f"How many boats started in {question}?"
            yield (
                "questions",
                {"id": question, "question": wording, "kind": "conflict", "answer": "number", "positions": positions},
            )
        left = self.claims
        for index, source in enumerate(self.source_ids):
            yield "sources", self.source(index, source)
            count = min(CLAIMS_PER_SOURCE, left)
            left -= count
            for number in range(1, count + 1):
                if number % 4 == 1:
                    yield "quotes", self.quote(source, number)
                yield "claims", self.claim(source, number)

    def dataset(self) -> Body:
        """The description of the dataset."""
        return {"id": NAME, "title": "The regatta that never was", "licence": "CC-BY-4.0", "languages": ["en", "fr"]}

    def actor(self, index: int, actor: str) -> Body:
        """A skipper, some of them officers of a club, every seventh without a name."""
        roles = [{"title": "Commodore"}, {"title": "Judge", "organisation": self.actor_ids[0]}]
        return {
            "id": actor,
            "name": f"Skipper {index}",
            "kind": "organisation" if index == 0 else "person",
            "named": index % 7 != 6,
            "country": ("XA", "XB", None)[index % 3],
            "aliases": [f"S. {index}"],
            "roles": roles if index % 5 == 1 else [],
        }

    def event(self, index: int, event: str) -> Body:
        """A heat, part of the first one."""
        return {
            "id": event,
            "title": f"Heat {index}",
            "kind": "race",
            **dated("date", DATES[index % len(DATES)]),
            "place": self.random.choice(self.place_ids),
            "participants": [{"actor": self.random.choice(self.actor_ids), "role": "participant"}],
            "status": ("occurred", "planned", "uncertain")[index % 3],
            "part_of": self.event_ids[0] if index else None,
        }

    def source(self, index: int, source: str) -> Body:
        """An issue of the gazette; every tenth reprints the one before, every fifth has no captured text."""
        characters = 100 + CLAIMS_PER_SOURCE * 200
        zones = [
            {"kind": "title", "start": 0, "end": 100},
            {"kind": "body", "start": 100, "end": characters - 50},
            {"kind": "comment", "start": characters - 50, "end": characters},
        ]
        text = {"file": f"{source}.txt", "sha256": digest(source.encode()), "characters": characters, "zones": zones}
        reprint = {"source": self.source_ids[index - 1], "relation": "republication_of"} if index % 10 == 9 else None
        return {
            "id": source,
            "title": f"Gazette No. {index}",
            "kind": "article",
            "authors": [self.random.choice(self.actor_ids)],
            "publisher": self.actor_ids[0],
            **dated("published", "2031-07-15"),
            "language": ("en", "fr")[index % 2],
            "url": f"https://example.org/gazette/{index}",
            "derived_from": [reprint] if reprint else [],
            "text": None if index % 5 == 4 else text,
        }

    def quote(self, source: str, number: int) -> Body:
        """Words that somebody says at a heat."""
        words = " ".join(self.random.choices(WORDS, k=self.random.randint(2, 9)))
        speaker = self.random.choice(self.actor_ids) if number % 8 != 5 else None
        return {
            "id": f"{source}.q{number}",
            "source": source,
            "text": words,
            "anchor": self._anchor(source, number, words),
            "kind": ("direct", "partial", "scare")[number % 3],
            "uttered": "actual",
            "speaker": speaker,
            "speaker_basis": "stated" if speaker else "unknown",
            "via": [{"actor": self.random.choice(self.actor_ids), "role": "relay"}] if number % 3 == 0 else [],
            **dated("said", self.random.choice(DATES)),
            "occasion": self.random.choice(self.event_ids),
            "original_language": "fr" if number % 5 == 0 else None,
        }

    def claim(self, source: str, number: int) -> Body:
        """A statement with most of what a claim can carry."""
        random = self.random
        statement = " ".join(random.choices(WORDS, k=random.randint(20, 60)))
        claimant = random.choice(self.actor_ids) if number % 6 else None
        question = random.choice(self.question_ids)
        return {
            "id": f"{source}.c{number}",
            "source": source,
            "anchor": self._anchor(source, number, statement),
            "statement": statement,
            "claimant": claimant,
            "claimant_basis": random.choice(("stated", "inferred") if claimant else ("author", "unknown")),
            "via": [{"actor": random.choice(self.actor_ids), "role": "relay"}] if number % 3 == 0 else [],
            "modality": random.choice(MODALITIES),
            "hedge": "it is said" if number % 9 == 0 else None,
            "author_stance": "neutral" if claimant and number % 2 else None,
            "quantity": self._quantity(number),
            **dated("time", random.choice(DATES), "inferred"),
            **(dated("said", random.choice(DATES)) if number % 2 else {}),
            "quotes": [f"{source}.q{number}"] if number % 4 == 1 else [],
            "events": [random.choice(self.event_ids)],
            "actors": sorted({random.choice(self.actor_ids), random.choice(self.actor_ids)}),
            "places": [random.choice(self.place_ids)],
            "topics": [random.choice(self.topic_ids)],
            "answers": [{"question": question, "position": random.choice(("few", "many"))}] if number % 5 == 0 else [],
        }

    def _anchor(self, source: str, number: int, words: str) -> Body | None:
        if int(source[-6:]) % 5 == 4:
            return None
        return anchor(100 + (number * 7 % CLAIMS_PER_SOURCE) * 190, words[:190])

    def _quantity(self, number: int) -> Body | None:
        if number % 3:
            return None
        value = self.random.randint(1, 5000)
        quantity: Body = {"qualifier": "exact", "unit": self.random.choice(UNITS), "of": "boats at the start"}
        if number % 2:
            return {**quantity, "qualifier": "between", "min": value, "max": value + 10}
        return {**quantity, "qualifier": self.random.choice(("exact", "about", "over", "at_most")), "value": value}


class History:
    """A state that grows by releases; each change-set is made from the difference that its caller asks for."""

    def __init__(self) -> None:
        """Nothing released yet."""
        self.state: dict[str, dict[str, bytes]] = {}
        self.bodies: dict[str, dict[str, Body]] = {}
        self.releases: list[Release] = []

    def add(self, type_: str, body: Body) -> Change:
        """A new record."""
        return self._put("added", type_, body, None)

    def change(self, type_: str, body: Body, reason: str = "corrected") -> Change:
        """A record that is there already, as it shall be."""
        return self._put("changed", type_, body, reason)

    def _put(self, operation: Operation, type_: str, body: Body, reason: str | None) -> Change:
        body = prune(body)
        data = canonical(body)
        self.state.setdefault(type_, {})[body["id"]] = data
        self.bodies.setdefault(type_, {})[body["id"]] = body
        return Change(type_, body["id"], operation, body, digest(data), reason)

    def end(self, type_: str, id_: str, replaced_by: str | None = None) -> Change:
        """A record that is withdrawn, or merged into another."""
        del self.state[type_][id_], self.bodies[type_][id_]
        operation: Operation = "merged" if replaced_by else "withdrawn"
        return Change(type_, id_, operation, reason="not needed", replaced_by=replaced_by)

    def release(self, version: str, changes: list[Change], notes: str = "Made up.") -> Release:
        """Close a change-set."""
        found = digests(self.state)
        manifest = {
            "name": next(iter(self.state["dataset"])),
            "version": version,
            "ordinal": len(self.releases) + 1,
            "parent": self.releases[-1].version if self.releases else None,
            "date": f"2032-01-{len(self.releases) % 28 + 1:02d}",
            "schema_version": "1.0",
            "notes": notes,
            "counts": found.counts,
            "changes": {name: sum(change.operation == name for change in changes) for name in OPERATIONS},
            "sha256": found.state,
            "types": found.types,
        }
        ordered = tuple(sorted(changes, key=lambda change: (change.type, change.id)))
        self.releases.append(from_manifest(manifest, held=ordered))
        return self.releases[-1]


def make_log(*, seed: int = 1, claims: int = 200, releases: int = 3, share: float = 0.1) -> list[Release]:
    """A log: the first release adds everything, each later one changes a `share` of the claims and ends two of them."""
    history = History()
    history.release("0.1.0", [history.add(*record) for record in Maker(seed, claims).records()])
    random = Random(seed + 1)
    for number in range(1, releases):
        held = history.bodies["claims"]
        chosen = random.sample(sorted(held), k=max(3, int(len(held) * share)))
        changes = [
            history.change("claims", {**held[id_], "note": f"Read again for release {number}."}) for id_ in chosen[2:]
        ]
        changes.append(history.end("claims", chosen[0]))
        changes.append(history.end("claims", chosen[1], replaced_by=chosen[2]))
        changes.append(history.add("topics", {"id": f"later-{number:03d}", "label": f"Later {number}"}))
        history.release(f"0.{number + 1}.0", changes)
    return history.releases
