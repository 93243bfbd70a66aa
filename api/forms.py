"""What the document says of records as tables and lines: each form with the made-up record of its type as example."""

from __future__ import annotations

from api.documented import Form, text_form
from api.examples import RECORDS
from api.negotiation import CSV, JSON, NDJSON
from dataset.canonical import canonical
from dataset.exports.rows import csv_header, csv_rows, json_lines
from dataset.schemas.base import RecordSchema


def lines_form(record_type: str) -> Form:
    """JSON Lines of records."""
    return text_form(NDJSON, json_lines([_text(record_type)]))


def table_form(record_type: str) -> Form:
    """CSV of records."""
    return text_form(CSV, csv_header(record_type) + csv_rows(record_type, [_text(record_type)]))


def list_forms(record_type: str) -> tuple[Form, Form]:
    """What a list answers with beside JSON."""
    return lines_form(record_type), table_form(record_type)


def export_forms(schema: type[RecordSchema]) -> dict[str, Form]:
    """What the records of a type are exported as, by the suffix of the path.

    JSON Lines are told to be bytes: a client made from the document could not read them as JSON.
    """
    lines = lines_form(schema.type)
    return {
        "csv": table_form(schema.type),
        "jsonl": lines._replace(schema={"type": "string", "format": "binary"}),
        "json": Form(JSON, schema(many=True), [RECORDS[schema.type]]),
    }


def _text(record_type: str) -> str:
    return canonical(RECORDS[record_type]).decode()
