"""Writes `dataset/bodies.py`: the records as typed mappings, for editors and type checkers, read off the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import fields

from dataset.schemas import TYPES, Strict, parts
from dataset.schemas.fields import Flag, Integer, Items, Number, Part

_HEAD = '''"""The records as typed mappings; written from the schemas by `python -m dataset.generate`, not by hand.

What is absent in a record is absent here: ask with `record.get("name")`. The fields are described in `docs/fields.md`.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict'''


def write() -> Iterator[str]:
    """The module, line by line, without line ends."""
    yield from _HEAD.splitlines()
    mappings = [value for value in vars(parts).values() if isinstance(value, type) and issubclass(value, Strict)]
    for schema in [*(part for part in mappings if part.__module__ == parts.__name__), *TYPES.values()]:
        yield from ("", "", f"class {schema.__name__}(TypedDict):")
        yield f'    """{(schema.__doc__ or "").splitlines()[0]}"""'
        yield ""
        for name, field in schema().fields.items():
            kind = _kind(field)
            yield f"    {name}: {kind if field.required else f'NotRequired[{kind}]'}"


def _kind(field: fields.Field[Any]) -> str:
    match field:
        case Items():
            return f"list[{_kind(field.inner)}]"
        case Part():
            return type(field.schema).__name__
        case Flag():
            return "bool"
        case Integer():
            return "int"
        case Number():
            return "float"
        case _:
            return "str"
