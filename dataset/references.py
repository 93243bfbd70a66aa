"""What records say of one another: every reference resolves, every chain ends, every anchor lies in its source's text.

These are the rules that a schema cannot check, for they need the whole dataset. They are checked alike for the records
that curators edit, for a release that is cut and for an import.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dataset.canonical import Body
from dataset.problems import Problem, shown, suggestion
from dataset.schemas import TYPES, walk
from dataset.schemas.fields import Items, Reference

#: type -> id -> body
Bodies = Mapping[str, Mapping[str, Body]]
Path = tuple[str | int, ...]
#: Makes a problem of a mistake in (type, id, path); the caller knows file and line.
Report = Callable[[str, str, Path, Problem], None]

#: Fields that name a record of the same type and must not lead back to it.
CHAINS = {
    "events": ("part_of",),
    "topics": ("broader",),
    "quotes": ("continues", "printing_of"),
    "claims": ("renders",),
    "sources": ("derived_from", "text.part_of"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A reference in a record: at `path`, to the record `id` of the type `to`."""

    path: Path
    to: str
    id: str


def _reference_paths() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, schema in TYPES.items():
        found[name] = []
        for path, field in walk(schema()):
            inner = field.inner if isinstance(field, Items) else field
            if isinstance(inner, Reference):
                found[name].append((path, inner.to))
    return found


#: For each type the paths that hold references, read off the schemas, with the type they lead to.
REFERENCES = _reference_paths()


def links(type: str, body: Body) -> Iterator[Link]:
    """Every reference that a record holds, in the order of its schema."""
    for path, to in REFERENCES[type]:
        for place, value in values_at(body, path):
            if isinstance(value, str):
                yield Link(place, to, value)


def values_at(value: Any, path: tuple[str, ...], place: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values at a path of member names; a list on the way stands for each of its items."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from values_at(item, path, (*place, index))
    elif not path:
        yield place, value
    elif isinstance(value, dict) and path[0] in value:
        yield from values_at(value[path[0]], path[1:], (*place, path[0]))


def check(bodies: Bodies, known: Mapping[str, Collection[str]], report: Report) -> None:
    """Check all records against one another.

    `known` holds the ids of each type that exist, be their records sound or not, so that one mistake is not told twice;
    a type that is not in it could not be read, and references to it are not judged.
    """
    for type, records in bodies.items():
        for id, body in records.items():
            for path, problem in dangling(type, body, known):
                report(type, id, path, problem)
            if type in ("quotes", "claims"):
                check_hanging(type, body, bodies, report)
            if type == "claims":
                check_answers(body, bodies, report)
            if type == "sources":
                check_part(body, bodies, report)
    for type, fields in CHAINS.items():
        for field in fields:
            _check_chain(type, field, bodies.get(type, {}), report)


def dangling(type: str, body: Body, known: Mapping[str, Collection[str]]) -> Iterator[tuple[Path, Problem]]:
    """Each reference of a record, sound or not, that leads to no known record of its type."""
    for link in links(type, body):
        if link.to in known and link.id not in known[link.to]:
            allowed = f"the id of one of the {link.to}{suggestion(link.id, known[link.to])}"
            message = f"there is no such record among the {link.to}"
            yield link.path, Problem(message=message, found=shown(link.id), allowed=allowed)


def check_hanging(type: str, body: Body, bodies: Bodies, report: Report) -> None:
    """Ids of quotes and claims begin with their source's; anchors lie in its text; a quote goes on in its source."""
    letter = type[0]
    if body["id"].rpartition(".")[0] != body["source"]:
        allowed = f"{body['source']}.{letter} and a number"
        problem = Problem(message="the id does not hang under its source", found=shown(body["id"]), allowed=allowed)
        report(type, body["id"], ("id",), problem)
    source = bodies.get("sources", {}).get(body["source"])
    anchor = body.get("anchor")
    if source and anchor:
        stretch = text_stretch(source)
        if stretch is None:
            problem = Problem(
                message="an anchor without a captured text",
                found="an anchor",
                allowed="none, for its source has no text",
            )
            report(type, body["id"], ("anchor",), problem)
        elif not (stretch[0] <= anchor["start"] and anchor["end"] <= stretch[1]):
            found = f"{anchor['start']} to {anchor['end']}"
            allowed = f"a stretch within {stretch[0]} to {stretch[1]}"
            problem = Problem(message="the anchor lies outside its source's text", found=found, allowed=allowed)
            report(type, body["id"], ("anchor",), problem)
    before = bodies.get("quotes", {}).get(body.get("continues", ""))
    if before and before["source"] != body["source"]:
        problem = Problem(
            message="a quote goes on with one of its own source",
            found=shown(before["id"]),
            allowed=f"a quote of {body['source']}",
        )
        report(type, body["id"], ("continues",), problem)


def check_answers(body: Body, bodies: Bodies, report: Report) -> None:
    """The positions that a claim takes are declared by their questions."""
    for index, answer in enumerate(body.get("answers", [])):
        question = bodies.get("questions", {}).get(answer["question"])
        if question is None:
            continue
        keys = [position["key"] for position in question["positions"]]
        if answer["position"] not in keys:
            problem = Problem(
                message=f"the question {question['id']} has no such position",
                found=shown(answer["position"]),
                allowed=", ".join(keys) + suggestion(answer["position"], keys),
            )
            report("claims", body["id"], ("answers", index, "position"), problem)


def check_part(body: Body, bodies: Bodies, report: Report) -> None:
    """A text that is a stretch of another's lies inside that other's file."""
    text = body.get("text", {})
    whole = bodies.get("sources", {}).get(text.get("part_of", ""))
    if whole is None:
        return
    characters = whole.get("text", {}).get("characters")
    if characters is None:
        problem = Problem(
            message="the source that is named holds no file",
            found=shown(whole["id"]),
            allowed="a source with text.file",
        )
        report("sources", body["id"], ("text", "part_of"), problem)
    elif text["end"] > characters:
        problem = Problem(
            message="the stretch ends behind the file", found=str(text["end"]), allowed=f"at most {characters}"
        )
        report("sources", body["id"], ("text", "end"), problem)


def text_stretch(source: Body) -> tuple[int, int] | None:
    """The stretch of its file that is a source's text, or None when no text is held."""
    text = source.get("text")
    if not text:
        return None
    return (text["start"], text["end"]) if "part_of" in text else (0, text["characters"])


def _check_chain(type: str, field: str, records: Mapping[str, Body], report: Report) -> None:
    """Following a field from record to record never comes back; each ring is told once, at its least id."""
    path = tuple(field.split("."))
    onward = {
        id: [value["source"] if isinstance(value, dict) else value for _, value in values_at(body, path)]
        for id, body in records.items()
    }
    done: set[str] = set()
    for first in sorted(onward):
        trail = [first]
        branches = [iter(onward[first])] if first not in done else []
        while branches:
            following = next(branches[-1], None)
            if following is None:
                done.add(trail.pop())
                branches.pop()
            elif following in trail:
                ring = [*trail[trail.index(following) :], following]
                problem = Problem(
                    message=f"{field} leads back to where it started",
                    found=" → ".join(ring),
                    allowed="a chain that ends",
                )
                report(type, min(ring), (path[0],), problem)
            elif following in onward and following not in done:
                trail.append(following)
                branches.append(iter(onward[following]))
