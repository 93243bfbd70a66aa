"""The lines of a type as columns: parsed, flattened and written as CSV by Arrow, some thousand records at a time.

This is `flat` and `cells` once more, over whole columns instead of single records, some twenty times as fast; a
property test holds the two against each other. The only module, with those that import it, that needs pyarrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from marshmallow import Schema, fields

from dataset.exports.cells import GUARDED, decimal
from dataset.exports.layout import Column, LinkTable, layout
from dataset.schemas import TYPES
from dataset.schemas.fields import Day, Flag, Integer, Items, Number, Part

EOL = b"\r\n"


@cache
def nested_schema(type: str) -> pa.Schema:
    """The bodies of a type as Arrow types, days as text."""
    return pa.schema(_members(TYPES[type](), pa.string()))


def _members(schema: Schema, day: pa.DataType) -> list[pa.Field]:
    return [pa.field(name, _arrow_type(field, day)) for name, field in schema.fields.items()]


def _arrow_type(field: fields.Field[Any], day: pa.DataType) -> pa.DataType:
    if isinstance(field, Items):
        return pa.list_(pa.field("element", _arrow_type(field.inner, day)))
    if isinstance(field, Part):
        return pa.struct(_members(field.schema, day))
    for kind, found in ((Integer, pa.int64()), (Number, pa.float64()), (Flag, pa.bool_()), (Day, day)):
        if isinstance(field, kind):
            return found
    return pa.string()


@cache
def table_schema(type: str) -> pa.Schema:
    """The columns of a type's Parquet file: those of its table, then its lists; days as days."""
    tables = layout(type)
    columns = [
        pa.field(column.name, _arrow_type(column.field, pa.date32()), nullable=not column.required)
        for column in tables.columns
    ]
    lists = [pa.field("_".join(link.path), _arrow_type(link.field, pa.date32())) for link in tables.links]
    return pa.schema(columns + lists)


def read_lines(type: str, lines: bytes) -> pa.Table:
    """Records from their JSON Lines, a column a member.

    Raises:
        pyarrow.ArrowInvalid: a line is not a record of that type.
    """
    schema = nested_schema(type)
    if not lines:
        return schema.empty_table()
    return pyarrow.json.read_json(
        pa.py_buffer(lines),
        pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1),  # as one block: a chunk a column
        pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )


def column(table: pa.Table, path: Sequence[str]) -> pa.Array:
    """The values at a path of members."""
    first, *rest = path
    chunks = table.column(first).chunks
    found = chunks[0] if chunks else pa.array([], table.schema.field(first).type)
    return pc.struct_field(found, rest) if rest else found


def flat_table(type: str, table: pa.Table) -> pa.Table:
    """The rows of a type's Parquet file."""
    schema = table_schema(type)
    tables = layout(type)
    paths = [one.path for one in tables.columns] + [link.path for link in tables.links]
    arrays = [column(table, path).cast(field.type) for path, field in zip(paths, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def record_columns(type: str, table: pa.Table) -> list[pa.Array]:
    """The columns of a type's table, in order; days as text."""
    return [column(table, one.path) for one in layout(type).columns]


def link_columns(link: LinkTable, table: pa.Table) -> list[pa.Array]:
    """The columns of a link table, in order: the id of the record, the position from 1, the members of the item."""
    lists = column(table, link.path)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).cast(pa.int64())
    owners = pc.list_parent_indices(lists)
    items = pc.list_flatten(lists)
    before = pc.subtract(pc.cumulative_sum(lengths), lengths)
    positions = pc.add(pc.subtract(pa.arange(0, len(items)), pc.take(before, owners)), 1)
    ids = pc.take(column(table, ("id",)), owners)
    members = [items if link.plain else pc.struct_field(items, list(one.path)) for one in link.columns]
    return [ids, positions, *members]


def csv_header(names: Sequence[str]) -> bytes:
    """The first line of a CSV; names need no quotes."""
    return ",".join(names).encode() + EOL


def record_csv(type: str, table: pa.Table) -> pa.Buffer | bytes:
    """The lines of a type's CSV."""
    return _csv(
        [_cells(one, array) for one, array in zip(layout(type).columns, record_columns(type, table), strict=True)]
    )


def link_csv(link: LinkTable, table: pa.Table) -> pa.Buffer | bytes:
    """The lines of the CSV of a link table."""
    ids, positions, *members = link_columns(link, table)
    cells = [_cells(one, array) for one, array in zip(link.columns, members, strict=True)]
    return _csv([ids, positions.cast(pa.string()), *cells])


def _cells(one: Column, array: pa.Array) -> pa.Array:
    """A column as the cells of a CSV, guarded and quoted; null stays null."""
    if one.kind == "number":
        coded = array.dictionary_encode()
        texts = pa.array([decimal(value) for value in coded.dictionary.to_pylist()], pa.string())
        return pc.take(texts, coded.indices)
    if not one.free:
        return array.cast(pa.string())
    guarded = pc.binary_join_element_wise("'", array, "")
    array = pc.if_else(pc.match_substring_regex(array, GUARDED), guarded, array)
    special = pc.match_substring_regex(array, '[",\r\n]')
    if not pc.any(special).as_py():
        return array
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(array, '"', '""'), '"', "")
    return pc.if_else(special, quoted, array)


def _csv(cells: Sequence[pa.Array]) -> pa.Buffer | bytes:
    *firsts, last = cells
    ends = pc.binary_join_element_wise(pc.fill_null(last, ""), EOL.decode(), "")
    lines = pc.binary_join_element_wise(*firsts, ends, ",", null_handling="replace", null_replacement="")
    assert lines.offset == 0  # a result of its own, not a slice: its bytes are the file's
    size = pc.sum(pc.binary_length(lines)).as_py()
    return lines.buffers()[2].slice(0, size) if size else b""
