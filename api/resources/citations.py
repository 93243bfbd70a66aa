"""How to cite a record or a release, and each as linked data: by paths, for browsers and generated clients.

The operations belong to the nouns that they are of, and are added to theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response
from marshmallow import fields
from sqlalchemy import select

from api.answers import absent, compact, send
from api.citing import (
    CITATION_FORMS,
    about_of,
    citation_members,
    citation_of,
    example_citation,
    linked_form,
    represented,
    represented_release,
    send_citation,
    wanted,
)
from api.examples import VERSION
from api.negotiation import JSON, chosen
from api.queries import Query, RecordQuery, RecordRequest
from api.reading import View, reading, reading_log, unknown_release
from api.resources import releases
from api.resources.nouns import NOUNS
from api.shapes import Shape, free, words
from dataset.citing.formats import FORMATS, Citation
from dataset.citing.linked import LINKED
from dataset.citing.naming import cite_release
from dataset.queries.paging import one
from dataset.schemas.fields import Code
from dataset.store.tables import RECORDS

EXAMPLE: Final = example_citation("claims")


def format_field() -> Code:
    """The parameter `format`."""
    description = "The form of the citation. When absent what `Accept` asks for: JSON, with all forms in it, as a rule."
    return Code(description, tuple(FORMATS), closed=True, example="bibtex")


@dataclass(frozen=True, slots=True)
class CitationRequest(RecordRequest):
    """What a view of a citation is asked."""

    format: str | None = None


class CitationQuery(RecordQuery):
    """The parameters of the citation of a record."""

    format = format_field()

    def made(self, values: dict[str, Any], given: Mapping[str, str]) -> CitationRequest:
        """What the view gets."""
        return CitationRequest(values.get("release"), values.get("as_of"), format=values.get("format"))


class ReleaseCitationQuery(Query):
    """The parameters of the citation of a release."""

    format = format_field()


class CitedAs(Shape):
    """How to cite something: in words, and in the forms that citation managers read."""

    key = words("The key of the citation, the same each time.", EXAMPLE.key, required=True)
    title = words("What is cited, in a line.", EXAMPLE.title, required=True)
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Its permanent address, below the home of the dataset; null where the dataset names none.",
            "example": EXAMPLE.url,
        },
    )
    text = words("The citation to be read.", citation_members(EXAMPLE)["text"], required=True)
    csl = free("An item of CSL-JSON.", citation_members(EXAMPLE)["csl"])
    bibtex = words("BibTeX.", citation_members(EXAMPLE)["bibtex"], required=True)
    ris = words("RIS.", citation_members(EXAMPLE)["ris"], required=True)
    release = words("Version of the release that was read.", VERSION, required=True)


def _sent(citation: Citation, media_type: str, release: str) -> Response:
    if media_type != JSON:
        return send_citation(citation, media_type)
    return send(compact({**citation_members(citation), "release": release}))


def _body(view: View, type: str, record_id: str | None) -> str | None:
    """The canonical JSON of a record; of the only one of its type, when no id is given."""
    table = RECORDS[type]
    if record_id is None:
        record_id = view.connection.execute(select(table.c.id).limit(1)).scalar_one()
    return view.connection.execute(one(table, record_id, view.release)).scalar()


def _offer(noun: Any, type: str, singular: str) -> None:
    """The two operations on the records of a type."""
    rule = "/v1/dataset" if type == "dataset" else f"/v1/{type}/<id>"
    which = "the dataset" if type == "dataset" else f"one {singular}"
    citation = example_citation(type)
    more = {"merging": type != "dataset"}

    def get_citation(query: CitationRequest, record_id: str | None = None) -> Response:
        media_type = wanted(query.format)
        with reading(query) as view:
            body = _body(view, type, record_id)
            if body is None:
                return absent(view, type, str(record_id))
            return _sent(citation_of(view, type, body), media_type, view.release.version)

    get_citation.__doc__ = f"""Get the citation of {which}.

    In words and as CSL-JSON, BibTeX and RIS: what it is, its dataset, release, day, licence and permanent address.
    """
    noun.blueprint.operation(
        f"{rule}/citation",
        f"get{singular.title()}Citation",
        query=CitationQuery,
        answer=CitedAs,
        example={**citation_members(citation), "release": VERSION},
        forms=CITATION_FORMS,
        **more,
    )(get_citation)

    def get_linked(query: RecordRequest, record_id: str | None = None) -> Response:
        chosen([LINKED])
        with reading(query) as view:
            body = _body(view, type, record_id)
            return absent(view, type, str(record_id)) if body is None else represented(view, type, body, LINKED)

    get_linked.__doc__ = f"""Get {which} as linked data.

    JSON-LD under the IRIs of the dataset: quotes as W3C Web Annotations, all else in the words of schema.org.
    """
    noun.blueprint.operation(
        f"{rule}/jsonld",
        f"get{singular.title()}LinkedData",
        query=RecordQuery,
        answer=None,
        example=None,
        forms=(linked_form(type),),
        **more,
    )(get_linked)


for _noun, _type, _singular in NOUNS:
    _offer(_noun, _type, _singular)


@releases.blueprint.operation(
    "/v1/releases/<version>/citation",
    "getReleaseCitation",
    query=ReleaseCitationQuery,
    answer=CitedAs,
    example={**citation_members(example_citation("releases")), "release": VERSION},
    forms=CITATION_FORMS,
)
def get_release_citation(query: dict[str, str], version: str) -> Response:
    """Get the citation of a release.

    In words and as CSL-JSON, BibTeX and RIS.
    """
    media_type = wanted(query.get("format"))
    with reading_log(version, pinned=True) as view:
        _known(view, version)
        if media_type != JSON:
            return represented_release(view, media_type)
        return _sent(cite_release(about_of(view)), media_type, version)


@releases.blueprint.operation(
    "/v1/releases/<version>/jsonld",
    "getReleaseLinkedData",
    query=Query,
    answer=None,
    example=None,
    forms=(linked_form("releases"),),
)
def get_release_linked_data(_query: None, version: str) -> Response:
    """Get a release as linked data.

    A schema.org Dataset with its files, as JSON-LD; `dcat.jsonld` among the files says the same in DCAT.
    """
    chosen([LINKED])
    with reading_log(version, with_files=True) as view:
        _known(view, version)
        return represented_release(view, LINKED)


def _known(view: View, version: str) -> None:
    """Refuse a version that is none."""
    if version not in view.catalogue.by_version:
        raise unknown_release("path", "version", version)
