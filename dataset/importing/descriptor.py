"""`datapackage.json`: what a package says of itself, as far as loading asks.

That is name, version and day, the digests of its files, and the records whose bodies were taken out of it.

A package needs none. One that has it is held to it: a file that is not the one described is told, and a path that
leads out of the package, or to an address on the web, is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from dataset.importing import limits
from dataset.importing.jsonlines import decode
from dataset.importing.members import Member
from dataset.importing.streams import DAMAGE, Excess
from dataset.importing.texts import printable
from dataset.problems import Problem, Problems, shown
from dataset.redactions import Redaction
from dataset.schemas import TYPES
from dataset.versions import Version

NAME: Final = "datapackage.json"
#: Types whose records can be redacted.
REDACTED: Final = tuple(type for type in TYPES if type != "dataset")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ID = re.compile(r"[a-z0-9.-]{1,100}")
_SHA256 = re.compile(r"sha256:([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a package says of itself; `date` is a day (UTC), `sha256` the digests of files by name.

    `redactions` are the records that it had and that were taken out: references to them stand.
    """

    name: str | None = None
    version: str | None = None
    date: str | None = None
    sha256: dict[str, str] = field(default_factory=dict)
    redactions: tuple[Redaction, ...] = ()


def read(member: Member) -> Descriptor:
    """The descriptor of a package.

    Raises:
        Problems: it is none, or names what is not in the package.
    """
    try:
        found = decode(_contents(member).removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except (Excess, ValueError, RecursionError, *DAMAGE) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        message = f"not a descriptor: {printable(str(error))}"
        raise Problems([Problem(message=message, file=member.shown, line=line)]) from None
    if not isinstance(found, dict):
        raise Problems([Problem(message="not a descriptor", file=member.shown, allowed="a JSON object")])
    return _Reader(member.shown, found).descriptor()


def _contents(member: Member) -> bytes:
    held = b""
    for piece in member.pieces():
        held += piece
        if len(held) > limits.DESCRIPTOR:
            raise Excess(f"it is longer than {limits.DESCRIPTOR:,} bytes")
    return held


class _Reader:
    def __init__(self, file: str, members: dict[str, Any]) -> None:
        self.file = file
        self.members = members
        self.problems: list[Problem] = []

    def descriptor(self) -> Descriptor:
        found = Descriptor(
            self._text("name"),
            self._checked("version", _version),
            self._checked("created", _day),
            self._digests(),
            tuple(self._redactions()),
        )
        if self.problems:
            raise Problems(self.problems)
        return found

    def _refuse(self, field: str, message: str, found: object, allowed: str) -> None:
        self.problems.append(Problem(message=message, file=self.file, field=field, found=shown(found), allowed=allowed))

    def _text(self, name: str) -> str | None:
        value = self.members.get(name)
        if value is None or (isinstance(value, str) and value):
            return value
        self._refuse(name, "not allowed here", value, "text")
        return None

    def _checked(self, name: str, check: Any) -> str | None:
        value = self._text(name)
        try:
            checked: str | None = check(value) if value is not None else None
        except (ValueError, OverflowError):
            allowed = (
                "a version such as 1.2.0" if name == "version" else "a time such as 2024-06-18T12:00:00Z, or a day"
            )
            self._refuse(name, "not allowed here", value, allowed)
            return None
        return checked

    def _redactions(self) -> Iterator[Redaction]:
        """The records that were taken out of the package, as our own downloads tell them."""
        found = self.members.get("redactions")
        for index, one in enumerate(found if isinstance(found, list) else []):
            try:
                yield _redaction(one)
            except (AttributeError, TypeError, ValueError):
                allowed = f"type ({', '.join(REDACTED)}), id, date (a day) and reason"
                self._refuse(f"redactions.{index}", "not the redaction of a record", one, allowed)

    def _digests(self) -> dict[str, str]:
        """Digests by file name, of the resources that give one; every path is checked on the way."""
        found: dict[str, str] = {}
        resources = self.members.get("resources")
        for index, resource in enumerate(resources if isinstance(resources, list) else []):
            if not isinstance(resource, dict):
                self._refuse(f"resources.{index}", "not a resource", resource, "a JSON object")
                continue
            paths = resource.get("path", [])
            for path in paths if isinstance(paths, list) else [paths]:
                if not isinstance(path, str) or _leads_out(path):
                    self._refuse(
                        f"resources.{index}.path", "leads out of the package", path, "the name of a file in it"
                    )
                    continue
                match = _SHA256.fullmatch(str(resource.get("hash", "")))
                if match and not isinstance(paths, list):
                    found[PurePosixPath(path).name] = match[1].lower()
        return found


def _leads_out(path: str) -> bool:
    steps = path.replace("\\", "/").split("/")
    return bool(_ADDRESS.match(path)) or not steps[0] or ".." in steps


def _redaction(told: Any) -> Redaction:
    one = Redaction(**{name: str(value) for name, value in told.items()})
    if not (one.type in REDACTED and _ID.fullmatch(one.id) and _DAY.fullmatch(one.date) and one.reason.strip()):
        raise ValueError
    return replace(one, date=_day(one.date))


def _version(text: str) -> str:
    return str(Version.parse(text))


def _day(text: str) -> str:
    """The day of a time, in UTC where it names its zone."""
    if _DAY.fullmatch(text):
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    time = datetime.fromisoformat(text)
    return (time.astimezone(UTC) if time.tzinfo else time).date().isoformat()
