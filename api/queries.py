"""Query schemas: the parameters of an operation, and what its view gets when all of them are sound.

A query schema is both the check and the documentation. Its filters are the keyword arguments of a query function of the
same names; `limit`, `cursor` and `release` mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, missing
from marshmallow.schema import SchemaMeta

from api import cursors
from api.moments import AsOf
from api.parameters import NOT, CursorText, Limit, Values, WordsText, bad_cursor, release_field
from api.problems import Mistake
from api.shaping import Exact, Expand, GroupBy, Ids, Members, Sort, sample_field, seed_field
from dataset.queries.filters import ANY, Choice
from dataset.queries.sorting import Key
from dataset.search.query import Query as Asked


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

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = self.load_fields
        self._places = {name: place for place, name in enumerate(known)}
        self._always = {name for name, field in known.items() if field.required or field.load_default is not missing}

    def read(self, given: Mapping[str, str]) -> Any:
        """What the view gets of the parameters that a request sets, each of which the schema knows.

        Reads these alone, by their fields: `load` would look at all that there are, seventy in some lists.

        Raises:
            ValidationError: with every mistake.
        """
        values: dict[str, Any] = {}
        mistakes: dict[str, list[Any]] = {}
        for name in sorted(self._always.union(given), key=self._places.__getitem__):
            try:
                values[name] = self.fields[name].deserialize(given.get(name, missing), name)
            except ValidationError as error:
                mistakes[name] = list(error.messages)
        for name, message in self.beside(given):
            mistakes.setdefault(name, [message])
        if not mistakes:
            for name, mistake in self.together(values):
                mistakes.setdefault(name, [mistake])
        if mistakes:
            raise ValidationError(mistakes)
        return self.made(values, given)

    def beside(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Parameters that may not stand beside others or without them, whatever their values, and why."""
        if "release" in given and "as_of" in given:
            yield "as_of", "found beside release; allowed: one of the two"

    def together(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str | Mistake]]:
        """Parameters that are sound alone, and not together with others, and why."""
        yield from ()

    def made(self, values: dict[str, Any], given: Mapping[str, str]) -> Any:
        """What the view gets of sound values."""
        return values


class RecordQuery(Query):
    """The parameters of one record."""

    release = release_field()
    as_of = AsOf()

    def made(self, values: dict[str, Any], given: Mapping[str, str]) -> RecordRequest:
        """What the view gets."""
        members, expand = values.get("fields", ()), values.get("expand", ())
        return RecordRequest(values.get("release"), values.get("as_of"), members=members, expand=expand)


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

    def filters(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The filters among the parameters."""
        return {name: value for name, value in values.items() if name not in self.common}

    def digest(self, values: Mapping[str, Any]) -> str:
        """The digest that the cursors of this query carry; `as_of` stays as it was, like a filter."""
        filters = {name: values[name] for name in values.keys() - self.common}
        if "as_of" in values:
            filters["as_of"] = values["as_of"].isoformat()
        if "q" in values:
            filters["q"] = str(values["q"])  # its one form
        filters |= {name: [str(part) for part in values[name]] for name in ("id", "sort") if name in values}
        return cursors.digest(self.type, filters)

    def together(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str | Mistake]]:
        """A cursor goes on in its own query and release."""
        cursor: cursors.Cursor | None = values.get("cursor")
        if cursor is not None:
            if cursor.digest != self.digest(values):
                yield "cursor", bad_cursor(cursor.encode(), "it belongs to another list or filter")
            elif values.get("release", cursor.release) != cursor.release:
                reason = f"it belongs to release {cursor.release}, not {values['release']}"
                yield "cursor", bad_cursor(cursor.encode(), reason)

    def made(self, values: dict[str, Any], given: Mapping[str, str]) -> Any:
        """What the view gets."""
        limit: int = values.get("limit", 0)
        if "id" in values and "limit" not in given:
            limit = max(limit, len(values["id"]))
        cursor: cursors.Cursor | None = values.get("cursor")
        return ListRequest(
            self.filters(values),
            limit,
            cursor,
            values.get("release"),
            values.get("as_of"),
            cursor.digest if cursor else self.digest(values),
            values.get("q"),
            ids=values.get("id"),
            members=values.get("fields", ()),
            expand=values.get("expand", ()),
            sort=values.get("sort", ()),
            counted="count" in values,
            sample=(values["sample"], values.get("seed", 0)) if "sample" in values else None,
            groups=values.get("group_by", ()),
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

    def filters(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of the query function: a filter of several values and its opposite are one choice."""
        found = super().filters(values)
        for name in found:
            if not name.startswith(NOT) and isinstance(self.fields[name], Values):
                found[name] = Choice(some=found[name])
        for name in [name for name in found if name.startswith(NOT)]:
            asked = found.get(name.removeprefix(NOT), ANY)
            found[name.removeprefix(NOT)] = Choice(asked.some, found.pop(name))
        return found

    def beside(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """A sample is one page in the default order."""
        yield from super().beside(given)
        if "sample" in given:
            beside = [name for name in ("limit", "cursor", "sort") if name in given]
            if beside:
                yield "sample", f"found beside {', '.join(beside)}; allowed: sample without them"
        elif "seed" in given:
            yield "seed", "found without sample; allowed: both, or sample alone"


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
