"""How many independent voices stand behind a position: two copies of one text are not two confirmations.

A voice is a named claimant, or the root source of an author whose name is not known. What does not count: copies and
renderings, comments of readers, and those who only pass on or are credited. Who is not named may be anybody, one of the
named included, so unnamed claimants make the count a range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dataset.canonical import Body
from dataset.derived.provenance import Sources, root
from dataset.derived.zones import zone

#: A zone whose words are not the source's.
_NOT_A_VOICE = "comment"


@dataclass(frozen=True, slots=True)
class Voices:
    """The count as a range, and who is behind it.

    `named` and `unnamed` are ids of actors; `sources` the root sources whose author's name is not known, `nobody` those
    that pass on what nobody in particular says.
    """

    min: int
    max: int
    named: list[str]
    sources: list[str]
    unnamed: list[str]
    nobody: list[str]


def voices(claims: Iterable[Body], sources: Sources, actors: Mapping[str, Body]) -> Voices:
    """The independent voices behind claims that share a position."""
    named: set[str] = set()
    roots: set[str] = set()
    unnamed: set[str] = set()
    nobody: set[str] = set()
    for claim in claims:
        if "renders" in claim or zone(claim, sources) == _NOT_A_VOICE:
            continue
        claimant = claim.get("claimant")
        if claimant is None and claim["claimant_basis"] == "author":
            roots.add(root(claim["source"], sources))
        elif claimant is None:
            nobody.add(root(claim["source"], sources))
        elif actors.get(claimant, {}).get("named") is False:
            unnamed.add(claimant)
        else:
            named.add(claimant)
    certain, doubtful = len(named) + len(roots), len(unnamed) + len(nobody)
    least = certain or min(1, doubtful)
    return Voices(least, certain + doubtful, sorted(named), sorted(roots), sorted(unnamed), sorted(nobody))
