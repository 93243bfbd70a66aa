"""The parameters of requests: what each takes, how it is documented, and what a view gets when all are sound.

A query schema is both the check and the documentation. Its filters are the keyword arguments of a query function of the
same names; `limit`, `cursor` and `release` mean the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.schema import SchemaMeta
from webargs.fields import DelimitedList

from api import cursors
from api.moments import AsOf
from api.problems import SHOWN, Mistake
from api.shaping import Exact, Expand, GroupBy, Ids, Members, Sort, sample_field, seed_field
from dataset.queries.filters import ANY, Choice
from dataset.queries.sorting import Key
from dataset.schemas import TYPES
from dataset.schemas.fields import Code, Flag, Integer, Pattern
from dataset.search.query import LONGEST_QUERY, QueryError, parse
from dataset.search.query import Query as Asked

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

    def __init__(self) -> None:
        super().__init__(
            "Where to go on: `page.next` of the page before, unchanged. All other parameters but `limit` stay as they "
            "were; the list goes on in the release in which it began.",
            cursors.PATTERN,
            "the value of page.next",
            example=cursors.Cursor("0.1.0", "0123456789abcdef", "some-record").encode(),
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return cursors.decode(super()._deserialize(value, attr, data, **kwargs))
        except (ValueError, ValidationError):
            raise ValidationError([bad_cursor(str(value), "it is none that this service gave")]) from None


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


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """What a view of one record is asked: in which release to look, or as of which day; the newest when both None.

    `members` are those wanted, all when there are none; `expand` names members whose records are sent too.
    """

    release: str | None
    as_of: date | None
    cursor: cursors.Cursor | None = None
    members: Sequence[str] = ()
    expand: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What a view of a list is asked.

    `words` are those of `q`, `ids` those wanted, all when None; `members` and `expand` as of one record, `sort` the
    keys of another order, `counted` whether to count the list, `sample` the number and seed of a sample, `groups` the
    dimensions of a count.
    """

    filters: dict[str, Any]
    limit: int
    cursor: cursors.Cursor | None
    release: str | None
    as_of: date | None
    digest: str
    words: Asked | None = None
    ids: Sequence[str] | None = None
    members: Sequence[str] = ()
    expand: Sequence[str] = ()
    sort: Sequence[Key] = ()
    counted: bool = False
    sample: tuple[int, int] | None = None
    groups: Sequence[str] = ()


class Query(Schema):
    """A query without parameters, and what all have in common."""

    class Meta:
        unknown = EXCLUDE  # unknown parameters are told by `api.requests`, with what was found

    @validates_schema
    def check_one_release(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A release is named or a day, not both."""
        if "release" in data and "as_of" in data:
            raise ValidationError({"as_of": ["found beside release; allowed: one of the two"]})


class RecordQuery(Query):
    """The parameters of one record."""

    release = release_field()
    as_of = AsOf()

    @post_load
    def made(self, data: dict[str, Any], **kwargs: Any) -> RecordRequest:
        """What the view gets."""
        members, expand = data.get("fields", ()), data.get("expand", ())
        return RecordRequest(data.get("release"), data.get("as_of"), members=members, expand=expand)


class ShapedRecordQuery(RecordQuery):
    """The parameters of one record that can be cut down and expanded; a subclass names the type."""

    type: ClassVar[str]

    expand = Expand()

    class Meta(RecordQuery.Meta):
        include: ClassVar = {"fields": Members()}  # schemas have an attribute of this name


class ListQuery(Query):
    """The parameters of every list; a subclass adds its filters and names the type."""

    type: ClassVar[str]
    #: Parameters that are no filters.
    common: ClassVar[frozenset[str]] = frozenset(
        {
            *("q", "id", "fields", "expand", "sort", "count", "group_by", "sample", "seed"),
            *("limit", "cursor", "release", "as_of"),
        }
    )

    def filters(self, data: dict[str, Any]) -> dict[str, Any]:
        """The filters among the parameters."""
        return {name: value for name, value in data.items() if name not in self.common}

    def digest(self, data: dict[str, Any]) -> str:
        """The digest that the cursors of this query carry; `as_of` stays as it was, like a filter."""
        filters = {name: data[name] for name in data.keys() - self.common}
        if "as_of" in data:
            filters["as_of"] = data["as_of"].isoformat()
        if "q" in data:
            filters["q"] = str(data["q"])  # its one form
        filters |= {name: [str(part) for part in data[name]] for name in ("id", "sort") if name in data}
        return cursors.digest(self.type, filters)

    @validates_schema
    def check_cursor(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A cursor goes on in its own query and release."""
        cursor: cursors.Cursor | None = data.get("cursor")
        if cursor is None:
            return
        if cursor.digest != self.digest(data):
            raise ValidationError({"cursor": [bad_cursor(cursor.encode(), "it belongs to another list or filter")]})
        if data.get("release", cursor.release) != cursor.release:
            reason = f"it belongs to release {cursor.release}, not {data['release']}"
            raise ValidationError({"cursor": [bad_cursor(cursor.encode(), reason)]})

    @post_load(pass_original=True)
    def made(self, data: dict[str, Any], original: dict[str, Any], **kwargs: Any) -> ListRequest:
        """What the view gets."""
        limit: int = data.get("limit", 0)
        if "id" in data and "limit" not in original:
            limit = max(limit, len(data["id"]))
        return ListRequest(
            self.filters(data),
            limit,
            data.get("cursor"),
            data.get("release"),
            data.get("as_of"),
            self.digest(data),
            data.get("q"),
            ids=data.get("id"),
            members=data.get("fields", ()),
            expand=data.get("expand", ()),
            sort=data.get("sort", ()),
            counted="count" in data,
            sample=(data["sample"], data.get("seed", 0)) if "sample" in data else None,
            groups=data.get("group_by", ()),
        )


class _WithOpposites(SchemaMeta):
    """Gives each filter of several values its opposite: beside `modality` there is `not_modality`."""

    @classmethod
    def get_declared_fields(cls, klass: Any, cls_fields: Any, inherited_fields: Any, dict_cls: Any = dict) -> Any:
        """The fields that a class declares, then the opposites of its filters."""
        opposites = [(NOT + name, field.opposite(name)) for name, field in cls_fields if isinstance(field, Values)]
        return super().get_declared_fields(klass, [*cls_fields, *opposites], inherited_fields, dict_cls)


class ReleasedListQuery(ListQuery, metaclass=_WithOpposites):
    """The parameters of every list of records."""

    q = WordsText()
    id = Ids()
    expand = Expand()
    sort = Sort()
    count = Exact()
    sample = sample_field()
    seed = seed_field()
    limit = Limit()
    cursor = CursorText()
    release = release_field()
    as_of = AsOf()

    class Meta(ListQuery.Meta):
        include: ClassVar = {"fields": Members()}  # schemas have an attribute of this name

    def filters(self, data: dict[str, Any]) -> dict[str, Any]:
        """The arguments of the query function: a filter of several values and its opposite are one choice."""
        found = super().filters(data)
        for name in found:
            if not name.startswith(NOT) and isinstance(self.fields[name], Values):
                found[name] = Choice(some=found[name])
        for name in [name for name in found if name.startswith(NOT)]:
            asked = found.get(name.removeprefix(NOT), ANY)
            found[name.removeprefix(NOT)] = Choice(asked.some, found.pop(name))
        return found

    @validates_schema(pass_original=True)
    def check_sample(self, data: dict[str, Any], original: dict[str, Any], **kwargs: Any) -> None:
        """A sample is one page in the default order."""
        if "sample" not in data:
            if "seed" in data:
                raise ValidationError({"seed": ["found without sample; allowed: both, or sample alone"]})
            return
        beside = [name for name in ("limit", "cursor", "sort") if name in original]
        if beside:
            raise ValidationError({"sample": [f"found beside {', '.join(beside)}; allowed: sample without them"]})


def counting(listed: type[ReleasedListQuery]) -> type[ReleasedListQuery]:
    """The parameters of the counts of a list: its filters, words and ids, and the dimensions of the groups."""

    class CountQuery(listed):  # type: ignore[valid-type, misc]
        """The filters of the list, and how to group what they leave."""

        group_by = GroupBy()
        limit = Limit("groups")

        class Meta(ReleasedListQuery.Meta):
            exclude = ("fields", "expand", "sort", "count", "sample", "seed", "cursor")

    return CountQuery


def exporting(listed: type[ReleasedListQuery]) -> type[ReleasedListQuery]:
    """The parameters of the exports of a list: all but those of its pages and of what stands beside the records."""

    class ExportQuery(listed):  # type: ignore[valid-type, misc]
        """The filters of the list, the members and the order."""

        class Meta(ReleasedListQuery.Meta):
            exclude = ("expand", "count", "sample", "seed", "limit", "cursor")

    return ExportQuery


__all__ = [
    "Flag",
    "ListQuery",
    "ListRequest",
    "Query",
    "RecordQuery",
    "RecordRequest",
    "ReleasedListQuery",
    "ShapedRecordQuery",
    "Values",
    "counting",
    "exporting",
]
