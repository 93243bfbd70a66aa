"""`datapackage.json`: Data Package version 2, a Table Schema for each table with its keys.

https://datapackage.org/standard/data-package/
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from dataset.exports.descriptors.about import About, present
from dataset.exports.index import File
from dataset.exports.layout import POSITION, Column, Layout, LinkTable, layouts
from dataset.schemas.fields import Integer, Number

PROFILE = "https://datapackage.org/profiles/2.0"
TYPES = {"text": "string", "day": "date", "integer": "integer", "number": "number", "boolean": "boolean"}


def data_package(about: About) -> dict[str, Any]:
    """The descriptor of the CSV and JSON Lines files."""
    resources: list[dict[str, Any]] = []
    for one in layouts():
        resources.append(_table(about, one.type, one.description, table_schema(about, one)))
        resources += [_table(about, link.name, link.description, link_schema(about, link)) for link in one.links]
    resources += [_lines(about, one) for one in layouts()]
    words = [about.description, about.rights]
    return present(
        {
            "$schema": f"{PROFILE}/datapackage.json",
            "name": about.name,
            "title": about.title,
            "description": "\n\n".join(word for word in words if word),
            "homepage": about.homepage,
            "version": about.version,
            "created": f"{about.date}T00:00:00Z",
            "keywords": about.keywords,
            "contributors": _contributors(about),
            "licenses": [present({"name": about.licence_id, "path": about.licence_url})] if about.licence_id else None,
            "sources": [{"title": "The texts that the records are taken from", "path": "sources.csv"}],
            "redactions": [asdict(one) for one in about.redactions],
            "resources": resources,
        }
    )


def _contributors(about: About) -> list[dict[str, Any]]:
    found = [present({"title": one["name"], "path": one.get("url"), "roles": ["creator"]}) for one in about.creators]
    contact = about.dataset.get("contact")
    if contact:
        found.append(present({"title": contact, "email": about.email, "roles": ["contact"]}))
    return found


def _table(about: About, name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    file = about.files[f"{name}.csv"]
    return {
        "$schema": f"{PROFILE}/dataresource.json",
        "name": name,
        "type": "table",
        "path": file.name,
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_size(file),
        "dialect": {
            "$schema": f"{PROFILE}/tabledialect.json",
            "header": True,
            "delimiter": ",",
            "lineTerminator": "\r\n",
        },
        "schema": {"$schema": f"{PROFILE}/tableschema.json", **schema},
    }


def _lines(about: About, one: Layout) -> dict[str, Any]:
    file = about.files[f"{one.type}.jsonl"]
    return {
        "$schema": f"{PROFILE}/dataresource.json",
        "name": file.name,
        "path": file.name,
        "description": f"{one.description} One canonical JSON object a line (RFC 8785).",
        "format": "jsonl",
        "mediatype": "application/x-ndjson",
        "encoding": "utf-8",
        **_size(file),
    }


def _size(file: File) -> dict[str, Any]:
    return {"bytes": file.bytes, "hash": f"sha256:{file.sha256}"}


def table_schema(about: About, one: Layout) -> dict[str, Any]:
    """The Table Schema of a type's table."""
    return present(
        {
            "fields": [_field(column) for column in one.columns],
            "missingValues": [""],
            "primaryKey": ["id"],
            "foreignKeys": list(_foreign_keys(about, one.columns)),
        }
    )


def link_schema(about: About, link: LinkTable) -> dict[str, Any]:
    """The Table Schema of a link table."""
    key = {"name": link.key, "type": "string", "description": f"The record, an id of {link.owner}."}
    place = {"name": POSITION, "type": "integer", "description": "The place in the list, counted from 1."}
    return {
        "fields": [
            {**key, "constraints": {"required": True}},
            {**place, "constraints": {"required": True, "minimum": 1}},
            *(_field(column) for column in link.columns),
        ],
        "missingValues": [""],
        "primaryKey": [link.key, POSITION],
        "foreignKeys": [
            _foreign(link.key, link.owner),
            *_foreign_keys(about, link.columns),
        ],
    }


def _foreign_keys(about: About, columns: Iterable[Column]) -> Iterator[dict[str, Any]]:
    """The references that lead somewhere, all of them: to a type of which a record was redacted there are none."""
    for column in columns:
        if column.reference and about.refers_to_all(column.reference):
            yield _foreign(column.name, column.reference)


def _foreign(column: str, type: str) -> dict[str, Any]:
    return {"fields": [column], "reference": {"resource": type, "fields": ["id"]}}


def _field(column: Column) -> dict[str, Any]:
    metadata = column.field.metadata
    limits: dict[str, Any] = {"required": column.required or None, "pattern": metadata.get("pattern")}
    if isinstance(column.field, Integer):
        limits["minimum"] = column.field.least
    if isinstance(column.field, Number):
        span = {"minimum": column.field.low, "maximum": column.field.high}
        limits |= {name: value for name, value in span.items() if math.isfinite(value)}
    kind = TYPES[column.kind]
    return {
        "name": column.name,
        "type": kind,
        **({"format": "uri"} if metadata.get("format") == "uri" else {}),
        "description": column.description,
        **({"constraints": limits} if (limits := {k: v for k, v in limits.items() if v is not None}) else {}),
    }
