"""Versions of the data: which step a change-set asks for.

MAJOR when a field is removed or changes its meaning (an id never disappears without a tombstone here), MINOR when
records are added, withdrawn or merged or a field is added, PATCH when existing records change and nothing else. In 0.x
a major change takes a minor step; going to 1.0.0 is a decision. A curator may take a larger step, never a smaller one.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

FIRST: Final = "0.1.0"
_PATTERN = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


class Version(NamedTuple):
    """A version of three numbers, compared as Semantic Versioning compares them."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version written as `1.2.3`.

        Raises:
            ValueError: anything else.
        """
        match = _PATTERN.fullmatch(text)
        if not match:
            raise ValueError(f"found {text!r}; allowed: a version of three numbers such as 1.2.0")
        return cls(*(int(part) for part in match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def steps(self) -> dict[str, Version]:
        """The three versions that may follow, by the name of the step, the smallest first."""
        return {
            "patch": Version(self.major, self.minor, self.patch + 1),
            "minor": Version(self.major, self.minor + 1, 0),
            "major": Version(self.major + 1, 0, 0),
        }


def smallest_step(parent: Version, *, resized: bool, schema_before: str, schema_now: str) -> str:
    """The smallest step allowed: `patch`, `minor` or `major`.

    `resized` says whether records were added, withdrawn or merged; the schema versions are those of the two releases.
    """
    before, now = schema_before.split("."), schema_now.split(".")
    if before[0] != now[0] and parent.major > 0:
        return "major"
    return "minor" if resized or before != now else "patch"


def allowed_versions(parent: str | None, step: str) -> list[str]:
    """The versions that a release may take, the derived one first."""
    if parent is None:
        return [FIRST, "1.0.0"]
    steps = Version.parse(parent).steps()
    names = list(steps)
    return [str(steps[name]) for name in names[names.index(step) :]]
