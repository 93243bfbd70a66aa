"""What it takes to name a record: its release, its dataset, and the bodies of those that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlalchemy import Connection, Table, select

from dataset.canonical import Body, digest, parse
from dataset.citing.addresses import Addresses
from dataset.derived.provenance import chain, origins
from dataset.exports.descriptors.about import About
from dataset.queries.releases import Release
from dataset.queries.sources import find_lineage
from dataset.store.reading import StoredRelease, valid_in
from dataset.store.tables import RECORDS

#: Members of a record of any type that name one actor.
ACTORS: Final = ("claimant", "speaker", "translator", "publisher")


@dataclass(frozen=True)
class Cited:
    """A record as a release has it, with what is needed to name it.

    `sources` holds its source and all that this derives from, `actors` and `places` those that the record and these
    sources name; each by id.
    """

    about: About
    type: str
    text: str
    sources: Mapping[str, Body]
    actors: Mapping[str, Body]
    places: Mapping[str, Body]

    @cached_property
    def body(self) -> Body:
        """The record."""
        return parse(self.text)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.body["id"])

    @property
    def sha256(self) -> str:
        """The SHA-256 of its canonical JSON, which is its digest in the log."""
        return digest(self.text.encode())

    @property
    def addresses(self) -> Addresses:
        """The addresses of its dataset."""
        return Addresses(self.about.homepage)

    @property
    def source(self) -> Body | None:
        """The source that it hangs under; None for what hangs under none."""
        return self.sources.get(self.body.get("source", ""))

    def actor(self, id: str | None) -> str | None:
        """The name of an actor, the id where it is not known; None for nobody."""
        return None if id is None else str(self.actors.get(id, {}).get("name", id))

    def root(self) -> Body | None:
        """The source at the end of the derivations, where that is another than its own."""
        line = origins(self.body["source"], self.sources) if "source" in self.body else []
        return self.sources.get(line[-1]) if len(line) > 1 else None


def about_release(connection: Connection, release: Release, stored: StoredRelease) -> About:
    """A release to be described, without its files."""
    table = RECORDS["dataset"]
    text = connection.execute(select(table.c.body).where(_valid(table, release))).scalar_one()
    counts = {name: int(number) for name, number in stored.manifest["counts"].items()}
    return About(parse(text), stored.version, stored.parent, stored.date, stored.notes, counts, stored.sha256, {})


def gather(connection: Connection, release: Release, about: About, type: str, text: str) -> Cited:
    """A record, given as its canonical JSON, with those that it names."""
    body = parse(text)
    own = body["id"] if type == "sources" else body.get("source")
    sources: dict[str, Body] = {}
    if own is not None:
        found = connection.execute(find_lineage(ids=[own], release=release))
        sources = {id: parse(source) for id, source in found}
    actors = _by_id(connection, release, "actors", _actors(body, sources))
    places = _by_id(connection, release, "places", [body["place"]] if "place" in body else [])
    return Cited(about, type, text, sources, actors, places)


def _actors(body: Body, sources: Mapping[str, Body]) -> set[str]:
    """The ids of the actors that a record and its sources name."""
    found = {body[name] for name in ACTORS if name in body}
    found |= {item["actor"] for name in ("via", "participants") for item in body.get(name, ())}
    found |= {role["organisation"] for role in body.get("roles", ()) if "organisation" in role}
    for source in sources.values():
        found |= {*source.get("authors", ()), *(source[name] for name in ACTORS if name in source)}
    if "source" in body:
        found |= {station.actor for station in chain(body, sources)}
    return found


def _by_id(connection: Connection, release: Release, type: str, ids: Iterable[str]) -> dict[str, Body]:
    """Records of a type by id."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    table = RECORDS[type]
    rows = connection.execute(select(table.c.id, table.c.body).where(table.c.id.in_(wanted), _valid(table, release)))
    return {id: parse(text) for id, text in rows}


def _valid(table: Table, release: Release):  # type: ignore[no-untyped-def]
    return valid_in(table, release.ordinal, release.newest)
