"""What records say of one another that a reviewer would ask about: quotes and claims, siblings, actors, questions."""

from __future__ import annotations

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from dataset.canonical import Body
from dataset.derived.voices import voices
from dataset.records import Records
from dataset.review.items import Item, on_record

#: Quotes of somebody's words; terms, titles and scare quotes have nobody who must be the claimant.
SPOKEN: Final = frozenset({"direct", "partial"})
#: Names at least this alike (0 to 1) are told as one spelt in two ways.
ALIKE: Final = 0.9


def inconsistent(records: Records) -> Iterator[Item]:
    """Every finding of this module."""
    yield from _quotes_of_claims(records)
    yield from _unanswered(records)
    yield from _spellings(records)
    yield from _unnamed_events(records)
    yield from _questions(records)


# --- quotes of claims ----------------------------------------------------------------------------------------


def _within(inner: Body, outer: Body) -> bool:
    return bool(outer["start"] <= inner["start"] and inner["end"] <= outer["end"])


def _quotes_of_claims(records: Records) -> Iterator[Item]:
    quotes, claims = records.bodies["quotes"], records.bodies["claims"]
    by_source: dict[str, list[Body]] = defaultdict(list)
    for quote in quotes.values():
        if "anchor" in quote:
            by_source[quote["source"]].append(quote)
    naming: dict[str, list[Body]] = defaultdict(list)
    for claim in claims.values():
        for name in claim.get("quotes", []):
            naming[name].append(claim)
    for id, claim in claims.items():
        named = claim.get("quotes", [])
        inside = [
            quote
            for quote in by_source[claim["source"]]
            if "anchor" in claim and _within(quote["anchor"], claim["anchor"])
        ]
        for quote in inside:
            # several claims may share a stretch: the quote is one's, and the others need not name it
            other = any("anchor" in one and _within(one["anchor"], claim["anchor"]) for one in naming[quote["id"]])
            if quote["id"] not in named and not other:
                yield on_record(
                    records, "unlinked_quote", "claims", id, ("quotes",), found=quote["id"], other=quote["id"]
                )
        for number, name in enumerate(named):
            quote = quotes.get(name, {})
            if quote.get("kind", "direct") in SPOKEN and _differ(records, claim, quote):
                found = f"{name} by {_who(records, quote, 'speaker')}, claimed by {_who(records, claim, 'claimant')}"
                yield on_record(records, "other_speaker", "claims", id, ("quotes", number), found=found, other=name)


def _who(records: Records, body: Body, role: str) -> str | None:
    """Who speaks or claims: an actor, the author of the source, or None for nobody in particular."""
    if role in body:
        return str(body[role])
    if body.get(f"{role}_basis") != "author":
        return None
    authors = records.bodies["sources"].get(body["source"], {}).get("authors", [])
    return str(authors[0]) if len(authors) == 1 else f"author of {body['source']}"


def _differ(records: Records, claim: Body, quote: Body) -> bool:
    if not quote or quote.get("uttered", "actual") != "actual":
        return False
    speaker, claimant = _who(records, quote, "speaker"), _who(records, claim, "claimant")
    return speaker is not None and claimant is not None and speaker != claimant


# --- siblings ------------------------------------------------------------------------------------------------


def _unanswered(records: Records) -> Iterator[Item]:
    """Claims without an answer beside one that answers: a figure of the same things, or the same events and topics.

    Renderings are left out: the claim they render answers for them.
    """
    by_quantity: dict[tuple[str, str], list[Body]] = defaultdict(list)
    by_events: dict[tuple[frozenset[str], frozenset[str]], list[Body]] = defaultdict(list)
    for claim in records.bodies["claims"].values():
        quantity = claim.get("quantity", {})
        if "of" in quantity:
            by_quantity[quantity["unit"], _folded(quantity["of"])].append(claim)
        if "events" in claim:
            by_events[frozenset(claim["events"]), frozenset(claim.get("topics", []))].append(claim)
    told: set[str] = set()
    for rule, path, siblings in (
        *(("unanswered_quantity", "quantity", group) for group in by_quantity.values()),
        *(("unanswered_event", "events", group) for group in by_events.values()),
    ):
        questions = sorted({answer["question"] for claim in siblings for answer in claim.get("answers", [])})
        for claim in siblings if questions else ():
            if "answers" not in claim and "renders" not in claim and claim["id"] not in told:
                told.add(claim["id"])
                yield on_record(records, rule, "claims", claim["id"], (path,), found=", ".join(questions))


# --- actors and events ---------------------------------------------------------------------------------------


def _folded(name: str) -> str:
    """Letters and digits, without case, marks over letters, spaces and hyphens."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in plain if character.isalnum())


def _spellings(records: Records) -> Iterator[Item]:
    """Pairs of named actors whose names are one but for case, accents, spaces, order of words, or a letter or two."""
    actors = {id: body for id, body in records.bodies["actors"].items() if body.get("named") is not False}
    names = {id: [body["name"], *body.get("aliases", [])] for id, body in actors.items()}
    blocks: dict[str, set[str]] = defaultdict(set)  # names alike share a beginning, or their sorted words do
    for id, spellings in names.items():
        for name in spellings:
            for key in (_folded(name), _words(name)):
                blocks[key[:2]].add(id)
    told: set[tuple[str, str]] = set()
    for block in blocks.values():
        for one, other in combinations(sorted(block), 2):
            pair = next(
                (
                    (first, second)
                    for first in names[one]
                    for second in names[other]
                    if _alike(first, second, same_kind=actors[one].get("kind") == actors[other].get("kind"))
                ),
                None,
            )
            if pair is not None and (one, other) not in told:
                told.add((one, other))
                yield on_record(
                    records,
                    "actor_spelling",
                    "actors",
                    one,
                    ("name",),
                    found=f"{pair[0]!r} and {other} {pair[1]!r}",
                    other=other,
                )


def _words(name: str) -> str:
    return "".join(sorted(_folded(word) for word in name.replace("-", " ").split()))


def _alike(first: str, second: str, *, same_kind: bool) -> bool:
    one, other = _folded(first), _folded(second)
    if not one or not other:
        return False
    if one == other or _words(first) == _words(second):
        return True
    if not same_kind or min(len(one), len(other)) < 6 or any(letter.isdigit() for letter in one + other):
        return False
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _unnamed_events(records: Records) -> Iterator[Item]:
    named = {event for claim in records.bodies["claims"].values() for event in claim.get("events", [])}
    for id, event in records.bodies["events"].items():
        if id not in named:
            yield on_record(records, "unnamed_event", "events", id, found=event["title"])


# --- questions -----------------------------------------------------------------------------------------------


def _questions(records: Records) -> Iterator[Item]:
    bodies = records.bodies
    answering: dict[str, dict[str, list[Body]]] = defaultdict(lambda: defaultdict(list))
    for claim in bodies["claims"].values():
        for answer in claim.get("answers", []):
            answering[answer["question"]][answer["position"]].append(claim)
    for id in bodies["questions"]:
        positions = answering[id]
        if len(positions) < 2:
            found = f"{', '.join(positions) or 'none'} taken"
            yield on_record(records, "too_few_positions", "questions", id, ("positions",), found=found)
        claims = {claim["id"]: claim for taking in positions.values() for claim in taking}
        count = voices(claims.values(), bodies["sources"], bodies["actors"])
        if count.min < 2:
            who = ", ".join([*count.named, *count.sources, *count.unnamed, *count.nobody])
            number = str(count.min) if count.min == count.max else f"{count.min} to {count.max}"
            yield on_record(records, "too_few_voices", "questions", id, found=f"{number}: {who or 'nobody'}")
