"""A stranger's dataset: lighthouses, and what newspapers said of them; made from a seed and `docs/import.md` alone.

It knows nothing of the program. For each file it writes rows as text, some of them with a flaw, and keeps account:
where each flaw stands, and which records are sound by its own reckoning, with their members as they should come out.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TextIO

#: Cells of a row by column, or members of a record.
Cells = dict[str, str]
#: A record by type and id.
Key = tuple[str, str]

HEADERS = {
    "dataset": ("id", "title", "licence"),
    "actors": ("id", "name", "kind", "country"),
    "actors_aliases": ("actor", "position", "value"),
    "places": ("id", "name", "latitude", "longitude"),
    "topics": ("id", "label", "broader"),
    "events": ("id", "title", "date", "place", "part_of"),
    "sources": ("id", "title", "published", "publisher"),
    "quotes": ("id", "source", "text", "speaker", "speaker_basis", "continues"),
    "claims": (
        "id", "source", "statement", "claimant", "claimant_basis", "modality", "time",
        "quantity_value", "quantity_qualifier", "quantity_unit", "renders",
    ),
    "claims_topics": ("claim", "position", "topic"),
    "claims_actors": ("claim", "position", "actor"),
}  # fmt: skip
#: Column -> type that it refers to, for each table.
REFERENCES = {
    "topics": {"broader": "topics"},
    "events": {"place": "places", "part_of": "events"},
    "sources": {"publisher": "actors"},
    "quotes": {"source": "sources", "speaker": "actors", "continues": "quotes"},
    "claims": {"source": "sources", "claimant": "actors", "renders": "claims"},
    "claims_topics": {"claim": "claims", "topic": "topics"},
    "claims_actors": {"claim": "claims", "actor": "actors"},
    "actors_aliases": {"actor": "actors"},
}
NUMBERS = {"latitude", "longitude", "quantity_value"}
BAD_DATES = ("2031-13-01", "2031-02-30", "14.07.2031", "July 2031", "2031-7-4", "2031-07-14T10:00:00Z")
BAD_NUMBERS = ("1,200", "1 200", "about 40", "1e3", "NaN")
WORDS = (
    "the", "lamp", "oil", "keeper", "fog", "horn", "=tower", "-rock", "@night", "'storm", "lens", "ship", '"Bell"',
    "reef,", "gull;", "crew\tsand",
)  # fmt: skip


@dataclass
class Row:
    """A row as it is written: where, what, and the columns that have a flaw of their own."""

    table: str
    line: int
    cells: Cells
    flaws: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """The record that it is, or is a part of."""
        return self.table.partition("_")[0], next(iter(self.cells.values()))


@dataclass
class Stranger:
    """Makes the package; `share` of the rows have a flaw. `rows` keeps the account."""

    seed: int
    scale: int
    share: float = 0.01
    rows: list[Row] = field(default_factory=list)
    random: Random = field(init=False)
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def __post_init__(self) -> None:
        """Begin with the seed."""
        self.random = Random(self.seed)

    def write(self, folder: Path) -> None:
        """Write all tables as CSV."""
        folder.mkdir()
        files: dict[str, tuple[TextIO, Any]] = {}
        for row in self.make():
            if row.table not in files:
                file: TextIO = (folder / f"{row.table}.csv").open("w", encoding="utf-8", newline="")
                files[row.table] = file, csv.writer(file)
                files[row.table][1].writerow(HEADERS[row.table])
            files[row.table][1].writerow([row.cells.get(name, "") for name in HEADERS[row.table]])
            self.rows.append(row)
        for opened, _ in files.values():
            opened.close()

    def make(self) -> Iterator[Row]:
        """The rows of all tables; a row now and then stands twice."""
        for table, cells in self.records():
            row = self.row(table, cells)
            yield row
            if "_" not in table and table != "dataset" and self.random.random() < self.share / 5:
                yield self.row(table, {**cells}, twice=True)

    def row(self, table: str, cells: Cells, *, twice: bool = False) -> Row:
        """One row, perhaps spoilt; its line is that of its file."""
        self.lines[table] += 1
        row = Row(table, self.lines[table], cells, ["id"] if twice else [])
        if not twice and table != "dataset" and self.random.random() < self.share:
            self.spoil(row)
        # a cell with a line end in it takes two lines
        row_line = row.line
        self.lines[table] = row_line + sum(value.count("\n") for value in cells.values())
        return row

    def spoil(self, row: Row) -> None:
        """Give a row one of the flaws that its table can have."""
        random, cells = self.random, row.cells
        choices: list[tuple[str, str]] = []
        choices += [
            (name, "") for name in ("name", "title", "text", "statement", "modality", "speaker_basis") if name in cells
        ]
        choices += [(name, random.choice(BAD_DATES)) for name in ("date", "published", "time") if cells.get(name)]
        choices += [(name, random.choice(BAD_NUMBERS)) for name in NUMBERS if cells.get(name)]
        references = REFERENCES.get(row.table, {})
        keyed = next(iter(cells))
        choices += [
            (name, "no-such-" + random.choice("abc")) for name in references if cells.get(name) and name != keyed
        ]
        choices += [(name, "NULL") for name in ("modality", "kind", "country") if cells.get(name)]
        choices += [("claimant", "")] if cells.get("claimant_basis") == "stated" else []
        choices += [("id", "Not An Id " + cells["id"])] if "id" in cells else [(keyed, "nobody-at-all")]
        if row.table in ("quotes", "claims"):
            # an id hangs under its source, so a source that is not there is a second flaw of the id
            choices = [choice for choice in choices if choice[0] != "source"]
        if row.table == "sources":
            choices = [choice for choice in choices if choice[0] != "title"]  # may be absent
        name, value = random.choice(choices)
        cells[name] = value
        row.flaws.append(name)

    def text(self, least: int = 3) -> str:
        """Some words, awkward for a table."""
        words = self.random.choices(WORDS, k=self.random.randint(least, 4 * least))
        found = " ".join(words).strip()
        return found.replace(" ", "\n", 1) if self.random.random() < 0.02 else found

    def records(self) -> Iterator[tuple[str, Cells]]:
        """Every table and row before it is spoilt; tables come in no useful order."""
        random, scale = self.random, self.scale
        sources = [f"post-{number:05d}" for number in range(scale // 10)]
        actors = [f"keeper-{number}" for number in range(scale // 10)]
        places = [f"light-{number}" for number in range(scale // 100 + 2)]
        topics = [f"topic-{number}" for number in range(20)]
        claims = [f"{random.choice(sources)}.c{number}" for number in range(1, scale + 1)]
        quotes = [f"{random.choice(sources)}.q{number}" for number in range(1, scale // 2 + 1)]
        yield "dataset", {"id": "lights", "title": "What was said of lights", "licence": "CC0-1.0"}
        yield from self.claims(claims, actors, topics)
        for topic in topics:
            yield "topics", {"id": topic, "label": plain(self.text(1))}
        for place in places:
            where = {
                "latitude": str(random.randint(-9000, 9000) / 100),
                "longitude": str(random.randint(0, 18000) / 100),
            }
            yield "places", {"id": place, "name": plain(self.text(1)), **where}
        for actor in actors:
            kind = random.choice(("person", "group"))
            yield (
                "actors",
                {"id": actor, "name": plain(self.text(1)), "kind": kind, "country": random.choice(("XA", "XB", ""))},
            )
            if random.random() < 0.3:
                yield "actors_aliases", {"actor": actor, "position": "1", "value": plain(self.text(1))}
        for number in range(scale // 50):
            before = f"night-{random.randrange(number)}" if number and random.random() < 0.3 else ""
            cells = {
                "id": f"night-{number}",
                "title": plain(self.text(2)),
                "date": "2031-07-14",
                "place": random.choice(places),
            }
            yield "events", {**cells, "part_of": before}
        for source in sources:
            cells = {"id": source, "title": plain(self.text(2)), "published": "2031-07-15"}
            yield "sources", {**cells, "publisher": random.choice(actors)}
        for quote in quotes:
            speaker = random.choice(actors) if random.random() < 0.5 else ""
            basis = "stated" if speaker else "unknown"
            cells = {"id": quote, "source": quote.partition(".")[0], "text": self.text(2), "speaker": speaker}
            yield "quotes", {**cells, "speaker_basis": basis}

    def claims(
        self, claims: Sequence[str], actors: Sequence[str], topics: Sequence[str]
    ) -> Iterator[tuple[str, Cells]]:
        """The claims, each with the rows of its lists behind it."""
        random = self.random
        for number, claim in enumerate(claims):
            stated = random.random() < 0.7
            cells = {
                "id": claim,
                "source": claim.partition(".")[0],
                "statement": plain(self.text(6)),
                "claimant": random.choice(actors) if stated else "",
                "claimant_basis": "stated" if stated else "unknown",
                "modality": random.choice(("asserted", "denied", "opinion")),
                "time": random.choice(("2031", "2031-07", "2031-07-14", "../2031-08", "2031-06-30/2031-07-02", "")),
            }
            if number % 4 == 0:
                figure = {"value": str(random.choice((3, 40, 2.5, 1200))), "qualifier": "about", "unit": "items"}
                cells |= {f"quantity_{name}": value for name, value in figure.items()}
            if number and random.random() < 0.1:
                cells["renders"] = claims[random.randrange(number)]
            yield "claims", cells
            for position, topic in enumerate(random.sample(topics, random.randint(0, 3)), 1):
                yield "claims_topics", {"claim": claim, "position": str(position), "topic": topic}
            if number % 3 == 0:
                yield "claims_actors", {"claim": claim, "position": "7", "actor": random.choice(actors)}


def plain(text: str) -> str:
    """Words of our own have no tab at their end and no apostrophe that a reader of the table would take away."""
    return text.strip().replace("\n", " ")


def sound(rows: Sequence[Row]) -> set[Key]:
    """The records that are sound by the stranger's reckoning: no flaw in them, in their lists, or where they lead."""
    first: dict[Key, Row] = {}
    for row in rows:
        if "_" not in row.table:
            first.setdefault(row.key, row)
    good = {key for key, row in first.items() if not row.flaws}
    parts: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        if "_" in row.table:
            parts[row.key].append(row)
    while True:
        bad = {key for key in good if any(not _leads(row, good) for row in (first[key], *parts[key]))}
        if not bad:
            return good
        good -= bad


def _leads(row: Row, good: set[Key]) -> bool:
    if row.flaws:
        return False
    references = REFERENCES.get(row.table, {})
    own = next(iter(row.cells)) if "_" in row.table else None
    return all((to, row.cells[name]) in good for name, to in references.items() if row.cells.get(name) and name != own)


def expected(rows: Sequence[Row]) -> dict[Key, dict[str, Any]]:
    """The sound records with their members, nested as JSON has them; without what is derived from dates."""
    good = sound(rows)
    found: dict[Key, dict[str, Any]] = {}
    for row in rows:
        if "_" in row.table or row.key not in good or row.key in found:
            continue
        members: dict[str, Any] = {}
        for name, text in row.cells.items():
            if text == "":
                continue
            value: Any = float(text) if name in NUMBERS else text
            if name.startswith("quantity_"):
                members.setdefault("quantity", {})[name.removeprefix("quantity_")] = value
            else:
                members[name] = value
        found[row.key] = members
    for row in rows:
        if "_" in row.table and row.key in good:
            *_, value = row.cells.values()
            found[row.key].setdefault(row.table.partition("_")[2], []).append(value)
    return found
