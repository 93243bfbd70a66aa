"""Search: the places of all rows in the order of an answer, and the words by which they are found.

A migration changes structure alone. The index is filled from the bodies afterwards (`dataset.store.migrating`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From records that are found by id and filters alone."""
    op.create_table(
        "search",
        sa.Column("place", NUMBER, autoincrement=False, nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("row", NUMBER, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.Column("words", sa.Text()),
        sa.PrimaryKeyConstraint("place", name="pk_search"),
        sa.UniqueConstraint("type", "row", name="uq_search_type"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # words come with a space around each, which is all that this tokenizer parts; what it would fold is folded;
        # the beginnings of words from three letters on are kept, shorter ones are not asked for
        op.execute(
            "CREATE VIRTUAL TABLE search_words"
            " USING fts5(words, content='', columnsize=0, detail=full, prefix='3', tokenize='ascii')"
        )
    else:
        # a function only to tell its cost: PostgreSQL takes the cast for cheap, and would try it on row after row
        op.execute(
            "CREATE FUNCTION search_vector(words text) RETURNS tsvector"
            " LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000"
            " AS 'BEGIN RETURN words::tsvector; END'"
        )
        op.execute("CREATE INDEX search_words ON search USING gin (search_vector(words))")


def downgrade() -> None:
    """Back to records that are found by id and filters alone."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
        op.drop_table("search")
    else:
        op.drop_table("search")
        op.execute("DROP FUNCTION search_vector(text)")
