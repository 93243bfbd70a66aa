"""Writes the field reference, `docs/fields.md`, from the schemas.

What the fields mean in hard cases is the codebook's matter; this page is what the code enforces.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import fields

from dataset.schemas import SCHEMA_VERSION, TYPES, Strict, parts
from dataset.schemas.fields import (
    SLUG_LIMIT,
    Code,
    Day,
    Edtf,
    Flag,
    Integer,
    Items,
    Number,
    Part,
    Pattern,
    Reference,
    Slug,
    Verbatim,
)

_HEAD = f"""# Field reference

Written from the schemas (record-schema version {SCHEMA_VERSION}); what the fields mean in hard cases stands in the
[codebook](codebook.md). Names are the same in YAML, JSON, CSV, SQL and the API; in flat files the names of a part are
joined by an underscore (`anchor_start`). Absent and null are the same. Derived fields are never typed.

Ids are slugs, `^[a-z0-9]+(?:-[a-z0-9]+)*$`, at most {SLUG_LIMIT} characters; those of quotes and claims are their
source's, a dot, `q` or `c`, and a number. Codes are lower-case words joined by underscores.
"""


def write() -> Iterator[str]:
    """The page, line by line, without line ends."""
    yield from _HEAD.splitlines()
    for name, schema in TYPES.items():
        yield from ("", f"## {name}", "", _summary(schema), "")
        yield from _table(schema())
    yield from ("", "# Parts", "")
    yield "The mappings that stand inside records."
    for name, part in sorted(vars(parts).items()):
        if isinstance(part, type) and issubclass(part, Strict) and part.__module__ == parts.__name__:
            yield from ("", f"## {name}", "", _summary(part), "")
            yield from _table(part())


def _summary(schema: type[Strict]) -> str:
    return (schema.__doc__ or "").splitlines()[0]


def _table(schema: Strict) -> Iterator[str]:
    yield "| field | value | required | description |"
    yield "|---|---|---|---|"
    for name, field in schema.fields.items():
        required = "derived" if field.dump_only else "yes" if field.required else ""
        description = str(field.metadata["description"]).replace("|", "\\|")
        yield f"| `{name}` | {_value(field)} | {required} | {description} |"


#: Kinds of field that say all there is in a word or two; looked up by exact class.
_PLAIN = {
    Slug: "id",
    Edtf: "EDTF date",
    Day: "day",
    Number: "number",
    Flag: "`true` or `false`",
}


def _value(field: fields.Field[Any]) -> str:
    if type(field) in _PLAIN:
        return _PLAIN[type(field)]
    match field:
        case Items():
            return f"list of {_value(field.inner)}"
        case Part():
            name = type(field.schema).__name__
            return f"[{name}](#{name.lower()})"
        case Reference():
            return f"id of one of the [{field.to}](#{field.to})"
        case Code():
            return "closed code" if field.closed else "code"
        case Pattern():
            return f"text: {field.allowed}"
        case Integer():
            return f"whole number from {field.least}"
        case Verbatim():
            return f"text, at most {field.limit} characters"
        case _:
            raise TypeError(f"the reference does not know how to show {type(field).__name__}")
