"""The parameters that lists of several types share: spans of days, and what is asked of the source of a record."""

from __future__ import annotations

from typing import Any

from api.parameters import Values
from dataset.edtf import bounds
from dataset.queries.filters import Span
from dataset.schemas import codes
from dataset.schemas.fields import Code, Edtf, Flag, Reference, language_tag


class Days(Edtf):
    """A date of the EDTF subset, as the span of days that it covers."""

    def __init__(self, description: str) -> None:
        super().__init__(description, example="2024-06")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        first, last = bounds(super()._deserialize(value, attr, data, **kwargs))
        return Span(first.isoformat() if first else None, last.isoformat() if last else None)


def days(what: str) -> tuple[Days, Days]:
    """The two questions about a date, declared as `x_overlaps` and `x_within`; `what` goes on from *That*."""
    return (
        Days(f"That {what} may fall into this span of days (EDTF): the two have a day in common."),
        Days(f"That {what} falls into this span of days (EDTF) for certain: every day it may mean lies within."),
    )


def doubt(which: str) -> Flag:
    """The question whether the dates of a record are uncertain; `which` names them."""
    return Flag(
        f"Whether {which} uncertain: with `?`, `~` or `%`, not known to the day, or with an open end. A span from one "
        "day to another is certain. Records without date are neither."
    )


def publisher() -> Values:
    """The outlet behind the source of a record."""
    return Values(Reference("The outlet that published its source.", to="actors", example="overton-herald"))


def source_language() -> Values:
    """The language of the source of a record."""
    return Values(language_tag("Language of its source, BCP 47."))


def zone() -> Values:
    """The zone in which a record stands."""
    return Values(Code("The function of the stretch of text in which it starts.", codes.ZONE_KIND, example="body"))


def translated() -> Flag:
    """Whether a record is only known from a translation."""
    return Flag("Whether it is only known from a translation, as far as the records tell.")


def anchored() -> Flag:
    """Whether a record points at a stretch of text."""
    return Flag("Whether it points at a stretch of a captured text.")


def chain(who: str) -> Values:
    """Anybody between who said it and who prints it."""
    description = (
        f"Somebody in its whole chain: the {who}, those of `via`, the authors, translators and publishers of its "
        "source and of what that derives from."
    )
    return Values(Reference(description, to="actors", example="netherby-radio"))
