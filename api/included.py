"""`included`: the records that others refer to, each once, in the order of their types and of their lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from api.reading import View
from dataset.canonical import parse
from dataset.members import references, referred
from dataset.queries.paging import records, whole
from dataset.schemas import TYPES
from dataset.store.tables import RECORDS

#: Ids that one statement asks for; SQLite takes no more than 32,766 values, and no page of records comes near.
IDS: int = 5_000


def included(view: View, record_type: str, bodies: Iterable[str], expand: Sequence[str]) -> str:
    """The records that the members `expand` of some bodies refer to, as JSON: type → bodies.

    One statement a type, however many bodies.
    """
    wanted: dict[str, set[str]] = {to: set() for name in expand for _, to in references(record_type)[name]}
    for body in map(parse, bodies):
        for name in expand:
            for to, record_id in referred(record_type, body, name):
                wanted[to].add(record_id)
    texts = [f'"{name}":[{",".join(_bodies(view, name, wanted[name]))}]' for name in TYPES if name in wanted]
    return f"{{{','.join(texts)}}}"


def _bodies(view: View, record_type: str, ids: set[str]) -> Iterator[str]:
    table = RECORDS[record_type]
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS):
        some = records(table, view.release, table.c.id.in_(ordered[start : start + IDS]))
        yield from (row[1] for row in view.connection.execute(whole(some, table)))
