"""The log and the records: releases, what each changed, and every version of a record with columns for its members.

A migration changes structure alone. Columns and link tables are filled from the bodies afterwards
(`dataset.store.migrating`); a body is never rewritten.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From an empty database."""
    op.create_table(
        "releases",
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("parent", KEY),
        sa.Column("date", KEY, nullable=False),
        sa.Column("schema_version", KEY, nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name="pk_releases"),
        sa.UniqueConstraint("version", name="uq_releases_version"),
    )
    op.create_table(
        "changes",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("operation", KEY, nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("replaced_by", KEY),
        sa.Column("digest", KEY),
        sa.PrimaryKeyConstraint("release", "type", "id", name="pk_changes"),
        sa.ForeignKeyConstraint(["release"], ["releases.ordinal"], name="fk_changes_release"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changes_type_id", "changes", ["type", "id"])
    create_records("dataset")
    create_records(
        "sources",
        sa.Column("kind", KEY),
        sa.Column("language", KEY),
        sa.Column("publisher", KEY),
        sa.Column("translator", KEY),
        sa.Column("published", KEY),
        sa.Column("published_basis", KEY),
        sa.Column("published_earliest", KEY),
        sa.Column("published_latest", KEY),
        sa.Column("text_part_of", KEY),
        sa.Column("text_characters", NUMBER),
    )
    create_records(
        "quotes",
        sa.Column("source", KEY, nullable=False),
        sa.Column("anchor_start", NUMBER),
        sa.Column("anchor_end", NUMBER),
        sa.Column("kind", KEY),
        sa.Column("uttered", KEY),
        sa.Column("speaker", KEY),
        sa.Column("speaker_basis", KEY, nullable=False),
        sa.Column("said", KEY),
        sa.Column("said_basis", KEY),
        sa.Column("said_earliest", KEY),
        sa.Column("said_latest", KEY),
        sa.Column("occasion", KEY),
        sa.Column("language", KEY),
        sa.Column("original_language", KEY),
        sa.Column("continues", KEY),
        sa.Column("printing_of", KEY),
    )
    create_records(
        "claims",
        sa.Column("source", KEY, nullable=False),
        sa.Column("anchor_start", NUMBER),
        sa.Column("anchor_end", NUMBER),
        sa.Column("claimant", KEY),
        sa.Column("claimant_basis", KEY, nullable=False),
        sa.Column("modality", KEY, nullable=False),
        sa.Column("hedge", sa.Text()),
        sa.Column("author_stance", KEY),
        sa.Column("quantity_qualifier", KEY),
        sa.Column("quantity_unit", KEY),
        sa.Column("time", KEY),
        sa.Column("time_basis", KEY),
        sa.Column("time_earliest", KEY),
        sa.Column("time_latest", KEY),
        sa.Column("said", KEY),
        sa.Column("said_basis", KEY),
        sa.Column("said_earliest", KEY),
        sa.Column("said_latest", KEY),
        sa.Column("renders", KEY),
    )
    create_records(
        "events",
        sa.Column("kind", KEY),
        sa.Column("status", KEY),
        sa.Column("place", KEY),
        sa.Column("part_of", KEY),
        sa.Column("date", KEY),
        sa.Column("date_basis", KEY),
        sa.Column("date_earliest", KEY),
        sa.Column("date_latest", KEY),
    )
    create_records("actors", sa.Column("kind", KEY), sa.Column("named", sa.Boolean()), sa.Column("country", KEY))
    create_records("places", sa.Column("kind", KEY), sa.Column("country", KEY))
    create_records("topics", sa.Column("broader", KEY))
    create_records("questions", sa.Column("kind", KEY), sa.Column("answer", KEY))


def create_records(name: str, *columns: sa.Column[Any]) -> None:
    """The table of one record type: the frame that all share around the columns of its own."""
    op.create_table(
        name,
        sa.Column("row", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.Column("digest", KEY, nullable=False),
        *columns,
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("row", name=f"pk_{name}"),
        sa.UniqueConstraint("id", "since", name=f"uq_{name}_id"),
        sa.ForeignKeyConstraint(["since"], ["releases.ordinal"], name=f"fk_{name}_since"),
        sa.ForeignKeyConstraint(["until"], ["releases.ordinal"], name=f"fk_{name}_until"),
    )
    op.create_index(f"ix_{name}_id_newest", name, ["id"], unique=True, **where("until IS NULL"))


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    """Back to an empty database."""
    for name in ("questions", "topics", "places", "actors", "events", "claims", "quotes", "sources", "dataset"):
        op.drop_table(name)
    op.drop_table("changes")
    op.drop_table("releases")
