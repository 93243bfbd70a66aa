"""`python -m benchmarks.builder FORM DATABASE TARGET`: write the claims of the newest release in one form, alone.

The forms are `plain` (the stored bodies, copied out by the standard library), `jsonl`, `csv` and `parquet` as `onrecord
build` writes them, and `table`: the Parquet file beside the target, read into memory and written again by pyarrow.
Prints the seconds that it took, without start and imports.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pyarrow.parquet

from dataset.exports import arrow
from dataset.exports.snapshot import Snapshot
from dataset.exports.tables import ROW_GROUP, ZSTD, ParquetFile, parsed
from dataset.state import lines_of
from dataset.store.database import Database
from dataset.store.reading import newest_release

TYPE: Final = "claims"


def plain(database: Path, target: Path) -> None:
    """The least that can be done: each body and a line end."""
    order = "SELECT body FROM claims WHERE until IS NULL ORDER BY sort"
    with (
        closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as reader,
        target.open("wb") as file,
    ):
        file.writelines(body.encode() + b"\n" for (body,) in reader.execute(order))


def ours(form: str, database: Path, target: Path) -> None:
    """What `onrecord build` does for one form."""
    with closing(Database(f"sqlite:///{database}")) as opened, opened.read() as connection:
        release = newest_release(connection)
        assert release is not None
        bodies = Snapshot.of(connection, release).bodies(TYPE)
        if form == "jsonl":
            with target.open("wb") as file:
                file.writelines(map(lines_of, bodies))
        elif form == "csv":
            with target.open("wb") as file:
                for _, _, table in parsed(TYPE, bodies):
                    file.write(arrow.record_csv(TYPE, table))
        else:
            with ParquetFile(target, TYPE, {}) as parquet:
                for _, _, table in parsed(TYPE, bodies):
                    parquet.write(table)


def again(target: Path) -> Callable[[], None]:
    """The yardstick of Parquet, with the table in memory."""
    held = pyarrow.parquet.read_table(target.with_name("parquet"))
    return lambda: pyarrow.parquet.write_table(held, target, row_group_size=ROW_GROUP, **ZSTD)


def main(form: str, database: str, target: str) -> None:
    """Do it, and tell how long it took."""
    paths = Path(database), Path(target)
    if form == "table":
        work = again(paths[1])
    else:
        work = (lambda: plain(*paths)) if form == "plain" else (lambda: ours(form, *paths))
    pyarrow.array([""])  # brings in what pyarrow imports when it is first given a list
    started = time.perf_counter()
    work()
    sys.stdout.write(f"{time.perf_counter() - started}")


if __name__ == "__main__":
    main(*sys.argv[1:])
