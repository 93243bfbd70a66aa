"""The result of a query, to be cited: an address that holds release, query, count and digest, and that can be asked.

Nothing is kept. `/v1/citations/claims` takes the filters of `/v1/claims` and answers with the address of the result;
who asks that address has the query run again, and hears whether the result is the same, with both figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request
from marshmallow import fields
from sqlalchemy import Table

from api import examples
from api.answers import compact, send
from api.citing import CITATION_FORMS, about_of, citation_members, send_citation, wanted
from api.documented import Blueprint
from api.lists import Find
from api.negotiation import JSON
from api.queries import RecordRequest, ReleasedListQuery
from api.reading import View, reading
from api.resources import actors, claims, events, places, questions, quotes, sources, topics
from api.resources.citations import CitedAs, format_field
from api.shapes import Shape, number, part, texts_by_name, words
from dataset.citing.naming import cite_result
from dataset.citing.results import MOST, Figures, TooMany, figures, whole
from dataset.exports.descriptors.about import About
from dataset.queries.actors import find_actors
from dataset.queries.claims import find_claims
from dataset.queries.events import find_events
from dataset.queries.places import find_places
from dataset.queries.questions import find_questions
from dataset.queries.quotes import find_quotes
from dataset.queries.search import has_words
from dataset.queries.sources import find_sources
from dataset.queries.topics import find_topics
from dataset.schemas.fields import Integer, Sha256
from dataset.search.query import Query as Asked
from dataset.store.budget import TooCostly
from dataset.store.reading import release_of
from dataset.store.tables import RECORDS

blueprint = Blueprint(
    "citations", "The results of queries, to be cited: addresses that can be asked whether they hold."
)

#: What a list takes beside its filters and what makes the same result whatever its value: how it is shown.
KEPT: Final = frozenset({"q", "id", "sort", "release", "as_of"})
#: What the address of a result holds beside the query.
OURS: Final = frozenset({"format", "cited_count", "cited_sha256"})
TOGETHER: Final = "release, cited_count and cited_sha256 together"


@dataclass(frozen=True, slots=True)
class ResultRequest(RecordRequest):
    """What a view of a result is asked: `query` is its canonical form, `cited` the figures that it is compared with."""

    filters: dict[str, Any] = field(default_factory=dict)
    words: Asked | None = None
    ids: Sequence[str] | None = None
    query: dict[str, str] = field(default_factory=dict)
    format: str | None = None
    cited: dict[str, Any] = field(default_factory=dict)


def result_query(listed: type[ReleasedListQuery]) -> type[ReleasedListQuery]:
    """The parameters of a list as those of its result: the same filters, nothing of pages, and the figures."""

    class ResultQuery(listed):  # type: ignore[valid-type, misc]
        """The filters of the list, and what is known of the result."""

        format = format_field()
        cited_count = Integer(
            "How many records the result held when it was cited; with `cited_sha256` and `release`.",
            least=0,
            example=12,
        )
        cited_sha256 = Sha256("The SHA-256 of the result when it was cited. With `cited_count` and `release`.")

        class Meta(ReleasedListQuery.Meta):
            exclude = tuple(sorted((listed.common - KEPT) & {*listed().fields, "expand"}))  # which some lists lack

        def beside(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
            """A result that was cited has both figures, and the release that it is of."""
            yield from super().beside(given)
            if "cited_count" in given or "cited_sha256" in given:
                for name in ("release", "cited_count", "cited_sha256"):
                    if name not in given:
                        yield name, f"found nothing; allowed: {TOGETHER}"

        def made(self, values: dict[str, Any], given: Mapping[str, str]) -> ResultRequest:
            """What the view gets."""
            names = values.keys() - OURS - {"release", "as_of"}
            told = {name: self._told(name, values[name]) for name in sorted(names)}
            cited = (
                {"count": values["cited_count"], "sha256": values["cited_sha256"]} if "cited_count" in values else {}
            )
            filters = self.filters({name: values[name] for name in names})
            return ResultRequest(
                values.get("release"),
                values.get("as_of"),
                filters=filters,
                words=values.get("q"),
                ids=values.get("id"),
                query=told,
                format=values.get("format"),
                cited=cited,
            )

        def _told(self, name: str, value: Any) -> str:
            """The one form of a parameter: values in order, each once."""
            if isinstance(value, list):
                return ",".join(str(one) for one in value)
            return str(value) if name == "q" else request.args[name]

    return ResultQuery


class ResultFigures(Shape):
    """By what a result is known."""

    count = number("How many records it holds.", 12, required=True)
    sha256 = words(
        "SHA-256 of its records as JSON Lines: canonical JSON, one a line, in the default order of the type.",
        examples.DIGEST,
        required=True,
    )


class CitedResult(CitedAs):
    """The result of a query, with the address that cites it."""

    verdict = words("`same` or `different`; absent where the request names no figures to compare with.", "same")
    cited = part(ResultFigures, "The figures that the request names.")
    found = part(ResultFigures, "The figures of the result as it is found now.", required=True)
    query = fields.String(
        required=True,
        metadata={"description": "The query in its one form; empty for all records.", "example": "modality=denied"},
    )
    address = words(
        "The path that cites the result as it is found: asked again, it says whether the result still holds.",
        f"/v1/citations/claims?modality=denied&release=0.1.0&cited_count=12&cited_sha256={examples.DIGEST}",
        required=True,
    )
    links = texts_by_name(
        "The path to the records of the result, by name.",
        {"records": "/v1/claims?modality=denied&release=0.1.0"},
    )


def _encoded(query: dict[str, str], **more: str | int) -> str:
    return urlencode({**query, **more}, safe=",")


def _found(view: View, table: Table, find: Find, query: ResultRequest) -> Figures:
    """The figures of a result: of a whole type they stand in the manifest of the release.

    Raises:
        TooCostly: it holds too many records.
    """
    if not query.filters and query.words is None and query.ids is None:
        stored = release_of(view.connection, view.release.version)
        assert stored is not None  # a view is of a release that is there
        return whole(stored.manifest, table.name)
    statement = find(release=view.release, **query.filters)
    if query.ids is not None:
        statement = statement.where(table.c.id.in_(query.ids))
    if query.words is not None:
        statement = statement.where(has_words(table, query=query.words, engine=view.connection.dialect.name))
    try:
        return figures(view.connection, statement, table)
    except TooMany:
        raise TooCostly(f"{MOST:,} records of a result") from None


def _told(about: About, type: str, query: ResultRequest, found: Figures) -> tuple[str, Any]:
    """The address of a result, without its path, and its citation."""
    held = _encoded(query.query, release=about.version, cited_count=found.count, cited_sha256=found.sha256)
    told = {"words" if name == "q" else name.replace("_", " "): value for name, value in query.query.items()}
    wording = "; ".join(f"{name} {value.replace(',', ', ')}" for name, value in told.items())
    return held, cite_result(about, type, held, wording, found)


def _members(about: About, type: str, query: ResultRequest, found: Figures) -> dict[str, Any]:
    held, citation = _told(about, type, query, found)
    now = {"count": found.count, "sha256": found.sha256}
    compared = {"verdict": "same" if query.cited == now else "different", "cited": query.cited} if query.cited else {}
    address = f"/v1/citations/{type}?{held}"
    records = f"/v1/{type}?{_encoded(query.query, release=about.version)}"
    return {
        **compared,
        "found": now,
        "query": _encoded(query.query),
        "address": address,
        **citation_members(citation),
        "links": {"records": records},
        "release": about.version,
    }


def _example(type: str) -> dict[str, Any]:
    """The members of a made-up result."""
    dataset = {**examples.DATASET, "homepage": "https://example.org/bridge/"}
    about = About(dataset, examples.VERSION, None, "2024-07-01", "First release.", {}, examples.DIGEST, {})
    found = Figures(12, examples.DIGEST)
    query = ResultRequest(None, None, query={"q": "bridge"}, cited={"count": 12, "sha256": examples.DIGEST})
    return _members(about, type, query, found)


def _offer(listed: type[ReleasedListQuery], find: Find, singular: str) -> None:
    """The operation on the results of a list."""
    type = listed.type

    def get_result(query: ResultRequest) -> Response:
        media_type = wanted(query.format)
        with reading(query) as view:
            about = about_of(view)
            found = _found(view, RECORDS[type], find, query)
        if media_type != JSON:
            return send_citation(_told(about, type, query, found)[1], media_type)
        return send(compact(_members(about, type, query, found)))

    get_result.__doc__ = f"""Cite the result of a query on {type}, or check one that was cited.

    With the filters of `/v1/{type}`: the address that cites what they find, with release, count and digest. Asked by
    that address the query is run again: `verdict` says whether the result is the `same` or `different`, with both
    figures.
    """
    blueprint.operation(
        f"/v1/citations/{type}",
        f"get{singular}ListCitation",
        query=result_query(listed),
        answer=CitedResult,
        example=_example(type),
        forms=CITATION_FORMS,
    )(get_result)


for _listed, _find, _singular in (
    (sources.SourceQuery, find_sources, "Source"),
    (quotes.QuoteQuery, find_quotes, "Quote"),
    (claims.ClaimQuery, find_claims, "Claim"),
    (events.EventQuery, find_events, "Event"),
    (actors.ActorQuery, find_actors, "Actor"),
    (places.PlaceQuery, find_places, "Place"),
    (topics.TopicQuery, find_topics, "Topic"),
    (questions.QuestionQuery, find_questions, "Question"),
):
    _offer(_listed, _find, _singular)
