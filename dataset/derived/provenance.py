"""The way a claim or a quote took to its reader, and the root it grew from.

The chain runs from whoever made the claim over the links that the text names (`via`) to the author, the translator, the
publishers of what the source derives from, and the source's own publisher (compare PROV: derivation and attribution).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dataset.canonical import Body

Sources = Mapping[str, Body]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One station: an actor in a role; `source` is the source that it wrote, translated or published."""

    actor: str
    role: str
    source: str | None = None


def origins(source: str, sources: Sources) -> list[str]:
    """The source and all it derives from, the nearest first; each once."""
    found = [source]
    for id in found:
        for derivation in sources.get(id, {}).get("derived_from", []):
            if derivation["source"] not in found:
                found.append(derivation["source"])
    return found


def root(source: str, sources: Sources) -> str:
    """The source at the end of the derivations: two copies of one text have one root."""
    return origins(source, sources)[-1]


def chain(record: Body, sources: Sources) -> list[ChainLink]:
    """The chain of a claim or quote, from its claimant or speaker to the publisher of its source.

    A station that follows itself is told once: an author who speaks for himself is the claimant and no further link.
    Nobody stands for an unnamed author or speaker.
    """
    role = "claimant" if "claimant_basis" in record else "speaker"
    stations = [ChainLink(record[role], role)] if role in record else []
    stations += [ChainLink(link["actor"], link["role"]) for link in record.get("via", [])]
    line = origins(record["source"], sources)
    stations += _authors(record["source"], sources)
    for id in line:
        if translator := sources.get(id, {}).get("translator"):
            stations.append(ChainLink(translator, "translator", id))
    for id in reversed(line):
        if publisher := sources.get(id, {}).get("publisher"):
            stations.append(ChainLink(publisher, "publisher", id))
    told: list[ChainLink] = []
    for station in stations:
        if not told or told[-1].actor != station.actor:
            told.append(station)
    return told


def _authors(source: str, sources: Sources) -> Iterator[ChainLink]:
    """The authors that the source names; a copy that names none has those of its original, or of each of them."""
    line = [source]
    for id in line:
        held = sources.get(id, {})
        if authors := held.get("authors"):
            for author in authors:
                yield ChainLink(author, "author", id)
            continue
        line += [one["source"] for one in held.get("derived_from", []) if one["source"] not in line]
