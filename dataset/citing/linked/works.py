"""What is written, as linked data: sources, claims, questions with their positions, topics."""

from __future__ import annotations

from typing import Any, Final

from dataset.canonical import Body
from dataset.citing.gathering import Cited
from dataset.citing.linked.common import (
    Node,
    actor_ref,
    dated,
    own,
    ref,
    refs,
    release,
    source_members,
    source_ref,
    via,
)
from dataset.exports.descriptors.about import present

#: How a source derives from another, in the words of schema.org; an archived copy and a reprint are both based on it.
DERIVED: Final = {"translation_of": "translationOfWork"}


def source(cited: Cited) -> Node:
    """A source: an article, a post, a page."""
    body = cited.body
    made = source_members(cited, body)
    for derivation in body.get("derived_from", ()):
        name = DERIVED.get(derivation["relation"], "isBasedOn")
        made.setdefault(name, []).append(ref(cited, "sources", derivation["source"]))
    return {
        **made,
        "copyrightNotice": body.get("rights"),
        "subjectOf": release(cited),
        **own(body, "published_basis", "note"),
    }


def claim(cited: Cited) -> Node:
    """A `Claim`: its author makes it, who made the dataset words it, and it appears in the source."""
    body, about = cited.body, cited.about
    about_what = [
        *refs(cited, "events", body.get("events", [])),
        *refs(cited, "actors", body.get("actors", [])),
        *refs(cited, "places", body.get("places", [])),
        *refs(cited, "topics", body.get("topics", [])),
    ]
    return {
        "@type": "Claim",
        "text": body["statement"],
        "url": cited.addresses.pinned("claims", cited.id, about.version),
        "author": actor_ref(cited, body.get("claimant")),
        "claimInterpreter": _makers(cited),
        "appearance": source_ref(cited, cited.source) or ref(cited, "sources", body["source"]),
        "firstAppearance": source_ref(cited, cited.root()),
        "prov:wasDerivedFrom": _stretch(cited, body),
        "citation": refs(cited, "quotes", body.get("quotes", [])),
        "isBasedOn": ref(cited, "claims", body.get("renders")),
        "about": about_what,
        "mentions": _quantity(body.get("quantity")),
        **_holding(body),
        **dated(body, "said", "dateCreated"),
        "license": about.licence_url,
        "isPartOf": release(cited),
        "terms:via": via(cited, body),
        "terms:takes": [
            {"@id": _position(cited, answer["question"], answer["position"])} for answer in body.get("answers", ())
        ],
        **own(body, "modality", "hedge", "author_stance", "claimant_basis", "note"),
    }


def _makers(cited: Cited) -> list[Node]:
    return [
        present({"@type": "Organization", "name": one["name"], "url": one.get("url")}) for one in cited.about.creators
    ]


def _stretch(cited: Cited, body: Body) -> Node | None:
    """Where in the captured text the claim stands."""
    if "anchor" not in body:
        return None
    anchor = body["anchor"]
    selector = {"@type": "oa:TextPositionSelector", "oa:start": anchor["start"], "oa:end": anchor["end"]}
    source = ref(cited, "sources", body["source"])
    return {"@type": "oa:SpecificResource", "oa:hasSource": source, "oa:hasSelector": selector}


def _quantity(quantity: Body | None) -> Node | None:
    if quantity is None:
        return None
    return present(
        {
            "@type": "QuantitativeValue",
            "value": quantity.get("value"),
            "minValue": quantity.get("min"),
            "maxValue": quantity.get("max"),
            "unitText": quantity["unit"],
            "description": quantity.get("of"),
            "terms:qualifier": quantity["qualifier"],
        }
    )


def _holding(body: Body) -> Node:
    """When the statement holds: its bounds as an interval of ISO 8601, `..` for an open end, and as EDTF."""
    if "time" not in body:
        return {}
    ends: list[Any] = [body.get(f"time_{end}", "..") for end in ("earliest", "latest")]
    interval = ends[0] if ends[0] == ends[1] else "/".join(ends)
    return {"temporalCoverage": interval, **dated(body, "time", "temporalCoverage")}


def _position(cited: Cited, question: str, key: str) -> str:
    return f"{cited.addresses.record('questions', question)}#{key}"


def question(cited: Cited) -> Node:
    """A `Question`, whose positions are suggested answers: none is accepted here."""
    body = cited.body
    positions = [
        {
            "@id": _position(cited, cited.id, one["key"]),
            "@type": "Answer",
            "identifier": one["key"],
            "text": one["label"],
        }
        for one in body["positions"]
    ]
    return {
        "@type": "Question",
        "name": body["question"],
        "url": cited.addresses.pinned("questions", cited.id, cited.about.version),
        "suggestedAnswer": positions,
        "license": cited.about.licence_url,
        "isPartOf": release(cited),
        **own(body, "kind", "answer", "note"),
    }


def topic(cited: Cited) -> Node:
    """A `skos:Concept`, which is a `DefinedTerm` too."""
    body = cited.body
    return {
        "@type": ["skos:Concept", "DefinedTerm"],
        "name": body["label"],
        "skos:prefLabel": body["label"],
        "description": body.get("definition"),
        "skos:definition": body.get("definition"),
        "skos:broader": ref(cited, "topics", body.get("broader")),
        "inDefinedTermSet": {**release(cited), "@type": ["Dataset", "DefinedTermSet"]},
    }
