"""The kinds of parameter that a request may have: what each takes, and how it is documented."""

from __future__ import annotations

import re
from copy import copy
from typing import Any, Final

from marshmallow import ValidationError, fields
from webargs.fields import DelimitedList

from api import cursors
from api.problems import SHOWN, Mistake
from dataset.schemas import TYPES
from dataset.schemas.fields import Code, Integer, Pattern
from dataset.search.query import LONGEST_QUERY, QueryError, parse

LIMIT_DEFAULT: Final = 50
LIMIT_MOST: Final = 500
VALUES_MOST: Final = 50
#: What the opposite of a filter begins with.
NOT: Final = "not_"

VERSION: Final = r"(?:0|[1-9][0-9]{0,8})\.(?:0|[1-9][0-9]{0,8})\.(?:0|[1-9][0-9]{0,8})"


class Values(DelimitedList):
    """Values with commas between them, any of which may match; `inner` says what one is, and has an example."""

    def __init__(self, inner: fields.Field[Any]) -> None:
        told = dict(inner.metadata)
        description = f"{told.pop('description')} Several, with commas between: any of them."
        metadata = {"description": description, "maxItems": VALUES_MOST, "example": [told.get("example")]}
        super().__init__(inner, metadata=metadata)
        inner.metadata = told

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        words = str(value).split(self.delimiter)
        if len(words) > VALUES_MOST:
            raise ValidationError(f"found {len(words)} values; allowed: at most {VALUES_MOST}")
        mistakes: list[Mistake] = []
        for word in words:
            try:
                self.inner.deserialize(word)
            except ValidationError as error:
                mistakes += [bad_value(str(attr), word, str(message)) for message in error.messages]
        if mistakes:
            raise ValidationError(mistakes)
        return sorted(set(words))

    def opposite(self, name: str) -> Values:
        """The filter that leaves out what this one, called `name`, would find."""
        inner = copy(self.inner)
        inner.metadata = {**inner.metadata, "description": f"Leave out what `{name}` finds with this."}
        return Values(inner)


class Limit(Integer):
    """How many records a page holds."""

    def __init__(self, noun: str = "records") -> None:
        super().__init__(
            f"How many {noun} to answer at most, from 1 to {LIMIT_MOST}.",
            least=1,
            example=LIMIT_DEFAULT,
            load_default=LIMIT_DEFAULT,
        )
        self.metadata = {**self.metadata, "maximum": LIMIT_MOST}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if re.fullmatch("[0-9]{1,9}", str(value)) and 1 <= int(value) <= LIMIT_MOST:
            return int(value)
        raise ValidationError(f"found {str(value)[:SHOWN]!r}; allowed: a whole number from 1 to {LIMIT_MOST}")


class WordsText(fields.String):
    """Words to search for, read; every list of records takes them, `required` where nothing else is asked."""

    def __init__(self, *, required: bool = False) -> None:
        description = (
            'Words, "phrases in quotation marks" and beginnings of words (`contain*`), all of which must be found in a '
            "record's own texts. Best first: the whole query as one phrase in the main field, then all words in the "
            "main field, then anywhere; among these in the default order."
        )
        metadata = {"description": description, "maxLength": LONGEST_QUERY, "example": '"the bridge" cost*'}
        missing: dict[str, str | list[Any] | dict[Any, Any]] = {
            "required": 'found nothing; allowed: words, "phrases in quotation marks" and prefix*'
        }
        super().__init__(required=required, error_messages=missing, metadata=metadata)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return parse(str(value))
        except QueryError as error:
            raise ValidationError([bad_value(str(attr), str(value), str(error))]) from None


class CursorText(Pattern):
    """A cursor, decoded."""

    def __init__(self, place: re.Pattern[str] | None = None) -> None:
        """Take cursors whose place looks like this; where nothing is said, like any place."""
        super().__init__(
            "Where to go on: `page.next` of the page before, unchanged. All other parameters but `limit` stay as they "
            "were; the list goes on in the release in which it began.",
            cursors.PATTERN,
            "the value of page.next",
            example=cursors.Cursor("0.1.0", "0123456789abcdef", "some-record").encode(),
        )
        self.place = place

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            cursor = cursors.decode(super()._deserialize(value, attr, data, **kwargs))
        except (ValueError, ValidationError):
            raise ValidationError([bad_cursor(str(value), "it is none that this service gave")]) from None
        if self.place and not self.place.fullmatch(cursor.after):
            raise ValidationError([bad_cursor(str(value), "it belongs to another list")])
        return cursor


def release_field() -> Pattern:
    """The parameter `release`."""
    return Pattern(
        "Version of the release to read; the newest when absent. `/v1/releases` lists them.",
        VERSION,
        "a version such as 1.0.0",
        example="0.1.0",
    )


def types_field() -> Values:
    """The parameter `type`, where records of all types stand in one list."""
    return Values(Code("Type of the records.", tuple(TYPES), closed=True, example="claims"))


def bad_value(name: str, found: str, message: str) -> Mistake:
    """A value that a field refused; messages have the form `found …; allowed: …`."""
    allowed = message.partition("; allowed: ")[2].partition(" (did you mean")[0]
    return Mistake("bad-value", "query", name, f"{name}: {message}", found, allowed or None)


def bad_cursor(found: str, reason: str) -> Mistake:
    """A cursor that cannot be used here."""
    allowed = "page.next of the page before, with the same filters"
    return Mistake("bad-cursor", "query", "cursor", f"cursor: {reason}; allowed: {allowed}", found, allowed)
