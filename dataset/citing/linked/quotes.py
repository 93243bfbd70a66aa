"""A quote as a W3C Web Annotation: its target is a stretch of the captured text, its body the words and their speaker.

The positions of `TextPositionSelector` are code points of the captured text, as the standard counts them; exact, prefix
and suffix of `TextQuoteSelector` find the words in a page of the source too.
"""

from __future__ import annotations

from typing import Any, Final

from dataset.canonical import Body
from dataset.citing.gathering import Cited
from dataset.citing.linked.common import EDTF, TERMS, Node, actor_ref, dated, own, ref, release, source_ref, via
from dataset.exports.descriptors.about import present

#: The context of the standard, and what it lacks. It knows schema.org by the prefix `schema`.
CONTEXT: Final = ["http://www.w3.org/ns/anno.jsonld", {"edtf": EDTF, "terms": TERMS}]


def annotation(cited: Cited) -> Node:
    """The annotation."""
    body, about = cited.body, cited.about
    iri = cited.addresses.record("quotes", cited.id)
    return {
        "@context": CONTEXT,
        **present(
            {
                "id": iri,
                "type": "Annotation",
                "motivation": "describing",
                "creator": [
                    present({"type": "foaf:Agent", "name": one["name"], "homepage": one.get("url")})
                    for one in about.creators
                ],
                "rights": about.licence_url,
                "canonical": cited.addresses.pinned("quotes", cited.id, about.version),
                "dcterms:isPartOf": _prefixed(release(cited)),
                "body": _prefixed({"@id": f"{iri}#words", **present(_words(cited, body))}),
                "target": _target(cited, body),
            }
        ),
    }


def _words(cited: Cited, body: Body) -> Node:
    """What is said of the words; those of which `terms:uttered` is not `actual` were never uttered."""
    return {
        "@type": "Quotation",
        "text": body["text"],
        "creator": actor_ref(cited, body.get("speaker")),
        "inLanguage": body.get("language") or (cited.source or {}).get("language"),
        **dated(body, "said", "dateCreated"),
        "recordedAt": ref(cited, "events", body.get("occasion")),
        "terms:via": via(cited, body),
        "terms:continues": ref(cited, "quotes", body.get("continues")),
        "terms:printing_of": ref(cited, "quotes", body.get("printing_of")),
        **own(body, "kind", "uttered", "speaker_basis", "original_language"),
    }


def _target(cited: Cited, body: Body) -> Node:
    anchor: Body = body.get("anchor", {})
    around: Node = {name: anchor[name] for name in ("prefix", "suffix") if name in anchor}
    selectors: list[Node] = [{"type": "TextQuoteSelector", "exact": body["text"], **around}]
    if anchor:
        selectors.append({"type": "TextPositionSelector", "start": anchor["start"], "end": anchor["end"]})
    source = source_ref(cited, cited.source) or ref(cited, "sources", body["source"])
    return {"type": "SpecificResource", "source": _prefixed(source), "selector": selectors}


def _prefixed(value: Any) -> Any:
    """A node of schema.org under the context of annotations."""
    if isinstance(value, list):
        return [_prefixed(item) for item in value]
    if not isinstance(value, dict) or "@value" in value:
        return value
    made: Node = {}
    for name, member in value.items():
        if name == "@id":
            made["id"] = member
        elif name == "@type":
            made["type"] = f"schema:{member}"
        elif name == "url":
            made["schema:url"] = {"id": member}
        else:
            made[name if ":" in name else f"schema:{name}"] = _prefixed(member)
    return made
