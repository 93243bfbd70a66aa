"""A mistake in what a curator or a stranger gave us, told so that it can be mended.

Every door into the dataset (YAML records, texts, the log, an import) collects `Problem` objects instead of stopping at
the first one. The command line prints them, one a line; a program reads the same fields as JSON.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake: where it is, what was found there and what is allowed.

    `file` is the path as the user gave it, `line` counts from 1, `record` is the id of the record (or its place in the
    file where it has none), `field` a dotted path such as `quantity.min` or `answers.0.question`.
    """

    message: str
    file: str | None = None
    line: int | None = None
    record: str | None = None
    field: str | None = None
    found: str | None = None
    allowed: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = [part for part in (place, self.record, self.field) if part]
        text = ": ".join([*where, self.message])
        if self.found is not None:
            text += f"; found {self.found}"
        if self.allowed is not None:
            text += f"; allowed: {self.allowed}"
        return text

    def as_dict(self) -> dict[str, str | int | None]:
        """The same as a JSON object; absent members are left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class Problems(Exception):  # noqa: N818 - the name of what it carries, not of a single failure
    """Raised where nothing can go on before the listed problems are mended."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shown(value: object, limit: int = 80) -> str:
    """A value as a message shows it: quoted, on one line, cut at `limit` characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` when one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.75)
    return f" (did you mean {close[0]!r}?)" if close else ""
