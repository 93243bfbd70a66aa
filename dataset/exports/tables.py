"""The files of one record type, written side by side in one pass: JSON Lines, JSON, CSV and Parquet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final, Self, TypeVar

import pyarrow as pa
import pyarrow.parquet

from dataset.exports import arrow
from dataset.exports.layout import LinkTable, layout
from dataset.state import lines_of

#: Rows of a row group of a Parquet file: some 50 MB of records.
ROW_GROUP: Final = 65_536

#: Batches that are parsed side by side; more would be held than two cores parse.
PARSERS: Final = 2
#: Rows that wait at most while a row group is being written.
WAITING: Final = ROW_GROUP // 2

#: How Parquet is compressed.
ZSTD: Final = {"compression": "zstd", "compression_level": 3}

Item = TypeVar("Item")

#: Told the type and its columns, batch by batch, by whoever writes them elsewhere too.
Taker = Callable[[str, pa.Table], None]
#: The records of a batch, their lines and their columns.
Parsed = tuple[Sequence[bytes], bytes, pa.Table]


def write_type(
    folder: Path,
    type: str,
    batches: Iterable[Sequence[bytes]],
    *,
    metadata: Mapping[str, str],
    take: Taker,
    progress: Callable[[int], None],
) -> None:
    """Write the files of a type into a folder, reading its records once; `progress` is told the number of each batch.

    Raises:
        pyarrow.ArrowInvalid: a record is not of the type.
        OSError: the disk does not take them.
    """
    tables = layout(type)
    with ExitStack() as files:

        def create(name: str) -> BinaryIO:
            return files.enter_context((folder / name).open("wb"))

        lines, array = create(f"{type}.jsonl"), create(f"{type}.json")
        records = create(f"{type}.csv")
        records.write(arrow.csv_header(tables.header))
        links = [(link, create(f"{link.name}.csv")) for link in tables.links]
        for link, file in links:
            file.write(arrow.csv_header(link.header))
        parquet = files.enter_context(ParquetFile(folder / f"{type}.parquet", type, metadata))
        separator = b"[\n"
        for batch, data, table in parsed(type, batches):
            lines.write(data)
            array.write(separator + b",\n".join(batch))
            separator = b",\n"
            records.write(arrow.record_csv(type, table))
            _write_links(links, table)
            parquet.write(table)
            take(type, table)
            progress(len(batch))
        array.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def parsed(type: str, batches: Iterable[Sequence[bytes]]) -> Iterator[Parsed]:
    """What becomes of each batch; more are fetched and parsed meanwhile."""

    def parse(batch: Sequence[bytes]) -> Parsed:
        data = lines_of(batch)
        return batch, data, arrow.read_lines(type, data)

    with ThreadPoolExecutor(PARSERS) as pool:
        coming: deque[Future[Parsed]] = deque()
        for batch in ahead(iter(batches)):
            coming.append(pool.submit(parse, batch))
            if len(coming) > PARSERS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The items in their order, the next one made by another thread while the last one is used."""
    with ThreadPoolExecutor(1) as pool:
        coming: Future[Item | None] = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _write_links(links: Sequence[tuple[LinkTable, BinaryIO]], table: pa.Table) -> None:
    for link, file in links:
        file.write(arrow.link_csv(link, table))


class ParquetFile:
    """A Parquet file whose row groups do not depend on how the records come in; another thread writes them."""

    def __init__(self, path: Path, type: str, metadata: Mapping[str, str]) -> None:
        self._type = type
        self._schema = arrow.table_schema(type).with_metadata(dict(metadata))
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, **ZSTD)
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._held: list[pa.Table] = []
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        with self._writer, self._thread:
            if failure[0] is None:
                self._flush(whole=False)
                self._wait()

    def write(self, table: pa.Table) -> None:
        """Add rows; full row groups go to the disk."""
        self._held.append(arrow.flat_table(self._type, table))
        self._rows += table.num_rows
        if self._rows >= WAITING:
            self._wait()
        if self._rows >= ROW_GROUP:
            self._flush(whole=True)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _flush(self, *, whole: bool) -> None:
        self._wait()
        if not self._held:
            return
        held = pa.concat_tables(self._held).replace_schema_metadata(self._schema.metadata)
        end = held.num_rows - held.num_rows % ROW_GROUP if whole else held.num_rows
        if end:
            rows = held.slice(0, end)
            self._writing = self._thread.submit(self._writer.write_table, rows, row_group_size=ROW_GROUP)
        rest = held.slice(end)
        self._held, self._rows = ([rest] if rest.num_rows else []), rest.num_rows
