"""Lists: link tables, the default order of quotes and claims, bounds of quantities, and the indexes for all of it.

A migration changes structure alone. Columns and link tables are filled from the bodies afterwards
(`dataset.store.migrating`); a body is never rewritten.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Table → the column that its default order follows.
ORDER = {
    "dataset": "id",
    "sources": "id",
    "quotes": "sort",
    "claims": "sort",
    "events": "id",
    "actors": "id",
    "places": "id",
    "topics": "id",
    "questions": "id",
}

#: Table → references, codes.
Filters = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]

#: Required members that lists are filtered by.
REQUIRED: Filters = {
    "quotes": (("source",), ("speaker_basis",)),
    "claims": (("source",), ("claimant_basis", "modality")),
}

#: Members that may be absent; their indexes leave out the records that lack them.
OPTIONAL: Filters = {
    "sources": (("publisher", "translator", "text_part_of"), ("kind", "language", "published_basis")),
    "quotes": (
        ("speaker", "occasion", "continues", "printing_of"),
        ("kind", "uttered", "said_basis", "language", "original_language"),
    ),
    "claims": (
        ("claimant", "renders"),
        ("author_stance", "quantity_qualifier", "quantity_unit", "time_basis", "said_basis"),
    ),
    "events": (("place", "part_of"), ("kind", "status", "date_basis")),
    "actors": ((), ("kind", "named", "country")),
    "places": ((), ("kind", "country")),
    "topics": (("broader",), ()),
    "questions": ((), ("kind", "answer")),
}


def upgrade() -> None:
    """From the log and the records alone."""
    for name in ("quotes", "claims"):
        with op.batch_alter_table(name, recreate="always" if anew() else "never") as table:
            # filled from the bodies right after the migrations
            table.add_column(sa.Column("sort", KEY, nullable=False, server_default=""), **behind("digest"))
            if name == "claims":
                table.add_column(sa.Column("quantity_low", sa.Double()), **behind("quantity_unit"))
                table.add_column(sa.Column("quantity_high", sa.Double()), **behind("quantity_low"))
        with op.batch_alter_table(name) as table:
            table.alter_column("sort", server_default=None)
    create_links("sources", "authors", sa.Column("actor", KEY, nullable=False))
    create_links("sources", "derived_from", sa.Column("source", KEY, nullable=False), sa.Column("relation", KEY))
    create_links(
        "sources",
        "zones",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("start", NUMBER),
        sa.Column("end", NUMBER),
        indexed=False,
    )
    create_links("quotes", "via", sa.Column("actor", KEY, nullable=False), sa.Column("role", KEY))
    create_links("claims", "via", sa.Column("actor", KEY, nullable=False), sa.Column("role", KEY))
    create_links("claims", "quotes", sa.Column("quote", KEY, nullable=False))
    create_links("claims", "events", sa.Column("event", KEY, nullable=False))
    create_links("claims", "actors", sa.Column("actor", KEY, nullable=False))
    create_links("claims", "places", sa.Column("place", KEY, nullable=False))
    create_links("claims", "topics", sa.Column("topic", KEY, nullable=False))
    create_links("claims", "answers", sa.Column("question", KEY, nullable=False), sa.Column("answer", KEY))
    create_links("events", "participants", sa.Column("actor", KEY, nullable=False), sa.Column("role", KEY))
    create_links("actors", "roles", sa.Column("organisation", KEY, nullable=False))
    for name, order in ORDER.items():
        op.create_index(f"ix_{name}_{order}_first", name, [order], **where("since = 1"))
        if order == "sort":
            op.create_index(f"ix_{name}_sort_newest", name, ["sort"], **where("until IS NULL"))
            op.create_index(f"ix_{name}_sort_past", name, ["sort", "since", "until"])
    for name, (references, codes) in REQUIRED.items():
        for column in (*references, *codes):
            op.create_index(f"ix_{name}_{column}_newest", name, [column, ORDER[name]], **where("until IS NULL"))
        for column in references:
            op.create_index(f"ix_{name}_{column}_past", name, [column, ORDER[name], "since", "until"])
    for name, (references, codes) in OPTIONAL.items():
        for column in (*references, *codes):
            condition = f"until IS NULL AND {column} IS NOT NULL"
            op.create_index(f"ix_{name}_{column}_newest", name, [column, ORDER[name]], **where(condition))
        for column in references:
            columns = [column, ORDER[name], "since", "until"]
            op.create_index(f"ix_{name}_{column}_past", name, columns, **where(f"{column} IS NOT NULL"))


def create_links(owner: str, member: str, *columns: sa.Column[Any], indexed: bool = True) -> None:
    """The link table of one list of a record type, with an index from its first column to the rows."""
    name = f"{owner}_{member}"
    op.create_table(
        name,
        sa.Column("row", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("row", "position", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["row"], [f"{owner}.row"], name=f"fk_{name}_row"),
        sqlite_with_rowid=False,
    )
    if indexed:
        names = [column.name for column in columns]
        op.create_index(f"ix_{name}_{names[0]}", name, [*names, "row"])


def anew() -> bool:
    """Whether a table is made anew to change it, as on SQLite. Its body, the longest part, shall stay last there."""
    return op.get_bind().dialect.name == "sqlite"


def behind(column: str) -> dict[str, Any]:
    """Where a new column goes when the table is made anew; elsewhere it comes last."""
    return {"insert_after": column} if anew() else {}


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    """Back to the log and the records alone."""
    for name, (references, codes) in (*OPTIONAL.items(), *REQUIRED.items()):
        for column in (*references, *codes):
            op.drop_index(f"ix_{name}_{column}_newest", name)
        for column in references:
            op.drop_index(f"ix_{name}_{column}_past", name)
    for name, order in ORDER.items():
        op.drop_index(f"ix_{name}_{order}_first", name)
        if order == "sort":
            op.drop_index(f"ix_{name}_sort_newest", name)
            op.drop_index(f"ix_{name}_sort_past", name)
    for name in (
        "actors_roles",
        "events_participants",
        "claims_answers",
        "claims_topics",
        "claims_places",
        "claims_actors",
        "claims_events",
        "claims_quotes",
        "claims_via",
        "quotes_via",
        "sources_zones",
        "sources_derived_from",
        "sources_authors",
    ):
        op.drop_table(name)
    with op.batch_alter_table("claims") as table:
        table.drop_column("quantity_high")
        table.drop_column("quantity_low")
        table.drop_column("sort")
    with op.batch_alter_table("quotes") as table:
        table.drop_column("sort")
