"""A line of JSON Lines, read strictly: what JSON leaves to chance (keys twice, NaN, endless numbers) is a mistake."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from dataset.importing import limits
from dataset.importing.texts import printable
from dataset.problems import Problem

BOM = b"\xef\xbb\xbf"


def parse(line: bytes) -> dict[str, Any] | Problem:
    """The record on a line, or what is wrong with the line.

    What the record holds is for its schema to judge.
    """
    try:
        found = decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Problem(
            message="not UTF-8", found=f"byte 0x{line[error.start]:02X} at byte {error.start + 1}", allowed="UTF-8"
        )
    except json.JSONDecodeError as error:
        return Problem(
            message=f"not JSON: {error.msg}", found=f"at character {error.colno}", allowed="one JSON object a line"
        )
    except RecursionError:
        return Problem(message="nested too deeply", allowed="one JSON object a line")
    except ValueError as error:
        return Problem(message=f"not allowed in JSON here: {printable(str(error))}")
    if not isinstance(found, dict):
        return Problem(message="not a record", found=type(found).__name__, allowed="one JSON object a line")
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(pairs) > limits.NAMES:
        raise ValueError(f"an object of {len(pairs)} members; allowed: at most {limits.NAMES}")
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the name {printable(twice)!r} twice in one object")
    for value in members.values():
        if type(value) is list and len(value) > limits.ITEMS:
            raise ValueError(f"a list of {len(value)} items; allowed: at most {limits.ITEMS}")
    return members


def _whole(text: str) -> int:
    if len(text) > limits.DIGITS:
        raise ValueError(f"a number of {len(text)} digits; allowed: at most {limits.DIGITS}")
    return int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if len(text) > 15 and not same_number(text, number):
        raise ValueError(
            f"the number {printable(text, 40)} cannot be kept to the last digit; allowed: what a double holds"
        )
    return number


def same_number(text: str, number: float) -> bool:
    """Whether a double is the very number that was written, or only the nearest one."""
    return len(text) <= limits.DIGITS and Decimal(text) == Decimal(repr(number))


def _constant(text: str) -> float:
    raise ValueError(f"{text} is no number; allowed: leave the member out")


decode = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_whole, parse_float=_decimal, parse_constant=_constant
).decode
