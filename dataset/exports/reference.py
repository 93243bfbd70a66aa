"""Writes `docs/files.md`: every file of a release, every table and column in its order, from artefacts and layouts."""

from __future__ import annotations

from collections.abc import Iterator

from dataset.exports.artefacts import artefacts
from dataset.exports.layout import POSITION, Column, layouts

_HEAD = """# Files and columns

Written from the code; [downloads.md](downloads.md) says how to use them. Within record-schema version 1 files, tables
and columns may be added; none goes, is renamed or changes its meaning, and those there are keep their order. Go by the
names in the header. The CSV, the SQLite table and the Parquet file of a type have the same columns; in Parquet the
lists follow as list columns, in CSV and SQLite they are tables of their own.

## Files

Those of release 0.2.0, whose parent is 0.1.0. A `.gz` of the same name lies beside every `.csv` and `.jsonl`.

| file | sent as | in the archive | what it is |
|---|---|---|---|
"""


def write() -> Iterator[str]:
    """The page, line by line, without line ends."""
    yield from _HEAD.splitlines()
    for one in artefacts("0.2.0", "0.1.0"):
        if one.suffix != ".gz":
            media_type = one.media_type.partition(";")[0]
            yield f"| `{one.name}` | `{media_type}` | {'yes' if one.zipped else ''} | {one.description} |"
    for tables in layouts():
        yield from ("", f"## {tables.type}", "", tables.description, "")
        yield from _table(tables.columns)
        for link in tables.links:
            yield from ("", f"### {link.name}", "", f"The list `{'.'.join(link.path)}`. {link.description}", "")
            yield from _table(link.columns, key=(link.key, tables.type))


def _table(columns: tuple[Column, ...], key: tuple[str, str] | None = None) -> Iterator[str]:
    yield "| column | holds | never empty | description |"
    yield "|---|---|---|---|"
    if key:
        yield f"| `{key[0]}` | id of {key[1]} | yes | The record. |"
        yield f"| `{POSITION}` | integer | yes | The place in the list, counted from 1. |"
    for column in columns:
        holds = f"id of {column.reference}" if column.reference else column.kind
        description = column.description.replace("|", "\\|")
        yield f"| `{column.name}` | {holds} | {'yes' if column.required else ''} | {description} |"
