"""Makes the database of the conventional peers out of a package: `python -m benchmarks.peers.filling PACKAGE FILE`."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from benchmarks.peers.models import FILL_SEARCH, SEARCH, Answer, Base, Claim, Reference, Via

LISTS = ("quotes", "events", "actors", "places", "topics")
COLUMNS = [column.name for column in Claim.__table__.columns]
Row = tuple[Any, ...]


def claim_row(number: int, body: dict[str, Any]) -> Row:
    """The values of the columns of a claim."""
    anchor = body.get("anchor") or {}
    start = anchor.get("start")
    place = f"{body['source']} {start if start is not None else 10**9:010d} {number:010d}"
    flat = {**body, "row": number, "sort": place}
    flat |= {f"anchor_{name}": value for name, value in anchor.items()}
    flat |= {f"quantity_{name}": value for name, value in (body.get("quantity") or {}).items()}
    return tuple(flat.get(name) for name in COLUMNS)


def batches(path: Path) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """The numbered bodies of a file, ten thousand at a time."""
    with path.open(encoding="utf-8") as file:
        numbered = enumerate(map(json.loads, file), 1)
        while batch := list(islice(numbered, 10_000)):
            yield batch


def fill(package: Path, path: Path) -> None:
    """Write the claims of the package into a new database."""
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for batch in batches(package / "claims.jsonl"):
        insert(connection, Claim, COLUMNS, [claim_row(number, body) for number, body in batch])
        via = [(n, one["actor"], one.get("role")) for n, body in batch for one in body.get("via", ())]
        insert(connection, Via, ["claim", "actor", "role"], via)
        answers = [(n, one["question"], one["position"]) for n, body in batch for one in body.get("answers", ())]
        insert(connection, Answer, ["claim", "question", "position"], answers)
        found = [(n, name, target) for n, body in batch for name in LISTS for target in body.get(name, ())]
        insert(connection, Reference, ["claim", "kind", "target"], found)
    connection.execute(SEARCH)
    connection.execute(FILL_SEARCH)
    connection.execute("ANALYZE")
    connection.execute("COMMIT")
    connection.close()


def insert(connection: sqlite3.Connection, model: type[Base], names: list[str], rows: list[Row]) -> None:
    """Write rows of a table."""
    marks = ",".join("?" * len(names))
    columns = ",".join(f'"{name}"' for name in names)
    connection.executemany(f"INSERT INTO {model.__tablename__} ({columns}) VALUES ({marks})", rows)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), Path(sys.argv[2]))
