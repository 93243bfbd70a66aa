"""Records as tables, derived from the schemas: which columns a type has, and which tables its lists fill.

The rule: a member of a part is a column named after both (`anchor_start`); a list becomes a link table named after
type and member (`claims_topics`) with the id of its record, the `position` in the list (from 1) and the members of the
item. An item that is a reference is named after what it refers to (`topic`), any other plain item is `value`; a member
that would bear a name already taken is prefixed with that of its list (`answers_position`).

Column names and their order are a promise; `docs/downloads.md` writes them down and a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from marshmallow import Schema, fields

from dataset.schemas import TYPES
from dataset.schemas.fields import Day, Flag, Integer, Items, Number, Part, Pattern, Reference, Text, Verbatim

#: What the cells of a column hold: text, whole numbers, decimal numbers, true or false, days of the calendar.
Kind = Literal["text", "integer", "number", "boolean", "day"]

#: The column that tells the place of an item in its list, counted from 1.
POSITION: Final = "position"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the path of its member in the body (in the item, in a link table) and its field.

    `required` cells are never empty; `reference` is the type whose ids the cells hold.
    """

    name: str
    path: tuple[str, ...]
    field: fields.Field[Any]
    required: bool

    @property
    def kind(self) -> Kind:
        """What the cells hold."""
        for kind, classes in _KINDS.items():
            if isinstance(self.field, classes):
                return kind
        return "text"

    @property
    def reference(self) -> str | None:
        """The type whose ids the cells hold."""
        return self.field.to if isinstance(self.field, Reference) else None

    @property
    def free(self) -> bool:
        """Whether the cells may hold any character, such as a comma or a quotation mark."""
        return self.kind == "text" and not isinstance(self.field, Pattern)

    @property
    def description(self) -> str:
        """What the column says, from the schema."""
        return str(self.field.metadata["description"])


_KINDS: Final[dict[Kind, type[fields.Field[Any]]]] = {"integer": Integer, "number": Number, "boolean": Flag, "day": Day}


@dataclass(frozen=True, slots=True)
class LinkTable:
    """The table of a list: its name, the path of the list in the body, the column of the record's id, the item's."""

    name: str
    owner: str
    path: tuple[str, ...]
    key: str
    columns: tuple[Column, ...]
    field: Items

    @property
    def plain(self) -> bool:
        """Whether the items are values, not mappings."""
        return self.columns[0].path == ()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return (self.key, POSITION, *(column.name for column in self.columns))

    @property
    def description(self) -> str:
        """What the list says, from the schema."""
        return str(self.field.metadata["description"])


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of a type, and the link tables of its lists."""

    type: str
    columns: tuple[Column, ...]
    links: tuple[LinkTable, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def main(self) -> Column:
        """The column of its words: title, name, text, statement; what a reader reads first."""
        return next(column for column in self.columns if type(column.field) in (Text, Verbatim))

    @property
    def description(self) -> str:
        """What a record of the type is, from the schema."""
        return (TYPES[self.type].__doc__ or "").partition("\n")[0]


def singular(type: str) -> str:
    """The name of one record of a type: `claims` → `claim`."""
    return type.removesuffix("s")


@cache
def layout(type: str) -> Layout:
    """The tables of a record type."""
    columns: list[Column] = []
    links: list[LinkTable] = []
    for path, field, required in _leaves(TYPES[type](), ()):
        if isinstance(field, Items):
            links.append(_link_table(type, path, field))
        else:
            columns.append(Column("_".join(path), path, field, required))
    found = Layout(type, tuple(columns), tuple(links))
    _unique(found.header)
    return found


def layouts() -> tuple[Layout, ...]:
    """The layouts of all types, in their order."""
    return tuple(layout(type) for type in TYPES)


def _leaves(
    schema: Schema, path: tuple[str, ...], required: bool = True
) -> Iterator[tuple[tuple[str, ...], fields.Field[Any], bool]]:
    """The fields that are no parts, with their paths; `required` when all on the path are."""
    for name, field in schema.fields.items():
        if isinstance(field, Part):
            yield from _leaves(field.schema, (*path, name), required and field.required)
        else:
            yield (*path, name), field, required and field.required


def _link_table(type: str, path: tuple[str, ...], field: Items) -> LinkTable:
    key, list_name, item = singular(type), "_".join(path), field.inner
    taken = {key, POSITION}
    columns: list[Column] = []
    if isinstance(item, Part):
        for item_path, inner, required in _leaves(item.schema, ()):
            if isinstance(inner, Items):
                raise TypeError(f"{type}.{list_name}: a list in a list has no table")
            columns.append(Column("_".join(item_path), item_path, inner, required))
    else:
        name = singular(item.to) if isinstance(item, Reference) else "value"
        columns.append(Column(name, (), item, required=True))
    named = tuple(
        Column(f"{list_name}_{column.name}", column.path, column.field, column.required)
        if column.name in taken
        else column
        for column in columns
    )
    table = LinkTable(f"{type}_{list_name}", type, path, key, named, field)
    _unique(table.header)
    return table


def _unique(header: tuple[str, ...]) -> None:
    if len(set(header)) != len(header):
        raise TypeError(f"two columns of one name in {', '.join(header)}")
