"""The conventional peer on ASGI: FastAPI, SQLAlchemy's ORM, and pydantic models that make every answer.

`DATABASE` names the file. Served by granian, as `benchmarks.peers.fast:app`.
"""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload

from benchmarks.peers.models import Claim, connect, words

engine = connect(os.environ["DATABASE"])
app = FastAPI()


class Model(BaseModel):
    """What is read from the attributes of ORM objects."""

    model_config = ConfigDict(from_attributes=True)


class ViaModel(Model):
    """A link of the chain."""

    actor: str
    role: str | None


class AnswerModel(Model):
    """A position taken."""

    question: str
    position: str


class AnchorModel(Model):
    """Where a claim stands."""

    start: int
    end: int
    sha256: str


class QuantityModel(Model):
    """A figure."""

    value: float | None
    min: float | None
    max: float | None
    qualifier: str
    unit: str | None
    of: str | None


class ClaimModel(Model):
    """A claim."""

    id: str
    source: str
    anchor: AnchorModel | None
    statement: str
    claimant: str | None
    claimant_basis: str
    via: list[ViaModel]
    modality: str
    hedge: str | None
    author_stance: str | None
    quantity: QuantityModel | None
    time: str | None
    time_basis: str | None
    time_earliest: str | None
    time_latest: str | None
    said: str | None
    said_basis: str | None
    said_earliest: str | None
    said_latest: str | None
    quotes: list[str]
    events: list[str]
    actors: list[str]
    places: list[str]
    topics: list[str]
    answers: list[AnswerModel]


class Page(Model):
    """A page of claims."""

    data: list[ClaimModel]
    next: str | None


loaded = select(Claim).options(selectinload(Claim.via), selectinload(Claim.answers), selectinload(Claim.references))


@app.get("/claims")
def list_claims(
    claimant: str | None = None,
    modality: str | None = None,
    source: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page:
    """A page of claims."""
    statement = loaded
    for column, value in ((Claim.claimant, claimant), (Claim.modality, modality), (Claim.source, source)):
        if value is not None:
            statement = statement.where(column == value)
    if q is not None:
        statement = statement.join(words, words.c.rowid == Claim.row).where(text("words MATCH :q"))
        statement = statement.params(q=q).order_by(words.c.rank)
    else:
        statement = statement.order_by(Claim.sort)
    if after is not None:
        statement = statement.where(Claim.sort > after)
    with Session(engine) as session:
        found = session.scalars(statement.limit(limit + 1)).all()
        shown = found[:limit]
        return Page(
            data=[ClaimModel.model_validate(claim) for claim in shown],
            next=shown[-1].sort if len(found) > limit else None,
        )


@app.get("/claims/{id}")
def get_claim(id: str) -> ClaimModel:
    """One claim."""
    with Session(engine) as session:
        found = session.scalars(loaded.where(Claim.id == id)).first()
        if found is None:
            raise HTTPException(404)
        return ClaimModel.model_validate(found)
