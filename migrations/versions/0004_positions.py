"""What claims tell together: the positions that are taken on questions, the voices behind them, how they relate.

A migration changes structure alone. The tables are filled from the bodies afterwards (`dataset.store.migrating`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From records that are found by their own members, or those of records that they name."""
    create("positions", voices_min=sa.Integer(), voices_max=sa.Integer())
    create("relations", "other", relation=KEY)


def create(name: str, *keys: str, **columns: sa.types.TypeEngine[Any]) -> None:
    """A table whose rows are found by question and position, and by `keys` besides."""
    op.create_table(
        name,
        sa.Column("question", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        *(sa.Column(key, KEY, nullable=False) for key in keys),
        *(sa.Column(column, kind, nullable=False) for column, kind in columns.items()),
        sa.Column("since", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer()),
        sa.PrimaryKeyConstraint("question", "position", *keys, "since", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["since"], ["releases.ordinal"], name=f"fk_{name}_since"),
        sa.ForeignKeyConstraint(["until"], ["releases.ordinal"], name=f"fk_{name}_until"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back to records that are found by their own members, or those of records that they name."""
    op.drop_table("relations")
    op.drop_table("positions")
