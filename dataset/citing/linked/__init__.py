"""Records as linked data: JSON-LD whose context stands in it, so that nobody fetches one to read it.

A quote is a W3C Web Annotation (https://www.w3.org/TR/annotation-model/), under the context of that standard, which its
readers know by its address; all other records are things of schema.org. What no vocabulary has is told by terms of our
own, `urn:onrecord:` and the name of the field. IRIs are those of `dataset.citing.addresses`; dates that are more than a
plain day, month or year stand beside as EDTF.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from dataset.citing.gathering import Cited
from dataset.citing.linked.common import CONTEXT
from dataset.citing.linked.quotes import annotation
from dataset.citing.linked.things import actor, event, place
from dataset.citing.linked.works import claim, question, source, topic
from dataset.exports.descriptors.about import present

LINKED: Final = "application/ld+json"

THINGS: Final[dict[str, Callable[[Cited], dict[str, Any]]]] = {
    "sources": source,
    "claims": claim,
    "events": event,
    "actors": actor,
    "places": place,
    "topics": topic,
    "questions": question,
}


def linked(cited: Cited) -> dict[str, Any]:
    """A record as JSON-LD; not that of the dataset, which is described as its release is (`descriptors.catalogue`)."""
    if cited.type == "quotes":
        return annotation(cited)
    members = {"@id": cited.addresses.record(cited.type, cited.id), "identifier": cited.id}
    return {"@context": CONTEXT, **present(members | THINGS[cited.type](cited))}


def as_text(document: dict[str, Any]) -> str:
    """JSON-LD as it is sent."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
