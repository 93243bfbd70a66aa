"""Statistics of a release as a whole; worked out once a release and kept, for a release never changes."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, current_app
from marshmallow import fields

from api import examples
from api.answers import compact, send
from api.documented import Blueprint
from api.negotiation import JSON, chosen
from api.queries import RecordQuery, RecordRequest
from api.reading import View, reading
from api.resources.counts import CountGroup
from api.shapes import Shape, figures_by_name, many, number, words
from dataset.queries.compiled import Statement
from dataset.queries.grouping import find_groups
from dataset.queries.paging import records
from dataset.queries.stats import ANCHORED, DATES, find_anchored, find_span
from dataset.store.budget import allow_again
from dataset.store.reading import release_of
from dataset.store.tables import RECORDS

blueprint = Blueprint("stats", "Statistics of a release as a whole.")

#: Member → the groups that it tells, all of them.
GROUPS: Final = {
    "sources_by_kind": ("sources", "kind"),
    "sources_by_language": ("sources", "language"),
    "quotes_by_speaker_basis": ("quotes", "speaker_basis"),
    "claims_by_modality": ("claims", "modality"),
    "claims_by_claimant_basis": ("claims", "claimant_basis"),
    "events_by_status": ("events", "status"),
    "actors_by_kind": ("actors", "kind"),
    "questions_by_kind": ("questions", "kind"),
}
#: Codes that are told at most, and sources; a type has a dozen codes.
CODES: Final = 500
SOURCES: Final = 100

KEPT: Final = "onrecord.stats"
#: Releases whose statistics a worker keeps.
KEPT_MOST: Final = 16


class Anchored(Shape):
    """How many records of a type point at a stretch of text."""

    records = number("All records of the type.", 120, required=True)
    anchored = number("Those with an anchor.", 114, required=True)
    share = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "The share of these, from 0 to 1; null where there are no records.", "example": 0.95},
    )


class DateSpan(Shape):
    """The days that a date of a type may mean."""

    records = number("Records that have the date.", 98, required=True)
    first = words("The first day of all.", "2023-09-12")
    last = words("The last day of all.", "2024-06-30")


class SourceFigures(Shape):
    """What hangs on a source."""

    source = words("Id of the source.", "overton-herald-2024", required=True)
    claims = number("Its claims.", 40, required=True)
    quotes = number("Its quotes.", 12, required=True)


class Statistics(Shape):
    """Figures of a release."""

    records = figures_by_name("How many records there are of each type.", {"sources": 6, "claims": 120})
    sources = many(SourceFigures, f"The {SOURCES} sources with most claims, these first.")
    sources_left = number("Sources with claims that are not among them.", 0, required=True)
    anchored = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(Anchored),
        required=True,
        metadata={
            "description": "By type: how many quotes and claims are anchored.",
            "example": {"claims": {"records": 120, "anchored": 114, "share": 0.95}},
        },
    )
    dates = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(DateSpan),
        required=True,
        metadata={
            "description": "By type and date: how many records have it, and the days between which they lie.",
            "example": {"claims.time": {"records": 98, "first": "2023-09-12", "last": "2024-06-30"}},
        },
    )
    sources_by_kind = many(CountGroup, "Sources by kind.")
    sources_by_language = many(CountGroup, "Sources by language.")
    quotes_by_speaker_basis = many(CountGroup, "Quotes by how the speaker is known.")
    claims_by_modality = many(CountGroup, "Claims by how the claimant puts them.")
    claims_by_claimant_basis = many(CountGroup, "Claims by how the claimant is known.")
    events_by_status = many(CountGroup, "Events by whether they took place.")
    actors_by_kind = many(CountGroup, "Actors by kind.")
    questions_by_kind = many(CountGroup, "Questions by how their positions relate.")
    release = words("Version of the release that was read.", examples.VERSION, required=True)


EXAMPLE: Final = {
    "records": {"sources": 6, "claims": 120},
    "sources": [{"source": "overton-herald-2024", "claims": 40, "quotes": 12}],
    "sources_left": 0,
    "anchored": {"claims": {"records": 120, "anchored": 114, "share": 0.95}},
    "dates": {"claims.time": {"records": 98, "first": "2023-09-12", "last": "2024-06-30"}},
    **{member: [{"key": {name: None}, "count": 2}] for member, (_, name) in GROUPS.items()},
    "release": examples.VERSION,
}


@blueprint.operation("/v1/stats", "getStats", query=RecordQuery, answer=Statistics, example=EXAMPLE)
def get_stats(query: RecordRequest) -> Response:
    """Get the statistics of a release.

    Records by type and source, claims and quotes by the codes that say how they are known, what is anchored, and the
    spans of dates. `/v1/counts/…` counts anything else.
    """
    chosen([JSON])
    with reading(query) as view:
        held: dict[str, str] = current_app.extensions.setdefault(KEPT, {})
        key = view.catalogue.by_version[view.release.version].sha256 + view.release.version
        text = held.get(key) or compact(_statistics(view))
    if len(held) >= KEPT_MOST:
        held.clear()
    held[key] = text
    return send(text)


def _statistics(view: View) -> dict[str, Any]:
    stored = release_of(view.connection, view.release.version)
    assert stored is not None  # a view is of a release that is there
    told: dict[str, Any] = {"records": stored.manifest["counts"], **_sources(view), "anchored": {}, "dates": {}}
    for record_type in ANCHORED:
        held, anchored = _figures(view, find_anchored(record_type, release=view.release))[0]
        share = round(anchored / held, 4) if held else None
        told["anchored"][record_type] = {"records": held, "anchored": anchored, "share": share}
    for record_type, names in DATES.items():
        for name in names:
            dated, first, last = _figures(view, find_span(record_type, name, release=view.release))[0]
            days = {bound: day for bound, day in (("first", first), ("last", last)) if day}
            told["dates"][f"{record_type}.{name}"] = {"records": dated, **days}
    for member, (record_type, name) in GROUPS.items():
        told[member] = [
            {"key": {name: key}, "count": count} for key, count, *_ in _groups(view, record_type, name, CODES)
        ]
    return {**told, "release": view.release.version}


def _sources(view: View) -> dict[str, Any]:
    """The sources with most claims, and how many quotes each has."""
    claims = _groups(view, "claims", "source", SOURCES)
    shown = RECORDS["quotes"].c.source.in_([key for key, *_ in claims])
    quotes = {key: count for key, count, *_ in _groups(view, "quotes", "source", SOURCES, shown)}
    listed = [{"source": key, "claims": count, "quotes": quotes.get(key, 0)} for key, count, *_ in claims]
    return {"sources": listed, "sources_left": claims[0][2] - len(claims) if claims else 0}


def _groups(view: View, record_type: str, name: str, limit: int, *conditions: Any) -> list[Any]:
    selected = records(RECORDS[record_type], view.release, *conditions)
    return _figures(view, find_groups(selected, record_type, [name], limit=limit))


def _figures(view: View, statement: Statement) -> list[Any]:
    """Figures of a release, each of which may cost what a reading may: they are found out once, and kept."""
    allow_again(view.connection)
    return list(view.connection.execute(statement))
