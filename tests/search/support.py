"""A made-up log full of words that are hard to find, and a search over its bodies that is too plain to be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from random import Random

from sqlalchemy import Connection

from dataset.canonical import Body
from dataset.log import Release as LoggedRelease
from dataset.queries.filters import Choice
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release, find_release
from dataset.search.fields import FIELDS
from dataset.search.pages import Hit, page_of, page_of_all
from dataset.search.query import Query, Term, parse
from dataset.search.words import words
from dataset.state import order_key
from dataset.store.tables import RECORDS
from tests.synthetic import History

#: Type → id → body.
State = Mapping[str, Mapping[str, Body]]

#: Few, so that phrases come about by chance; alike, so that folding and prefixes matter.
WORDS = (
    *("boat", "Boats", "BOATS", "boathouse", "Boot", "café", "CAFÉ", "cafe", "Straße", "STRASSE"),
    *("strasse", "Müller", "Muller", "son-hui", "9/11", "1/2", "½", "3,000", "٣٠٠٠", "北朝鲜"),
    *("北", "朝", "かが", "カ", "ｶﾞ", "한국", "한국이", "naïve", "ﬁnal", "final"),
    *("O’Neil", "o'neil", "and", "OR", "not", "NEAR", "łódź", "Lodz", "İzmir", "izmir"),
)
TYPES = tuple(RECORDS)


def text(random: Random, most: int = 7) -> str:
    """Some of the words with something between them."""
    chosen = random.choices(WORDS, k=random.randint(1, most))
    return "".join(word + random.choice((" ", " ", " ", ", ", "-", " – ", "… ", " “", "” ")) for word in chosen).strip()


def body(random: Random, record_type: str, number: int) -> Body:
    """A record of a type; everything that is searched may be there or not."""
    source = f"s{number % 3}"
    main = FIELDS[record_type].main[0]
    hangs = record_type in ("quotes", "claims")
    made: Body = {"id": f"{source}.{record_type[0]}{number}" if hangs else f"r{number}", main: text(random)}
    if hangs:
        made["source"] = source
        if random.random() < 0.8:
            start = random.randint(0, 99)
            made["anchor"] = {"start": start, "end": start + 5, "sha256": "0" * 64}
    if record_type == "quotes":
        made["speaker_basis"] = "unknown"
    if record_type == "claims":
        made |= {"claimant_basis": "unknown", "modality": random.choice(("asserted", "denied"))}
        made["quantity"] = {"value": 3, "qualifier": "exact", "unit": "boats", "of": text(random, 2)}
        made["hedge"] = random.choice((None, text(random, 2)))
    if record_type == "actors":
        made["aliases"] = [text(random, 2) for _ in range(random.randint(0, 2))]
        made["roles"] = [{"title": text(random, 2)} for _ in range(random.randint(0, 2))]
    if record_type == "questions":
        made["positions"] = [{"key": key, "label": text(random, 2)} for key in ("a", "b")]
    if "note" in FIELDS[record_type].rest:
        made["note"] = random.choice((None, text(random)))
    return made


def make_log(seed: int = 3, size: int = 40, releases: int = 3) -> tuple[list[LoggedRelease], list[State]]:
    """Releases that each change, end and add some records of every type; and the state that each leaves."""
    random, history = Random(seed), History()
    states: list[State] = []
    number = 0
    for release in range(releases):
        changes = []
        for record_type in TYPES:
            if record_type == "dataset":
                if release == 0:
                    changes.append(history.add("dataset", {"id": "boats", "title": "Boats and 北朝鲜"}))
                continue
            held = sorted(history.bodies.get(record_type, {}))
            chosen = random.sample(held, k=len(held) // 4)
            for id_ in chosen[2:]:
                kept = history.bodies[record_type][id_]
                fresh = body(random, record_type, 0) | {"id": id_}
                if "source" in kept:
                    fresh["source"] = kept["source"]
                changes.append(history.change(record_type, fresh))
            changes += [history.end(record_type, id_) for id_ in chosen[:2]]
            for _ in range(size if release == 0 else size // 4):
                number += 1
                changes.append(history.add(record_type, body(random, record_type, number)))
        history.release(f"0.{release + 1}.0", changes)
        states.append({record_type: dict(held) for record_type, held in history.bodies.items()})
    return history.releases, states


def naive(state: State, query: Query, types: Sequence[str] = TYPES) -> list[tuple[int, str, str]]:
    """Tier, type and id of every record that a query finds, in order: read from the definition, word by word."""
    found = []
    for ordinal, record_type in enumerate(TYPES):
        for id_, held in state.get(record_type, {}).items() if record_type in types else ():
            main = [words(one) for path in FIELDS[record_type].main for one in members(held, path)]
            rest = [words(one) for path in FIELDS[record_type].rest for one in members(held, path)]
            if not all(stands(term, main + rest) for term in query.terms):
                continue
            tier = 2
            if all(stands(term, main) for term in query.terms):
                tier = 0 if query.phrase and stands(query.phrase, main) else 1
            found.append((tier, ordinal, order_key(held), record_type, id_))
    return [(tier, record_type, id_) for tier, _, _, record_type, id_ in sorted(found)]


def members(held: Body, path: str) -> Iterator[str]:
    """The texts at a path, of each item where there is a list."""
    first, _, rest = path.partition(".")
    there = held.get(first)
    for one in there if isinstance(there, list) else [there]:
        if one is not None:
            yield from members(one, rest) if rest else [one]


def stands(term: Term, texts: Sequence[Sequence[str]]) -> bool:
    """Whether the words of a term follow one another in one of the texts."""
    *before, last = term.words
    size = len(term.words)
    return any(
        list(there[at : at + size - 1]) == before
        and (there[at + size - 1].startswith(last) if term.prefix else there[at + size - 1] == last)
        for there in texts
        for at in range(len(there) - size + 1)
    )


def release_of(connection: Connection, version: str | None = None) -> Release:
    """A release of a database, the newest when none is asked for."""
    return Release(*connection.execute(find_release(version=version)).one())


def told(hits: Sequence[Hit]) -> list[tuple[int, str, str]]:
    """Tier, type and id of hits."""
    return [(int(hit.after[0]), hit.type, hit.body.partition('"id":"')[2].partition('"')[0]) for hit in hits]


def find(
    connection: Connection,
    query: Query | str,
    *,
    version: str | None = None,
    limit: int = 500,
    types: Sequence[str] = (),
) -> list[tuple[int, str, str]]:
    """All that is found among all types, page by page."""
    asked = parse(query) if isinstance(query, str) else query
    release, after, found = release_of(connection, version), None, []
    while True:
        hits = page_of_all(connection, query=asked, types=types, release=release, after=after, limit=limit)
        found += told(hits[:limit])
        if len(hits) <= limit:
            return found
        after = hits[limit - 1].after


def find_dataset(*, release: Release) -> Records:
    """The one record of that type, which has no list."""
    return records(RECORDS["dataset"], release)


#: Type → its query function.
FINDS: Mapping[str, Callable[..., Records]] = {
    name: find_dataset if name == "dataset" else getattr(import_module(f"dataset.queries.{name}"), f"find_{name}")
    for name in TYPES
}


def find_in(
    connection: Connection,
    record_type: str,
    query: Query,
    filters: Mapping[str, Choice] | None = None,
    *,
    version: str | None = None,
    limit: int = 500,
) -> list[tuple[int, str, str]]:
    """All that is found in a list, page by page."""
    table, find = RECORDS[record_type], FINDS[record_type]
    release, after, found = release_of(connection, version), None, []
    while True:
        hits = page_of(
            connection, find, table, query=query, release=release, filters=filters or {}, after=after, limit=limit
        )
        found += told(hits[:limit])
        if len(hits) <= limit:
            return found
        after = hits[limit - 1].after
