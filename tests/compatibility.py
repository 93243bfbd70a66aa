"""What would break a client: the differences between two versions of the document that docs/stability.md rules out.

What a client sends may be taken more liberally, never more strictly; what it gets may hold more members, never fewer or
others. Wording, examples and the order of things do not matter. A change that cannot be judged (another pattern) counts
as a break: whoever makes it looks at it and says why it is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Node = Mapping[str, Any]

UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
EXACT: Final = ("pattern", "format", "multipleOf", "uniqueItems", "const", "oneOf", "anyOf", "allOf", "not")
#: Of a parameter: how it is written.
WRITTEN: Final = (("style", "form"), ("explode", True), ("allowReserved", False))


def breaks(old: Node, new: Node) -> list[str]:
    """What a client of `old` may trip over in `new`, each with its place; empty when nothing."""
    return list(dict.fromkeys(Comparison(old, new).paths()))


class Comparison:
    """Two versions of a document, walked through side by side."""

    def __init__(self, old: Node, new: Node) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str, bool]] = set()

    def paths(self) -> Iterator[str]:
        """The breaks of all operations."""
        for path, item in self.old["paths"].items():
            if path not in self.new["paths"]:
                yield f"{path}: the path is gone"
                continue
            for method in item.keys() - {"parameters"}:
                place = f"{method.upper()} {path}"
                if method not in self.new["paths"][path]:
                    yield f"{place}: the operation is gone"
                else:
                    yield from self.operation(place, item, self.new["paths"][path], method)
        if self.new.get("security") and not self.old.get("security"):
            yield "security: keys are asked for"

    def operation(self, place: str, old_item: Node, new_item: Node, method: str) -> Iterator[str]:
        """The breaks of an operation: its name, its parameters, what it answers."""
        old, new = old_item[method], new_item[method]
        if new["operationId"] != old["operationId"]:
            yield f"{place}: is now called {new['operationId']}, generated clients know it as {old['operationId']}"
        if new.get("tags") != old.get("tags"):
            yield f"{place}: is now among {new.get('tags')}, generated clients know it among {old.get('tags')}"
        if new.get("security") and not old.get("security"):
            yield f"{place}: keys are asked for"
        if new.get("requestBody", {}).get("required") and not old.get("requestBody"):
            yield f"{place}: a body is asked for"
        yield from self.parameters(place, self.taken(self.old, old_item, old), self.taken(self.new, new_item, new))
        yield from self.responses(place, old["responses"], new["responses"])

    def taken(self, document: Node, item: Node, operation: Node) -> dict[tuple[str, str], Node]:
        """The parameters of an operation, by where they stand and what they are called."""
        listed = [*item.get("parameters", []), *operation.get("parameters", [])]
        resolved = [follow(document, parameter)[0] for parameter in listed]
        return {(parameter["in"], parameter["name"]): parameter for parameter in resolved}

    def parameters(
        self, place: str, old: dict[tuple[str, str], Node], new: dict[tuple[str, str], Node]
    ) -> Iterator[str]:
        """Parameters may come when they are not required, and be taken more liberally."""
        for key, parameter in new.items():
            if parameter.get("required") and not old.get(key, {}).get("required"):
                yield f"{place}, parameter {key[1]}: is now required"
        for key, parameter in old.items():
            here = f"{place}, parameter {key[1]}"
            if key not in new:
                yield f"{here}: is gone"
                continue
            for name, default in WRITTEN:
                if parameter.get(name, default) != new[key].get(name, default):
                    yield f"{here}: {name} is another"
            was, now = parameter["schema"], new[key]["schema"]
            if was.get("default") != now.get("default"):
                yield f"{here}: without it {now.get('default')!r} is meant, not {was.get('default')!r}"
            yield from self.schemas(here, was, now, sent=True)

    def responses(self, place: str, old: Node, new: Node) -> Iterator[str]:
        """A status may come when it tells a mistake; none goes, nor any header or representation."""
        for status in new.keys() - old.keys():
            if status[0] in "23" and status != "304":
                yield f"{place}: may now answer {status}"
        for status, response in old.items():
            here = f"{place}, answer {status}"
            if status not in new:
                yield f"{here}: is gone"
                continue
            was, now = follow(self.old, response)[0], follow(self.new, new[status])[0]
            for header in was.get("headers", {}).keys() - now.get("headers", {}).keys():
                yield f"{here}: the header {header} is gone"
            for media_type, content in was.get("content", {}).items():
                if media_type not in now.get("content", {}):
                    yield f"{here}: {media_type} is gone"
                else:
                    following = now["content"][media_type].get("schema", {})
                    yield from self.schemas(here, content.get("schema", {}), following, sent=False)

    def schemas(self, place: str, old: Node, new: Node, *, sent: bool) -> Iterator[str]:
        """The breaks between two schemas of values that a client has `sent`, or else gets."""
        old, old_name = follow(self.old, old)
        new, new_name = follow(self.new, new)
        if old_name != new_name:
            yield f"{place}: the shape is now called {new_name}, generated clients know it as {old_name}"
        if old_name and new_name:
            if (old_name, new_name, sent) in self.seen:
                return
            self.seen.add((old_name, new_name, sent))
            place = old_name
        yield from values(place, old, new, sent=sent)
        yield from self.members(place, old, new, sent=sent)
        for inner in ("items", "additionalProperties"):
            was, now = old.get(inner), new.get(inner)
            if isinstance(was, Mapping) and isinstance(now, Mapping):
                yield from self.schemas(f"{place}, {inner}", was, now, sent=sent)
            elif was != now and (was is not None or now is False):
                yield f"{place}: {inner} are others"

    def members(self, place: str, old: Node, new: Node, *, sent: bool) -> Iterator[str]:
        """Members may be added; what was always there stays so."""
        was, now = old.get("properties", {}), new.get("properties", {})
        for name in was.keys() - now.keys():
            yield f"{place}: the member {name} is gone"
        for name in was.keys() & now.keys():
            yield from self.schemas(f"{place}, member {name}", was[name], now[name], sent=sent)
        required, still = set(old.get("required", [])), set(new.get("required", []))
        for name in still - required if sent else required - still:
            yield f"{place}: the member {name} is {'now required' if sent else 'no longer always there'}"


def follow(document: Node, node: Node) -> tuple[Node, str | None]:
    """What a node stands for, and the name it has among the components, if it is a reference."""
    name = None
    while "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node, name


def values(place: str, old: Node, new: Node, *, sent: bool) -> Iterator[str]:
    """The breaks between the values that two schemas admit, without looking into them.

    What is sent must still be admitted, so the new schema may not be narrower; what is got must be among what was
    admitted, so it may not be wider.
    """
    wide, narrow = (new, old) if sent else (old, new)
    if not types(narrow) <= types(wide):
        yield f"{place}: its type was {shown(old)} and is {shown(new)}"
    for name in UPPER:
        if name in wide and wide[name] < narrow.get(name, float("inf")):
            yield f"{place}: {name} was {old.get(name)} and is {new.get(name)}"
    for name in LOWER:
        if name in wide and wide[name] > narrow.get(name, float("-inf")):
            yield f"{place}: {name} was {old.get(name)} and is {new.get(name)}"
    for name in EXACT:
        if name in wide and wide[name] != narrow.get(name):
            yield f"{place}: {name} was {old.get(name)} and is {new.get(name)}"
    if "enum" in wide and not {*map(repr, narrow.get("enum", [object()]))} <= {*map(repr, wide["enum"])}:
        yield f"{place}: the values that it may have are others"


ANYTHING: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def types(schema: Node) -> frozenset[str]:
    """The types that a schema admits; every integer is a number too."""
    named = schema.get("type", [])
    found = {named} if isinstance(named, str) else {*named}
    return frozenset(found | ({"integer"} if "number" in found else set())) if found else ANYTHING


def shown(schema: Node) -> str:
    """The types of a schema, for a message."""
    return " or ".join(sorted(types(schema))) if "type" in schema else "any"
