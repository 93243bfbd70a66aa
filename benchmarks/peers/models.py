"""The records as a program with an ORM has them: a class a table, relationships for what is many-valued.

Both conventional peers read them, from a database of their own that `filling` makes out of the same package.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Float, ForeignKey, Index, Integer, column, create_engine, event, table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What all share."""


class Value:
    """A value of a list of a claim."""

    row: Mapped[int] = mapped_column(primary_key=True)


class Via(Value, Base):
    """A link between the claimant and the source."""

    __tablename__ = "via"
    claim: Mapped[int] = mapped_column(ForeignKey("claims.row"), index=True)
    actor: Mapped[str]
    role: Mapped[str | None]


class Answer(Value, Base):
    """The position that a claim takes on a question."""

    __tablename__ = "answers"
    claim: Mapped[int] = mapped_column(ForeignKey("claims.row"), index=True)
    question: Mapped[str] = mapped_column(index=True)
    position: Mapped[str]


class Reference(Value, Base):
    """A reference to a quote, an event, an actor, a place or a topic."""

    __tablename__ = "refs"
    claim: Mapped[int] = mapped_column(ForeignKey("claims.row"))
    kind: Mapped[str]
    target: Mapped[str]
    __table_args__ = (Index("ix_refs_claim", "claim", "kind"), Index("ix_refs_target", "kind", "target"))


class Claim(Base):
    """A claim: its plain members are columns, its lists relationships."""

    __tablename__ = "claims"
    row: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    #: Place in the default order.
    sort: Mapped[str] = mapped_column(unique=True)
    anchor_start: Mapped[int | None]
    anchor_end: Mapped[int | None]
    anchor_sha256: Mapped[str | None]
    statement: Mapped[str]
    claimant: Mapped[str | None]
    claimant_basis: Mapped[str]
    modality: Mapped[str]
    hedge: Mapped[str | None]
    author_stance: Mapped[str | None]
    quantity_value: Mapped[float | None]
    quantity_min: Mapped[float | None]
    quantity_max: Mapped[float | None]
    quantity_qualifier: Mapped[str | None]
    quantity_unit: Mapped[str | None]
    quantity_of: Mapped[str | None]
    time: Mapped[str | None]
    time_basis: Mapped[str | None]
    time_earliest: Mapped[str | None]
    time_latest: Mapped[str | None]
    said: Mapped[str | None]
    said_basis: Mapped[str | None]
    said_earliest: Mapped[str | None]
    said_latest: Mapped[str | None]

    via: Mapped[list[Via]] = relationship(order_by=Via.row)
    answers: Mapped[list[Answer]] = relationship(order_by=Answer.row)
    references: Mapped[list[Reference]] = relationship(order_by=Reference.row)

    __table_args__ = (
        Index("ix_claims_source", "source", "sort"),
        Index("ix_claims_claimant", "claimant", "sort"),
        Index("ix_claims_modality", "modality", "sort"),
    )

    def targets(self, kind: str) -> list[str]:
        """The references of one kind."""
        return [one.target for one in self.references if one.kind == kind]

    @property
    def quotes(self) -> list[str]:
        """The quotes that it rests on."""
        return self.targets("quotes")

    @property
    def events(self) -> list[str]:
        """The events that it is about."""
        return self.targets("events")

    @property
    def actors(self) -> list[str]:
        """The actors that it is about."""
        return self.targets("actors")

    @property
    def places(self) -> list[str]:
        """The places that it is about."""
        return self.targets("places")

    @property
    def topics(self) -> list[str]:
        """The topics that it is about."""
        return self.targets("topics")

    @property
    def anchor(self) -> dict[str, Any] | None:
        """Where it stands."""
        if self.anchor_start is None:
            return None
        return {"start": self.anchor_start, "end": self.anchor_end, "sha256": self.anchor_sha256}

    @property
    def quantity(self) -> dict[str, Any] | None:
        """Its figure."""
        if self.quantity_qualifier is None:
            return None
        names = ("value", "min", "max", "qualifier", "unit", "of")
        return {name: getattr(self, f"quantity_{name}") for name in names}


#: The words of the statements, as SQLite's users search them.
SEARCH = "CREATE VIRTUAL TABLE words USING fts5(statement, content='claims', content_rowid='row')"
words = table("words", column("rowid", Integer), column("rank", Float))
FILL_SEARCH = "INSERT INTO words(words) VALUES ('rebuild')"


def connect(path: str) -> Engine:
    """The database, tuned for reading as its users are told to: mapped into memory, never written."""
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")

    @event.listens_for(engine, "connect")
    def tune(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA mmap_size = 4294967296")
        connection.execute("PRAGMA query_only = 1")

    return engine
