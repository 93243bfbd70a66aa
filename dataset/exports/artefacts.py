"""The files of a release, in one list from which descriptors, index and documentation are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from dataset.exports.layout import layouts

Form = Literal["csv", "jsonl", "json", "parquet", "sqlite", "zip", "delta", "descriptor"]

#: What a file is sent as, by its name or else by what follows its last dot.
MEDIA_TYPES: Final = {
    ".csv": "text/csv; charset=utf-8; header=present",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".zip": "application/zip",
    ".cff": "application/yaml",
    "": "text/plain; charset=utf-8",
    "croissant.json": 'application/ld+json; profile="http://mlcommons.org/croissant/1.1"',
}

CHECKSUMS: Final = "SHA256SUMS"

#: Files that describe the others: name, what they are, whether they describe the archive too and lie in it.
DESCRIPTORS: Final = (
    ("datapackage.json", "The tables and their columns, keys and licence, as a Data Package (version 2).", True),
    ("croissant.json", "The tables and their columns for machine learning, as Croissant 1.1.", True),
    ("dcat.jsonld", "The release and its files for data catalogues, as DCAT 3.", False),
    ("schema-org.jsonld", "The release and its files for search engines, as a schema.org Dataset.", False),
    ("CITATION.cff", "How to cite the release, in the Citation File Format.", True),
    ("README.md", "What is in the release, for a reader.", True),
    (CHECKSUMS, "The SHA-256 of every file: `sha256sum -c SHA256SUMS`.", True),
)


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file: its name, what it is, its form; `table` of files that hold one, `zipped` when the archive has it too."""

    name: str
    description: str
    form: Form
    table: str | None = None
    zipped: bool = False

    @property
    def media_type(self) -> str:
        """What the file is sent as; the part before the first `;` is its type."""
        return MEDIA_TYPES.get(self.name) or MEDIA_TYPES[self.suffix]

    @property
    def suffix(self) -> str:
        """What follows the last dot, the dot included."""
        dot = self.name.rfind(".")
        return self.name[dot:] if dot > 0 else ""

    @property
    def compressed(self) -> str | None:
        """The name of the file that holds the same, compressed; None where there is none."""
        return f"{self.name}.gz" if self.form in ("csv", "jsonl", "delta") and self.suffix != ".gz" else None


def artefacts(version: str, parent: str | None) -> tuple[Artefact, ...]:
    """Every file of a release, the index apart, in the order of names."""
    found: list[Artefact] = []
    for artefact in _plain(version, parent):
        found.append(artefact)
        if artefact.compressed:
            words = f"{artefact.description} Compressed with gzip."
            found.append(Artefact(artefact.compressed, words, artefact.form, artefact.table))
    return tuple(sorted(found, key=lambda artefact: artefact.name))


def archive_name(version: str) -> str:
    """The name of the archive of a release."""
    return f"onrecord-{version}.zip"


def database_name(version: str) -> str:
    """The name of the SQLite file of a release."""
    return f"onrecord-{version}.sqlite"


def delta_name(version: str, parent: str) -> str:
    """The name of the change-set between a release and the one before."""
    return f"delta-{parent}-{version}.jsonl"


def _plain(version: str, parent: str | None) -> Iterator[Artefact]:
    for tables in layouts():
        one = tables.type
        them = "The record of the dataset itself" if one == "dataset" else f"All {one}"
        yield Artefact(f"{one}.jsonl", f"{them}, one canonical record a line.", "jsonl", one, zipped=True)
        yield Artefact(f"{one}.json", f"{them} as one JSON array.", "json", one)
        yield Artefact(f"{one}.csv", f"{them} as a table.", "csv", one, zipped=True)
        yield Artefact(f"{one}.parquet", f"{them} as a table, with their lists as list columns.", "parquet", one)
        for link in tables.links:
            path = ".".join(link.path)
            words = f"Table of the member `{path}` of {one}, one row an item."
            yield Artefact(f"{link.name}.csv", words, "csv", link.name, zipped=True)
    words = "All tables as CSV, all records as JSON Lines, and their descriptors: a Data Package."
    yield Artefact(archive_name(version), words, "zip")
    words = "All tables with keys, indexes and full-text search in one SQLite database."
    yield Artefact(database_name(version), words, "sqlite")
    if parent:
        words = f"What changed since {parent}: the change-set as it stands in the log, one change a line."
        yield Artefact(delta_name(version, parent), words, "delta")
    for name, words, zipped in DESCRIPTORS:
        yield Artefact(name, words, "descriptor", zipped=zipped)
