"""Sound records told at first sight, some ten times as fast as marshmallow tells them.

For each record type a JSON Schema is derived from its marshmallow schema, and stricter than it: it takes no null, no
number written as text, no list that is empty. What it takes goes through what JSON Schema has no words for: the
schema's own rules (`@validates_schema`), the calendar, addresses. A record that passes is the body that marshmallow
would give, derived members included; of any other nothing is said, and marshmallow has the verdict and the message.

Only what loads many records imports this; no web worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, RegexOptions
from marshmallow import Schema, ValidationError, fields
from marshmallow.decorators import VALIDATES_SCHEMA

from dataset import edtf
from dataset.canonical import Body
from dataset.schemas import TYPES
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
    Sha256,
    Slug,
    Text,
    Url,
    Verbatim,
)

_CONTROL: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_SPACE: Final = r"\t\n\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
#: Words of our own: no control characters, no space at either end.
_TEXT: Final = f"^[^{_CONTROL}{_SPACE}](?:[^{_CONTROL}]*[^{_CONTROL}{_SPACE}])?$"
#: Numbers beyond are not kept to the last digit.
_BEYOND: Final = 2**53
#: The shortest that hangs behind the id of a source: `.q1`.
_TAIL: Final = 3


def accept(type: str, plain: Any) -> Body | None:
    """The body of a record that is sound at first sight, or None.

    `plain` is used up: bounds of dates are added to it, also when the answer is None.
    """
    validator, finish = _acceptor(type)
    try:
        if validator.is_valid(plain):
            finish.run(plain)
            body: Body = plain
            return body
    except (ValueError, ValidationError):  # the former also of what cannot be JSON
        pass
    return None


@cache
def _acceptor(type: str) -> tuple[Draft202012Validator, _Finish]:
    schema = TYPES[type]()
    return Draft202012Validator(json_schema(type), pattern_options=RegexOptions()), _Finish.of(schema)


def json_schema(type: str) -> dict[str, Any]:
    """The JSON Schema of a record type: what it refuses may still be sound."""
    return _mapping(TYPES[type]())


def _mapping(schema: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _keywords(field) for name, field in schema.fields.items() if _known(schema, name)},
        "required": [name for name, field in schema.fields.items() if field.required],
        "additionalProperties": False,
        "minProperties": 1,
    }


def _known(schema: Schema, name: str) -> bool:
    """Whether a member may be there: it is typed, or it is a bound of a date and follows from it."""
    date = schema.fields.get(name.rpartition("_")[0])
    return not schema.fields[name].dump_only or isinstance(date, Edtf)


def _keywords(field: fields.Field[Any]) -> dict[str, Any]:
    """What JSON Schema can say of a field, at least as strict as its own check.

    Raises:
        TypeError: a field of a kind that is not known here.
    """
    if isinstance(field, Verbatim):
        return {"type": "string", "minLength": 1, **_text(field)}
    if isinstance(field, Items):
        return {"type": "array", "items": _keywords(field.inner), "minItems": 1, "uniqueItems": field.unique}
    if isinstance(field, Part):
        return _mapping(field.schema)
    if isinstance(field, Integer):
        return {"type": "integer", "minimum": field.least, "exclusiveMaximum": _BEYOND}
    if isinstance(field, Number):
        low, high = max(field.low, -_BEYOND), min(field.high, _BEYOND)
        beyond = {"exclusiveMinimum": -_BEYOND, "exclusiveMaximum": _BEYOND}
        return {"type": "number", "minimum": low, "maximum": high, **beyond}
    if isinstance(field, Flag):
        return {"type": "boolean"}
    raise TypeError(f"{type(field).__name__}: no JSON Schema is known for this kind of field")


def _text(field: Verbatim) -> dict[str, Any]:
    kind = type(field)
    if kind is Verbatim:
        return {"maxLength": field.limit, "pattern": r"^[^\x00]*$"}
    if kind in (Text, Url):
        return {"maxLength": field.limit, "pattern": _TEXT}
    if kind is Edtf:
        return {"maxLength": field.limit}
    if isinstance(field, Code) and field.closed:
        return {"enum": list(field.codes)}
    if isinstance(field, (Slug, Reference)):
        hanging = "\\." in field.pattern.pattern
        return {"maxLength": SLUG_LIMIT + _TAIL * hanging, "pattern": f"^(?:{field.pattern.pattern})$"}
    if kind in (Pattern, Code, Day, Sha256):
        assert isinstance(field, Pattern)
        return {"maxLength": field.limit, "pattern": f"^(?:{field.pattern.pattern})$"}
    raise TypeError(f"{kind.__name__}: no JSON Schema is known for this kind of text")


@dataclass(frozen=True, slots=True)
class _Finish:
    """What is done to a mapping that its JSON Schema takes: the checks that are left, and the derived members."""

    parts: tuple[tuple[str, _Finish], ...]
    lists: tuple[tuple[str, _Finish], ...]
    checks: tuple[tuple[str, Callable[[Any], object]], ...]
    dates: tuple[tuple[str, str, str], ...]
    rules: tuple[Callable[[Body], None], ...]

    @classmethod
    def of(cls, schema: Schema) -> _Finish:
        """That of a schema."""
        parts: list[tuple[str, _Finish]] = []
        lists: list[tuple[str, _Finish]] = []
        checks: list[tuple[str, Callable[[Any], object]]] = []
        dates: list[tuple[str, str, str]] = []
        for name, field in schema.fields.items():
            if isinstance(field, Part):
                parts.append((name, cls.of(field.schema)))
            elif isinstance(field, Items) and isinstance(field.inner, Part):
                inner = cls.of(field.inner.schema)
                lists.append((name, inner))
                if inner.dates:  # before these were added, two items could differ by them alone
                    checks.append((name, _each_once))
            elif isinstance(field, (Integer, Number)):
                checks.append((name, _as_kept))
            elif isinstance(field, (Url, Day)) and not field.dump_only:
                checks.append((name, field.checked))
            elif isinstance(field, Edtf):
                dates.append((name, f"{name}_earliest", f"{name}_latest"))
        # marshmallow keeps the rules of a schema here, and has no public way to them
        hooks = type(schema)._hooks[VALIDATES_SCHEMA]  # noqa: SLF001
        rules = tuple(getattr(schema, name) for name, _, _ in hooks if name != "refuse_unknown")
        return cls(_at_work(parts), _at_work(lists), tuple(checks), tuple(dates), rules)

    @property
    def matters(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.parts or self.lists or self.checks or self.dates or self.rules)

    def run(self, data: Body) -> None:
        """Check and complete.

        Raises:
            ValueError, ValidationError: marshmallow has to judge.
        """
        for name, part in self.parts:
            if name in data:
                part.run(data[name])
        for name, part in self.lists:
            for item in data.get(name, ()):
                part.run(item)
        for name, check in self.checks:
            if name in data:
                check(data[name])
        for names in self.dates:
            _bound(data, *names)
        for rule in self.rules:
            rule(data)


def _at_work(found: Sequence[tuple[str, _Finish]]) -> tuple[tuple[str, _Finish], ...]:
    return tuple((name, finish) for name, finish in found if finish.matters)


def _each_once(items: Sequence[Any]) -> None:
    if any(item in items[:index] for index, item in enumerate(items)):
        raise ValueError("an item twice")


def _as_kept(number: object) -> None:
    if isinstance(number, float) and number.is_integer():
        raise ValueError("a whole number is kept as one")


def _bound(data: Body, name: str, *derived: str) -> None:
    """Add the bounds of a date, or see that those that are there are its own."""
    date = data.get(name)
    found = (None, None) if date is None else edtf.days(date)
    for member, day in zip(derived, found, strict=True):
        if day is None:
            if member in data:
                raise ValueError(member)
        elif data.setdefault(member, day) != day:
            raise ValueError(member)
