"""What the shapes of linked data share: the context, actors and sources in short, dates, the release it is from."""

from __future__ import annotations

import re
from typing import Any, Final

from dataset.canonical import Body
from dataset.citing.gathering import Cited
from dataset.exports.descriptors.about import present

Node = dict[str, Any]

#: Terms of our own: the names of fields, whose meaning is that of the record schemas whatever the dataset.
TERMS: Final = "urn:onrecord:"
#: EDTF as a datatype, https://id.loc.gov/datatypes/edtf.html.
EDTF: Final = "http://id.loc.gov/datatypes/edtf/"

CONTEXT: Final[Node] = {
    "@vocab": "http://schema.org/",
    "dcterms": "http://purl.org/dc/terms/",
    "edtf": EDTF,
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "terms": TERMS,
    **{name: {"@type": "@id"} for name in ("eventStatus", "license", "sameAs", "url")},
}

ACTOR_TYPES: Final = {
    "person": "Person",
    "state": "GovernmentOrganization",
    "organisation": "Organization",
    "outlet": "NewsMediaOrganization",
    "group": "Organization",
}
SOURCE_TYPES: Final = {
    "article": "Article",
    "op_ed": "OpinionNewsArticle",
    "blog_post": "BlogPosting",
    "list_message": "Message",
    "web_page": "WebPage",
    "document": "DigitalDocument",
}

_PLAIN = re.compile("[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?")


def ref(cited: Cited, type: str, id: str | None) -> Node | None:
    """A record by its IRI; None for none."""
    return None if id is None else {"@id": cited.addresses.record(type, id)}


def refs(cited: Cited, type: str, ids: list[str]) -> list[Node]:
    """Records by their IRIs."""
    return [{"@id": cited.addresses.record(type, id)} for id in ids]


def actor_ref(cited: Cited, id: str | None) -> Node | None:
    """An actor by IRI, type and name; None for none."""
    if id is None:
        return None
    body = cited.actors.get(id, {})
    told = {"@type": ACTOR_TYPES.get(body.get("kind", ""), "Thing"), "name": body.get("name")}
    return present({"@id": cited.addresses.record("actors", id), **told})


def source_ref(cited: Cited, source: Body | None) -> Node | None:
    """A source by IRI and in short; None for none."""
    if source is None:
        return None
    return present({"@id": cited.addresses.record("sources", source["id"]), **source_members(cited, source)})


def source_members(cited: Cited, source: Body) -> Node:
    """Who made a source, when and where."""
    return {
        "@type": SOURCE_TYPES.get(source.get("kind", ""), "CreativeWork"),
        "name": source.get("title"),
        "author": [actor_ref(cited, id) for id in source.get("authors", ())],
        "translator": actor_ref(cited, source.get("translator")),
        "publisher": actor_ref(cited, source.get("publisher")),
        **dated(source, "published", "datePublished"),
        "inLanguage": source.get("language"),
        "url": source.get("url"),
    }


def dated(body: Body, field: str, name: str) -> Node:
    """A date under a name of schema.org where it is plain, and always as EDTF under our own."""
    value = body.get(field)
    if value is None:
        return {}
    plain = {name: value} if _PLAIN.fullmatch(value) else {}
    return {**plain, f"terms:{field}": {"@type": "edtf:EDTF", "@value": value}}


def release(cited: Cited) -> Node:
    """The release that a record was read from."""
    about = cited.about
    iri = cited.addresses.release(about.version)
    return {"@id": iri, "@type": "Dataset", "name": about.title, "version": about.version}


def own(body: Body, *fields: str) -> Node:
    """Members for which there is no vocabulary, as they are."""
    return {f"terms:{field}": body.get(field) for field in fields}


def via(cited: Cited, body: Body) -> list[Node]:
    """The links of a chain, each an actor in a role; `terms:position` tells their order from 1."""
    return [
        {
            "terms:position": position,
            "terms:role": link["role"],
            "terms:actor": actor_ref(cited, link["actor"]),
        }
        for position, link in enumerate(body.get("via", ()), 1)
    ]
