"""How far two sets of records of the same texts agree: two curators, two passes, two states of one folder.

Quotes and claims are matched by where they stand: within a source, pairs whose stretches overlap enough, the best
first, each record once; of several equally good pairs, the one whose words are most alike. Records of other types are
matched by id, or else by name. What a field's value refers to is compared after matching, so that two curators may
number their quotes differently. Free words of our own (statements, notes, titles) are not compared.

    matching    F1: twice the matched over all records of both
    code, id    share of matched pairs with one value, and Cohen's kappa with absent as a value of its own
    date, …     share of the pairs where either has a value
    list        F1 of the members, over all pairs
"""

from __future__ import annotations

import builtins
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import fields

from dataset.canonical import Body, canonical
from dataset.schemas import TYPES
from dataset.schemas.fields import Code, Edtf, Items, Part, Reference, Text, Url, Verbatim

#: type -> id -> body
Bodies = Mapping[str, Mapping[str, Body]]
#: (type, id) of one side -> the id by which both sides are compared
Translate = Callable[[str, str], str]
#: Overlap of two stretches, as the shared part of what both cover together, from which they may be one record. A
#: claim's stretch may be a clause to one curator and a sentence to another.
OVERLAP: Final = {"quotes": 0.5, "claims": 0.3}
#: The member by which records of other types are known where their ids differ.
NAMES: Final = {"actors": "name", "places": "name", "topics": "label", "events": "title", "questions": "question"}
#: Fields of free words.
FREE_WORDS: Final = (Verbatim, Text, Url)
#: Free words that are compared all the same: they are the text's, not ours.
WORDS: Final = frozenset({("claims", "hedge")})
#: Not compared: what matching itself rests on.
SKIPPED: Final = frozenset({"id", "source", "anchor", "text"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on which a pair differs, or (field None) a record that only one side has."""

    type: str
    a: str | None
    b: str | None
    field: str | None = None
    a_value: Any = None
    b_value: Any = None


@dataclass(slots=True)
class FieldAgreement:
    """One field over the matched pairs. `agreement` and `kappa` are None where there is nothing to compare."""

    field: str
    measure: str
    pairs: int
    agreement: float | None
    kappa: float | None = None


@dataclass(slots=True)
class TypeAgreement:
    """One record type: how many on either side, how many matched, how many of those on the very same stretch."""

    type: str
    a: int
    b: int
    matched: int
    same_stretch: int | None = None
    fields: list[FieldAgreement] = field(default_factory=list)

    @property
    def f1(self) -> float | None:
        """F1 of the matching; None without records."""
        return 2 * self.matched / (self.a + self.b) if self.a + self.b else None


@dataclass(slots=True)
class Agreement:
    """Everything that was compared."""

    types: list[TypeAgreement]
    differences: list[Difference]


def compare(a: Bodies, b: Bodies, overlap: float | None = None) -> Agreement:
    """Compare two sets of records; `overlap` (0 to 1) replaces the default for both quotes and claims."""
    matches = {
        type: _match_anchored(a.get(type, {}), b.get(type, {}), overlap or OVERLAP[type])
        if type in OVERLAP
        else _match_named(type, a.get(type, {}), b.get(type, {}))
        for type in TYPES
    }
    same = {type: {b_id: a_id for a_id, b_id in pairs.items()} for type, pairs in matches.items()}
    types, differences = [], []
    for type, pairs in matches.items():
        ours, theirs = a.get(type, {}), b.get(type, {})
        summary = TypeAgreement(type, len(ours), len(theirs), len(pairs))
        if type in OVERLAP:
            anchored = ((ours[x].get("anchor"), theirs[y].get("anchor")) for x, y in pairs.items())
            summary.same_stretch = sum(_span(x) == _span(y) for x, y in anchored)
        differences += [Difference(type, x, None) for x in sorted(ours.keys() - pairs.keys())]
        differences += [Difference(type, None, y) for y in sorted(theirs.keys() - set(pairs.values()))]
        for compared in _compared_fields(type):
            values = [
                (x, y, compared.value(ours[x], _through(None)), compared.value(theirs[y], _through(same)))
                for x, y in pairs.items()
            ]
            summary.fields.append(compared.agreement([(one, other) for _, _, one, other in values]))
            differences += [
                Difference(type, x, y, compared.name, _shown(one), _shown(other))
                for x, y, one, other in values
                if one != other
            ]
        summary.fields = [found for found in summary.fields if found.pairs]
        types.append(summary)
    return Agreement([found for found in types if found.a or found.b], differences)


# --- matching ------------------------------------------------------------------------------------------------


def _span(anchor: Body | None) -> tuple[int, int] | None:
    return (anchor["start"], anchor["end"]) if anchor else None


def _match_anchored(a: Mapping[str, Body], b: Mapping[str, Body], least: float) -> dict[str, str]:
    by_source: dict[str, list[Body]] = defaultdict(list)
    for body in b.values():
        by_source[body["source"]].append(body)
    candidates = []
    for one in a.values():
        for other in by_source[one["source"]]:
            share = _overlap(one, other)
            if share >= least:
                candidates.append((-share, -_likeness(one, other), one["id"], other["id"]))
    matched: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, one_id, other_id in sorted(candidates):
        if one_id not in matched and other_id not in taken:
            matched[one_id] = other_id
            taken.add(other_id)
    return matched


def _overlap(one: Body, other: Body) -> float:
    """The shared part of two stretches (Jaccard, 0 to 1); without anchors 1 for the very same words, else 0."""
    first, second = _span(one.get("anchor")), _span(other.get("anchor"))
    if first is None or second is None:
        words = "text" if "text" in one else "statement"
        return float(first is second is None and one.get(words) == other.get(words))
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return max(shared, 0) / (max(first[1], second[1]) - min(first[0], second[0])) if shared > 0 else 0.0


def _likeness(one: Body, other: Body) -> float:
    """How alike the words of two records are (Jaccard of their words, 0 to 1)."""
    first, second = (set((body.get("statement") or body.get("text", "")).casefold().split()) for body in (one, other))
    return len(first & second) / len(first | second) if first | second else 0.0


def _match_named(type: str, a: Mapping[str, Body], b: Mapping[str, Body]) -> dict[str, str]:
    matched = {id: id for id in a if id in b}
    member = NAMES.get(type)
    if member is not None:
        left = {_folded(body[member]): id for id, body in b.items() if id not in matched}
        for id, body in a.items():
            if id not in matched and _folded(body[member]) in left:
                matched[id] = left.pop(_folded(body[member]))
    return matched


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in plain if character.isalnum())


# --- fields --------------------------------------------------------------------------------------------------


def _through(same: Mapping[str, Mapping[str, str]] | None) -> Translate:
    """B's ids as A's, where the records were matched; a quote or claim without a match is none of A's. None for A."""

    def translate(type: str, id: str) -> str:
        if same is None:
            return id
        return same[type].get(id, f"{id} (of B)" if type in OVERLAP else id)

    return translate


@dataclass(frozen=True, slots=True)
class _Compared:
    """A field that is compared: its name, how, and where it is declared."""

    name: str
    measure: str
    declared: fields.Field[Any]

    def value(self, body: Body, translate: Translate) -> Any:
        """The field's value in a body, made comparable."""
        value: Any = body
        for step in self.name.split("."):
            value = (value or {}).get(step)
        if isinstance(self.declared, Items):
            return frozenset(_member(item, self.declared.inner, translate) for item in value or [])
        return None if value is None else _member(value, self.declared, translate)

    def agreement(self, pairs: Sequence[tuple[Any, Any]]) -> FieldAgreement:
        if self.measure == "list":
            given = [(one, other) for one, other in pairs if one or other]
            shared = sum(len(one & other) for one, other in given)
            all_members = sum(len(one) + len(other) for one, other in given)
            return FieldAgreement(self.name, "F1", len(given), 2 * shared / all_members if all_members else None)
        given = [pair for pair in pairs if pair != (None, None)]
        if self.measure == "category":
            equal = sum(one == other for one, other in pairs)
            # a field that neither side uses anywhere says nothing
            number = len(pairs) if given else 0
            return FieldAgreement(self.name, "share", number, equal / number if number else None, kappa(pairs))
        equal = sum(one == other for one, other in given)
        return FieldAgreement(self.name, "share where given", len(given), equal / len(given) if given else None)


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa: agreement beyond what chance would bring; None where chance alone would bring all of it."""
    if not pairs:
        return None
    number = len(pairs)
    observed = sum(one == other for one, other in pairs) / number
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(count * second[value] for value, count in first.items()) / number**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _compared_fields(type: str) -> Iterator[_Compared]:
    """The fields of a type that are compared, read off its schema."""
    for name, declared in TYPES[type]().fields.items():
        if name in SKIPPED or declared.dump_only:
            continue
        if isinstance(declared, Items):
            yield _Compared(name, "list", declared)
        elif isinstance(declared, Reference | Code):
            yield _Compared(name, "category", declared)
        elif isinstance(declared, Part):
            yield _Compared(name, "value", declared)
            for inner, part in declared.schema.fields.items():
                if isinstance(part, Code):
                    yield _Compared(f"{name}.{inner}", "value", part)
        elif builtins.type(declared) not in FREE_WORDS or (type, name) in WORDS:
            yield _Compared(name, "value", declared)


def _member(value: Any, declared: fields.Field[Any], translate: Translate) -> Any:
    """One value, made comparable: an id as both sides know it, a part without its free words as canonical text."""
    if isinstance(declared, Reference):
        return translate(declared.to, value)
    if isinstance(declared, Part):
        known = declared.schema.fields
        members = {
            name: _member(member, known[name], translate)
            for name, member in value.items()
            if name in known and (isinstance(known[name], Reference | Code | Edtf) or not isinstance(member, str))
        }
        return canonical(members).decode()
    return canonical({"": value}).decode() if isinstance(value, dict | list) else value


def _shown(value: Any) -> Any:
    return sorted(str(member) for member in value) if isinstance(value, frozenset) else value
