"""The conventional peer: Flask, SQLAlchemy's ORM, and a marshmallow schema that dumps every record for every request.

`DATABASE` names the file. Served by granian, as `benchmarks.peers.conventional:app`.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, Response, jsonify, request
from marshmallow import Schema, fields, validate
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session, selectinload

from benchmarks.peers.models import Claim, connect, words

engine = connect(os.environ["DATABASE"])
app = Flask(__name__)


class ViaSchema(Schema):
    """A link of the chain."""

    actor = fields.String()
    role = fields.String()


class AnswerSchema(Schema):
    """A position taken."""

    question = fields.String()
    position = fields.String()


class AnchorSchema(Schema):
    """Where a claim stands."""

    start = fields.Integer()
    end = fields.Integer()
    sha256 = fields.String()


class QuantitySchema(Schema):
    """A figure."""

    value = fields.Float()
    min = fields.Float()
    max = fields.Float()
    qualifier = fields.String()
    unit = fields.String()
    of = fields.String()


class ClaimSchema(Schema):
    """A claim."""

    id = fields.String()
    source = fields.String()
    anchor = fields.Nested(AnchorSchema)
    statement = fields.String()
    claimant = fields.String()
    claimant_basis = fields.String()
    via = fields.List(fields.Nested(ViaSchema))
    modality = fields.String()
    hedge = fields.String()
    author_stance = fields.String()
    quantity = fields.Nested(QuantitySchema)
    time = fields.String()
    time_basis = fields.String()
    time_earliest = fields.String()
    time_latest = fields.String()
    said = fields.String()
    said_basis = fields.String()
    said_earliest = fields.String()
    said_latest = fields.String()
    quotes = fields.List(fields.String())
    events = fields.List(fields.String())
    actors = fields.List(fields.String())
    places = fields.List(fields.String())
    topics = fields.List(fields.String())
    answers = fields.List(fields.Nested(AnswerSchema))


class Query(Schema):
    """The parameters of the list."""

    claimant = fields.String()
    modality = fields.String()
    source = fields.String()
    q = fields.String()
    after = fields.String()
    offset = fields.Integer(validate=validate.Range(0))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))


many, one, parameters = ClaimSchema(many=True), ClaimSchema(), Query()


def loaded() -> Select[Any]:
    """Claims with all that belongs to them."""
    return select(Claim).options(selectinload(Claim.via), selectinload(Claim.answers), selectinload(Claim.references))


@app.get("/claims")
def list_claims() -> Response:
    """A page of claims."""
    asked = parameters.load(request.args.to_dict())
    statement = loaded()
    for name in ("claimant", "modality", "source"):
        if name in asked:
            statement = statement.where(getattr(Claim, name) == asked[name])
    if "q" in asked:
        statement = statement.join(words, words.c.rowid == Claim.row).where(text("words MATCH :q"))
        statement = statement.params(q=asked["q"]).order_by(words.c.rank)
    else:
        statement = statement.order_by(Claim.sort)
    if "after" in asked:
        statement = statement.where(Claim.sort > asked["after"])
    if "offset" in asked:
        statement = statement.offset(asked["offset"])
    with Session(engine) as session:
        found = session.scalars(statement.limit(asked["limit"] + 1)).all()
        shown = found[: asked["limit"]]
        after = shown[-1].sort if len(found) > len(shown) else None
        return jsonify({"data": many.dump(shown), "next": after})


@app.get("/claims/<id>")
def get_claim(id: str) -> Response | tuple[Response, int]:
    """One claim."""
    with Session(engine) as session:
        found = session.scalars(loaded().where(Claim.id == id)).first()
        if found is None:
            return jsonify({"error": "not found"}), 404
        return jsonify(one.dump(found))
