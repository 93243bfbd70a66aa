"""The tables, as SQLAlchemy Core knows them; `migrations/` builds them and a test compares the two.

A record version is a row of its type's table. It is valid for the releases `since` <= n < `until` (ordinals of the log;
`until` null: still valid in the newest), so releases that share a record share the row. `body` holds the canonical JSON
that is served; the other columns exist for what is filtered, sorted or joined, and say in `info` which members of the
body they are read from (`dataset.store.columns` does that, for loading and after a migration alike).

A many-valued member has a link table: one row an item, keyed by the row of its record and the `position` in the list.

Indexes of the family `newest` (where until is null) keep a page of any list of the newest release a walk along an
index. Those for older releases are made once there are some, see `dataset.store.older`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from dataset.canonical import Body
from dataset.store.derived import anchor_sort, quantity_high, quantity_low

#: The migration that builds these tables; a test compares it with the head in `migrations/`.
HEAD = "0005"

#: What each engine keeps the words of the search in. `metadata` does not know it, for not all engines have it alike.
WORDS = "search_words"

#: How the names of indexes end that only databases with several releases have (`dataset.store.older`).
OLDER = ("_first", "_past")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: Ids, codes and days: compared by code point on both engines.
KEY = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
#: Row numbers and offsets; SQLite makes only an `INTEGER PRIMARY KEY` the number of the row itself.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

#: What is asked of a column: `code` and `reference` (an id) are filters and have indexes, `plain` has none.
Use = Literal["code", "reference", "plain"]


def member(
    path: str,
    use: Use = "plain",
    kind: TypeEngine[Any] = KEY,
    *,
    name: str | None = None,
    required: bool = False,
) -> Column[Any]:
    """A column read from the member of the body at `path`; named like it, nested names joined by `_`.

    In a link table `path` is the member of the item, and empty where the item itself is the value.
    """
    info = {"paths": (path,), "use": use}
    return Column(name or path.replace(".", "_"), kind, info=info, nullable=not required)


def computed(
    name: str, kind: TypeEngine[Any], derive: Callable[[Body], object], *paths: str, required: bool = False
) -> Column[Any]:
    """A column that `derive` computes from the members of the body at `paths`."""
    info = {"paths": paths, "use": "plain", "derive": derive}
    return Column(name, kind, info=info, nullable=not required)


def dated(name: str) -> list[Column[Any]]:
    """A date (EDTF), its basis, and its earliest and latest day (ISO 8601; null: open on that side)."""
    return [
        member(name),
        member(f"{name}_basis", "code"),
        member(f"{name}_earliest"),
        member(f"{name}_latest"),
    ]


releases = Table(
    "releases",
    metadata,
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("version", KEY, nullable=False),
    Column("parent", KEY),
    Column("date", KEY, nullable=False),
    Column("schema_version", KEY, nullable=False),
    Column("notes", Text, nullable=False),
    Column("sha256", KEY, nullable=False),
    Column("manifest", Text, nullable=False),
    UniqueConstraint("version"),
)

changes = Table(
    "changes",
    metadata,
    Column("release", Integer, ForeignKey("releases.ordinal"), primary_key=True),
    Column("type", KEY, primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("operation", KEY, nullable=False),
    Column("reason", Text),
    Column("replaced_by", KEY),
    Column("digest", KEY),
    Index("ix_changes_type_id", "type", "id"),
    sqlite_with_rowid=False,
)


def is_shared(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether a table or index is one that all databases have, as Alembic asks when it compares."""
    return not (name or "").startswith(WORDS) and not (name or "").endswith(OLDER)


def record(name: str, *columns: Column[Any], anchored: bool = False) -> Table:
    """The table of a record type; `anchored` types are ordered by their place in the source, the others by id."""
    order = "sort" if anchored else "id"
    if anchored:
        sort = computed("sort", KEY, anchor_sort, "source", "anchor.start", "anchor.end", "id", required=True)
        columns = (sort, *columns)
    table = Table(
        name,
        metadata,
        Column("row", NUMBER, primary_key=True, autoincrement=False),
        Column("id", KEY, nullable=False),
        Column("since", Integer, ForeignKey("releases.ordinal"), nullable=False),
        Column("until", Integer, ForeignKey("releases.ordinal")),
        Column("digest", KEY, nullable=False),
        *columns,
        Column("body", Text, nullable=False),
        UniqueConstraint("id", "since"),
        info={"order": order},
    )
    _newest(table, "id", unique=True)
    if anchored:
        _newest(table, "sort")
    for column in columns:
        if column.info["use"] != "plain":
            _newest(table, column.name, order)
    return table


def _newest(table: Table, *names: str, unique: bool = False) -> None:
    """Add an index over what the newest release holds; rows that lack the filtered member are left out of it."""
    columns = [table.c[column] for column in names]
    condition: ColumnElement[bool] = table.c.until.is_(None)
    if columns[0].nullable:
        condition = and_(condition, columns[0].is_not(None))
    where: dict[str, Any] = {"sqlite_where": condition, "postgresql_where": condition}
    Index(f"ix_{table.name}_{names[0]}_newest", *columns, unique=unique, **where)


def link(owner: Table, path: str, *columns: Column[Any], indexed: bool = True) -> Table:
    """The link table of the list at `path` of the bodies of `owner`, found by row or by its first column."""
    name = f"{owner.name}_{path.rpartition('.')[2]}"
    table = Table(
        name,
        metadata,
        Column("row", NUMBER, ForeignKey(owner.c.row), primary_key=True, autoincrement=False),
        Column("position", Integer, primary_key=True, autoincrement=False),
        *columns,
        info={"owner": owner.name, "path": path},
        sqlite_with_rowid=False,
    )
    if indexed:
        Index(f"ix_{name}_{columns[0].name}", *(table.c[column.name] for column in columns), table.c.row)
    return table


#: The index of the search: one row for each row of the record tables, see `dataset.search.places`. SQLite keeps the
#: words in an FTS5 table keyed by place, PostgreSQL in the column `words` and a GIN index over it.
search = Table(
    "search",
    metadata,
    Column("place", NUMBER, primary_key=True, autoincrement=False),
    Column("type", KEY, nullable=False),
    Column("row", NUMBER, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    Column("words", Text),
    UniqueConstraint("type", "row"),
)


def together(name: str, *columns: Column[Any]) -> Table:
    """A table of what several records tell together, found by its question; see `dataset.derived.keeping`.

    Its rows are valid for some releases, like those of records, and say nothing that these do not say.
    """
    return Table(
        name,
        metadata,
        Column("question", KEY, primary_key=True),
        *columns,
        Column("since", Integer, ForeignKey("releases.ordinal"), primary_key=True, autoincrement=False),
        Column("until", Integer, ForeignKey("releases.ordinal")),
        sqlite_with_rowid=False,
    )


#: The positions that claims take on a question, by how many voices at least and at most.
positions = together(
    "positions",
    Column("position", KEY, primary_key=True),
    Column("voices_min", Integer, nullable=False),
    Column("voices_max", Integer, nullable=False),
)

#: How each two of them relate; each pair both ways round.
relations = together(
    "relations",
    Column("position", KEY, primary_key=True),
    Column("other", KEY, primary_key=True),
    Column("relation", KEY, nullable=False),
)

dataset = record("dataset")

sources = record(
    "sources",
    member("kind", "code"),
    member("language", "code"),
    member("publisher", "reference"),
    member("translator", "reference"),
    *dated("published"),
    member("text.part_of", "reference"),
    member("text.characters", "plain", NUMBER),
)
sources_authors = link(sources, "authors", member("", name="actor", required=True))
sources_derived_from = link(sources, "derived_from", member("source", required=True), member("relation"))
sources_zones = link(
    sources,
    "text.zones",
    member("kind", required=True),
    member("start", "plain", NUMBER),
    member("end", "plain", NUMBER),
    indexed=False,
)

quotes = record(
    "quotes",
    member("source", "reference", required=True),
    member("anchor.start", "plain", NUMBER),
    member("anchor.end", "plain", NUMBER),
    member("kind", "code"),
    member("uttered", "code"),
    member("speaker", "reference"),
    member("speaker_basis", "code", required=True),
    *dated("said"),
    member("occasion", "reference"),
    member("language", "code"),
    member("original_language", "code"),
    member("continues", "reference"),
    member("printing_of", "reference"),
    anchored=True,
)
quotes_via = link(quotes, "via", member("actor", required=True), member("role"))

claims = record(
    "claims",
    member("source", "reference", required=True),
    member("anchor.start", "plain", NUMBER),
    member("anchor.end", "plain", NUMBER),
    member("claimant", "reference"),
    member("claimant_basis", "code", required=True),
    member("modality", "code", required=True),
    member("hedge", "plain", Text()),
    member("author_stance", "code"),
    member("quantity.qualifier", "code"),
    member("quantity.unit", "code"),
    computed("quantity_low", Double(), quantity_low, "quantity.value", "quantity.min", "quantity.qualifier"),
    computed("quantity_high", Double(), quantity_high, "quantity.value", "quantity.max", "quantity.qualifier"),
    *dated("time"),
    *dated("said"),
    member("renders", "reference"),
    anchored=True,
)
claims_via = link(claims, "via", member("actor", required=True), member("role"))
claims_quotes = link(claims, "quotes", member("", name="quote", required=True))
claims_events = link(claims, "events", member("", name="event", required=True))
claims_actors = link(claims, "actors", member("", name="actor", required=True))
claims_places = link(claims, "places", member("", name="place", required=True))
claims_topics = link(claims, "topics", member("", name="topic", required=True))
#: `answer` is the key of the position that the claim takes; `position` is the place in the list, as in all link tables.
claims_answers = link(claims, "answers", member("question", required=True), member("position", name="answer"))

events = record(
    "events",
    member("kind", "code"),
    member("status", "code"),
    member("place", "reference"),
    member("part_of", "reference"),
    *dated("date"),
)
events_participants = link(events, "participants", member("actor", required=True), member("role"))

actors = record(
    "actors",
    member("kind", "code"),
    member("named", "code", Boolean()),
    member("country", "code"),
)
actors_roles = link(actors, "roles", member("organisation", required=True))

places = record("places", member("kind", "code"), member("country", "code"))

topics = record("topics", member("broader", "reference"))

questions = record("questions", member("kind", "code"), member("answer", "code"))

#: Record type → its table, in the order in which types are named everywhere.
RECORDS: dict[str, Table] = {
    table.name: table for table in (dataset, sources, quotes, claims, events, actors, places, topics, questions)
}

#: Record type → its link tables.
LINKS: dict[str, tuple[Table, ...]] = {
    name: tuple(table for table in metadata.sorted_tables if table.info.get("owner") == name) for name in RECORDS
}
