"""Indexes for releases before the newest: no part of the tables any more, for only some databases have them.

They are made after the migrations where a database holds more than one release (`dataset.store.older`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

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
#: Table → its references; those that a record must have first.
REFERENCES = {
    "sources": ("publisher", "translator", "text_part_of"),
    "quotes": ("source", "speaker", "occasion", "continues", "printing_of"),
    "claims": ("source", "claimant", "renders"),
    "events": ("place", "part_of"),
    "topics": ("broader",),
}
REQUIRED = ("source",)


def upgrade() -> None:
    """From indexes for the first release and those behind it in every database."""
    drop()


def downgrade() -> None:
    """Back to indexes for the first release and those behind it in every database."""
    drop()
    for name, order in ORDER.items():
        op.create_index(f"ix_{name}_{order}_first", name, [order], **where("since = 1"))
        if order == "sort":
            op.create_index(f"ix_{name}_sort_past", name, ["sort", "since", "until"])
        for column in REFERENCES.get(name, ()):
            condition = {} if column in REQUIRED else where(f"{column} IS NOT NULL")
            op.create_index(f"ix_{name}_{column}_past", name, [column, order, "since", "until"], **condition)


def drop() -> None:
    """Drop those that are there."""
    inspector = sa.inspect(op.get_bind())
    for name in ORDER:
        for index in inspector.get_indexes(name):
            if str(index["name"]).endswith(("_first", "_past")):
                op.drop_index(str(index["name"]), name)


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
