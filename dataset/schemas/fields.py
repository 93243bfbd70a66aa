"""The kinds of value a record holds, each with the check that makes it one and the words that document it.

Every field takes its description first: the schema is the one definition of a field, and OpenAPI, Table Schema and the
curators' reference are derived from it. Messages say what was found and what is allowed, as a `Problem` tells them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from dataset import edtf
from dataset.problems import shown, suggestion

SLUG: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
CODE: Final = r"[a-z0-9]+(?:_[a-z0-9]+)*"
SLUG_LIMIT: Final = 80
TEXT_LIMIT: Final = 20_000

# Not characters of a text: NUL, which PostgreSQL refuses, and lone surrogates, which UTF-8 cannot hold.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _wrong(value: object, allowed: str) -> ValidationError:
    """The one shape of a message about a value: what was found, what is allowed."""
    return ValidationError(f"found {shown(value)}; allowed: {allowed}")


def _metadata(description: str, example: object, extra: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"description": description, **extra}
    if example is not None:
        metadata["example"] = example
    return metadata


class Verbatim(fields.String):
    """Words exactly as captured: never empty, nothing stripped, nothing normalised."""

    allowed = "text that is not empty"

    def __init__(self, description: str, *, example: object = None, limit: int = TEXT_LIMIT, **kwargs: Any) -> None:
        extra = kwargs.pop("metadata", {})
        super().__init__(metadata=_metadata(description, example, extra), **kwargs)
        self.limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not value:
            raise _wrong(value, self.allowed)
        if found := _UNWRITABLE.search(value):
            raise _wrong(f"U+{ord(found[0]):04X} at character {found.start()}", "text without NUL and lone surrogates")
        if len(value) > self.limit:
            raise ValidationError(f"found {len(value)} characters; allowed: at most {self.limit}")
        return self.checked(value)

    def checked(self, value: str) -> str:
        """The value, or a ValidationError; subclasses narrow it."""
        return value


class Text(Verbatim):
    """Words of our own: one or more characters, no space at either end, no control characters."""

    def checked(self, value: str) -> str:
        if value != value.strip():
            raise _wrong(value, "text without white space at its ends")
        if found := _CONTROL.search(value):
            raise _wrong(f"U+{ord(found[0]):04X} at character {found.start()}", "text without control characters")
        return value


class Pattern(Text):
    """Text that fully matches one regular expression, which is published as the `pattern` of the field."""

    def __init__(self, description: str, pattern: str, allowed: str, **kwargs: Any) -> None:
        super().__init__(description, metadata={"pattern": f"^{pattern}$"}, **kwargs)
        self.pattern = re.compile(pattern)
        self.allowed = allowed

    def checked(self, value: str) -> str:
        if not self.pattern.fullmatch(value):
            raise _wrong(value, self.allowed)
        return value


class Slug(Pattern):
    """The id of a record: a readable slug; `hanging` ids add a dot, a letter and a number to their source's."""

    def __init__(self, description: str, *, hanging: str | None = None, **kwargs: Any) -> None:
        tail = rf"\.{hanging}[1-9][0-9]*" if hanging else ""
        allowed = "lower-case letters and digits in words joined by single hyphens, at most 80 characters"
        if hanging:
            allowed = f"the source's id, then .{hanging} and a number from 1, such as some-source.{hanging}1"
        super().__init__(description, SLUG + tail, allowed, **kwargs)

    def checked(self, value: str) -> str:
        if len(value.partition(".")[0]) > SLUG_LIMIT:
            raise ValidationError(f"found {len(value)} characters; allowed: at most {SLUG_LIMIT} before the dot")
        return super().checked(value)


class Reference(Slug):
    """The id of another record, of the type `to`; that it exists is checked over the whole dataset."""

    HANGING: Final = {"quotes": "q", "claims": "c"}

    def __init__(self, description: str, *, to: str, **kwargs: Any) -> None:
        super().__init__(description, hanging=self.HANGING.get(to), **kwargs)
        self.to = to


class Code(Pattern):
    """A lower-case code. `closed` lists take only the codes given; the others take any code, ours being examples.

    Even closed lists are published without `enum`: codes may grow, and a client must not break on one it does not know.
    """

    def __init__(self, description: str, codes: Sequence[str] = (), *, closed: bool = False, **kwargs: Any) -> None:
        listed = ", ".join(f"`{code}`" for code in codes)
        if listed:
            description += f" One of {listed}." if closed else f" Codes in use: {listed}; others may appear."
        super().__init__(description, CODE, "a lower-case code such as some_code", **kwargs)
        self.codes = tuple(codes)
        self.closed = closed
        if codes and "example" not in self.metadata:
            self.metadata = {**self.metadata, "example": codes[0]}

    def checked(self, value: str) -> str:
        if self.closed and value not in self.codes:
            raise _wrong(value, ", ".join(self.codes) + suggestion(value, self.codes))
        return super().checked(value)


class Edtf(Text):
    """A date of the EDTF subset; see `dataset.edtf`. Its bounds stand beside it, derived."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        kwargs.setdefault("example", "2024-06-18")
        super().__init__(description, metadata={"format": "edtf"}, limit=64, **kwargs)

    def checked(self, value: str) -> str:
        try:
            edtf.bounds(value)
        except ValueError as error:
            raise ValidationError(f"{error}; found {shown(value)}; allowed: {edtf.ALLOWED}") from None
        return value


class Day(Pattern):
    """A day of the calendar, `2024-06-18`."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        kwargs.setdefault("example", "2024-06-18")
        super().__init__(description, "[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day such as 2024-06-18", **kwargs)
        self.metadata = {"format": "date", **{k: v for k, v in self.metadata.items() if k != "pattern"}}

    def checked(self, value: str) -> str:
        super().checked(value)
        try:
            edtf.bounds(value)
        except ValueError as error:
            raise ValidationError(f"{error}; found {shown(value)}; allowed: {self.allowed}") from None
        return value


class Sha256(Pattern):
    """A SHA-256, 64 lower-case hexadecimal digits."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        kwargs.setdefault("example", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        super().__init__(description, "[0-9a-f]{64}", "64 lower-case hexadecimal digits", **kwargs)


class Url(Text):
    """An address on the web: http or https with a host, nothing else."""

    allowed = "an http or https address with a host and without spaces"

    def __init__(self, description: str, **kwargs: Any) -> None:
        super().__init__(description, metadata={"format": "uri"}, limit=2000, **kwargs)

    def checked(self, value: str) -> str:
        super().checked(value)
        try:
            parts = urlsplit(value)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"]", value)
        except ValueError:
            sound = False
        if not sound:
            raise _wrong(value, self.allowed)
        return value


class Integer(fields.Integer):
    """A whole number of at least `least`; digits as text are taken too, for YAML and CSV hold nothing else."""

    def __init__(self, description: str, *, least: int = 0, example: object = None, **kwargs: Any) -> None:
        super().__init__(metadata=_metadata(description, example, {"minimum": least}), **kwargs)
        self.least = least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        number = _number(value)
        if not isinstance(number, int) or not self.least <= number < 2**53:
            raise _wrong(value, f"a whole number from {self.least}")
        return number


class Number(fields.Float):
    """A JSON number within `low` and `high`; numbers as text are taken too."""

    def __init__(
        self,
        description: str,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        example: object = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(metadata=_metadata(description, example, {}), **kwargs)
        self.low, self.high = low, high

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | float:
        number = _number(value)
        if number is None or not self.low <= number <= self.high or abs(number) >= 2**53:
            span = "" if math.isinf(self.low) else f" from {self.low:g} to {self.high:g}"
            raise _wrong(value, f"a decimal number{span} such as 1200 or 26.5, without separators")
        return number


class Flag(fields.Boolean):
    """`true` or `false`, and no other word for them."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        super().__init__(metadata={"description": description, "example": True}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value in ("true", "false"):
            return bool(value == "true")
        if isinstance(value, bool):
            return value
        raise _wrong(value, "true or false")


class Items(fields.List[Any]):
    """A list of values, without repetition where `unique`."""

    def __init__(self, description: str, inner: fields.Field[Any], *, unique: bool = True, **kwargs: Any) -> None:
        super().__init__(inner, metadata={"description": description}, **kwargs)
        self.unique = unique

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(value, "a list")
        items = super()._deserialize(value, attr, data, **kwargs)
        seen: list[Any] = []
        for index, item in enumerate(items):
            if self.unique and item in seen:
                raise ValidationError({index: [f"found {shown(item)} a second time; allowed: each once"]})
            seen.append(item)
        return items


class Part(fields.Nested):
    """A mapping inside a record, of a schema of its own."""

    def __init__(self, description: str, nested: Any, **kwargs: Any) -> None:
        super().__init__(nested, metadata={"description": description}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong(value, "a mapping")
        return super()._deserialize(value, attr, data, partial, **kwargs)


def language_tag(description: str, **kwargs: Any) -> Pattern:
    """A BCP 47 tag: a language, then script, region or variant."""
    kwargs.setdefault("example", "en")
    return Pattern(description, "[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", "a BCP 47 tag such as en, de or zh-Hans", **kwargs)


def country_code(description: str, **kwargs: Any) -> Pattern:
    """An ISO 3166-1 alpha-2 code."""
    kwargs.setdefault("example", "KR")
    return Pattern(description, "[A-Z]{2}", "two capital letters (ISO 3166-1 alpha-2)", **kwargs)


def wikidata_item(description: str, **kwargs: Any) -> Pattern:
    """A Wikidata item."""
    kwargs.setdefault("example", "Q42")
    return Pattern(description, "Q[1-9][0-9]*", "a Wikidata item such as Q42", **kwargs)


def dated(description: str, **kwargs: Any) -> tuple[Edtf, Day, Day]:
    """A date and the two bounds derived from it; declare them as `x`, `x_earliest` and `x_latest`."""
    return (
        Edtf(description, **kwargs),
        Day("First day that the date beside it may mean; derived, absent at an open start.", dump_only=True),
        Day("Last day that the date beside it may mean; derived, absent at an open end.", dump_only=True),
    )


_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def _number(value: object) -> int | float | None:
    """A finite number from a number or its decimal text; whole ones as int, so that 5 and 5.0 are one record."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if len(value) > 40 or not _DECIMAL.fullmatch(value):
            return None
        value = float(value) if "." in value else int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    return value if isinstance(value, int) else None
