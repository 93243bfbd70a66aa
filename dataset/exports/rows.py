"""Records as text, a few at a time: what the service answers where JSON is not asked for.

The lines are those of the release's own files (`claims.csv`, `claims.jsonl`, `claims.json`), made without pyarrow,
which no worker may load; a test holds the two against each other. Many-valued members have tables of their own there,
so a CSV of records lacks them here as well.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from dataset.canonical import Body, parse
from dataset.exports.cells import Value, write_cell
from dataset.exports.layout import Column, layout

EOL: Final = "\r\n"

#: Top-level members of a body; none: all of them.
Members = Sequence[str]


def columns_of(record_type: str, members: Members = ()) -> tuple[Column, ...]:
    """The columns of a type's table that hold these members."""
    found = layout(record_type).columns
    return tuple(column for column in found if column.path[0] in members) if members else found


def without_column(record_type: str, members: Members) -> list[str]:
    """Those of the members that no column holds: they have several values."""
    held = {column.path[0] for column in layout(record_type).columns}
    return [name for name in members if name not in held]


def csv_header(record_type: str, members: Members = ()) -> str:
    """The first line of a CSV of records."""
    return ",".join(column.name for column in columns_of(record_type, members)) + EOL


def csv_rows(record_type: str, bodies: Iterable[str], members: Members = ()) -> str:
    """The lines of a CSV for some records, whole as they are stored."""
    read = _reader(columns_of(record_type, members))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=EOL).writerows([write_cell(value) for value in read(parse(body))] for body in bodies)
    return out.getvalue()


def _reader(columns: Sequence[Column]) -> Callable[[Body], Iterator[Value]]:
    """What reads the cells of a body: `flat.flatten` for these columns alone, without the rows of link tables."""
    parts = [(column.path[0], column.path[1:]) for column in columns]

    def read(body: Body) -> Iterator[Value]:
        for name, path in parts:
            value = body.get(name)
            for inner in path:
                if value is None:
                    break
                value = value.get(inner)
            yield value

    return read


def json_lines(bodies: Iterable[str]) -> str:
    """Records as JSON Lines."""
    return "".join(f"{body}\n" for body in bodies)


def json_array(batches: Iterable[Sequence[str]]) -> Iterator[str]:
    """Records as one JSON array, a record a line, piece by piece."""
    separator = "[\n"
    for batch in batches:
        yield separator + ",\n".join(batch)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
