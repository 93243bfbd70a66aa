"""A value as the cell of a CSV, and back: one value a cell, empty is null.

A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@` or one of their relatives as a formula. A text that begins
so, or so behind apostrophes, gets one more apostrophe in front; whoever reads takes one away from a text that begins
with apostrophes and one of these characters. Every other text stands as it is, those that begin with an apostrophe and
something else included, so nothing is ambiguous. Numbers are never touched.

Numbers are written as decimals without exponent, whole ones without a point.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from dataset.exports.layout import Kind

Value = str | int | float | bool | None

#: What starts a formula: the four signs, tab, carriage return and line feed (they may be skipped), full-width signs.
FORMULA: Final = "=+@\t\r\n＝＋－＠-"
#: A text that is guarded when it is written; the same behind one more apostrophe is what a reader strips.
GUARDED: Final = f"^'*[{FORMULA}]"

_GUARDED: Final = re.compile(GUARDED)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def guard(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguard(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def decimal(number: float) -> str:
    """A number as decimal digits, the shortest that give the same double."""
    if isinstance(number, int) or number.is_integer():
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def write_cell(value: Value) -> str:
    """The text of a cell, before the quoting of CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return guard(value) if isinstance(value, str) else decimal(value)


def read_cell(kind: Kind, text: str | None) -> Value:
    """The value of a cell; what is not of its kind stays text, for the schema to refuse it with a message."""
    if not text:
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind in ("integer", "number"):
        return _number(text) if _NUMBER.fullmatch(text) else text
    return unguard(text)


def _number(text: str) -> int | float:
    if "." not in text:
        return int(text) if len(text) < 40 else float(text)
    number = float(text)
    return int(number) if number.is_integer() else number
