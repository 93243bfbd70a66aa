"""Made-up records, one of each type, for the document's examples; a test loads them through the schemas.

The subject is invented: talks between two towns about a bridge.
"""

from __future__ import annotations

from typing import Any, Final

from api.cursors import Cursor

Example = dict[str, Any]

VERSION: Final = "0.1.0"
DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

DATASET: Final[Example] = {
    "id": "bridge-talks",
    "title": "The bridge talks",
    "description": "Who said what about the bridge between Overton and Netherby.",
    "licence": "CC-BY-4.0",
    "creators": [{"name": "Bridge Archive"}],
    "languages": ["en"],
}
SOURCE: Final[Example] = {
    "id": "overton-herald-2024",
    "title": "Bridge talks end early",
    "kind": "article",
    "authors": ["jane-doe"],
    "publisher": "overton-herald",
    "published": "2024-06-18",
    "published_earliest": "2024-06-18",
    "published_latest": "2024-06-18",
    "published_basis": "stated",
    "language": "en",
    "url": "https://example.org/bridge-talks-end-early",
}
QUOTE: Final[Example] = {
    "id": "overton-herald-2024.q1",
    "source": "overton-herald-2024",
    "text": "We shall see",
    "anchor": {
        "start": 120,
        "end": 132,
        "sha256": "5d7ef30495bcc7989fd6ff57edfc72f29bd9ce7e6bfe16b9bb902a40408ac528",
        "prefix": "the mayor said: “",
    },
    "kind": "direct",
    "uttered": "actual",
    "speaker": "john-roe",
    "speaker_basis": "stated",
    "occasion": "bridge-talks-2024",
}
CLAIM: Final[Example] = {
    "id": "overton-herald-2024.c1",
    "source": "overton-herald-2024",
    "anchor": {"start": 96, "end": 204, "sha256": DIGEST},
    "statement": "The bridge between Overton and Netherby will cost about 40 million.",
    "claimant": "john-roe",
    "claimant_basis": "stated",
    "via": [{"actor": "netherby-radio", "role": "relay"}],
    "modality": "predicted",
    "author_stance": "neutral",
    "quantity": {"value": 40000000, "qualifier": "about", "unit": "items", "of": "crowns"},
    "quotes": ["overton-herald-2024.q1"],
    "events": ["bridge-talks-2024"],
    "topics": ["costs"],
    "answers": [{"question": "what-does-the-bridge-cost", "position": "about_40_million"}],
}
EVENT: Final[Example] = {
    "id": "bridge-talks-2024",
    "title": "Talks about the bridge in Overton",
    "kind": "talks",
    "date": "2024-06-17",
    "date_earliest": "2024-06-17",
    "date_latest": "2024-06-17",
    "date_basis": "inferred",
    "place": "overton",
    "participants": [{"actor": "john-roe", "role": "guest"}],
    "status": "occurred",
}
ACTOR: Final[Example] = {
    "id": "john-roe",
    "name": "John Roe",
    "kind": "person",
    "named": True,
    "aliases": ["J. Roe"],
    "roles": [{"title": "Mayor of Netherby", "organisation": "netherby-council"}],
}
PLACE: Final[Example] = {"id": "overton", "name": "Overton", "kind": "city", "latitude": 51.5, "longitude": -1.25}
TOPIC: Final[Example] = {"id": "costs", "label": "Costs", "broader": "bridges", "definition": "What a bridge costs."}
QUESTION: Final[Example] = {
    "id": "what-does-the-bridge-cost",
    "question": "What does the bridge cost?",
    "kind": "conflict",
    "answer": "number",
    "positions": [
        {"key": "about_40_million", "label": "About 40 million"},
        {"key": "over_60_million", "label": "More than 60 million"},
    ],
}

RECORDS: Final[dict[str, Example]] = {
    "dataset": DATASET,
    "sources": SOURCE,
    "quotes": QUOTE,
    "claims": CLAIM,
    "events": EVENT,
    "actors": ACTOR,
    "places": PLACE,
    "topics": TOPIC,
    "questions": QUESTION,
}

RELEASE: Final[Example] = {
    "name": "bridge-talks",
    "version": VERSION,
    "ordinal": 1,
    "date": "2024-07-01",
    "schema_version": "1",
    "notes": "First release.",
    "counts": {"sources": 6, "claims": 120},
    "changes": {"added": 126},
    "sha256": DIGEST,
    "types": {"sources": DIGEST, "claims": DIGEST},
    "changes_sha256": DIGEST,
}

SIDE: Final[Example] = {
    "key": "about_40_million",
    "label": "About 40 million",
    "claims": [
        {
            "id": CLAIM["id"],
            "statement": CLAIM["statement"],
            "claimant": {"id": "john-roe", "name": "John Roe"},
            "claimant_basis": "stated",
            "chain": [
                {"actor": {"id": "john-roe", "name": "John Roe"}, "role": "claimant"},
                {"actor": {"id": "netherby-radio", "name": "Netherby Radio"}, "role": "relay"},
                {
                    "actor": {"id": "jane-doe", "name": "Jane Doe"},
                    "role": "author",
                    "source": "overton-herald-2024",
                },
            ],
            "modality": "predicted",
            "author_stance": "neutral",
            "quantity": CLAIM["quantity"],
            "source": {
                "id": "overton-herald-2024",
                "title": "Bridge talks end early",
                "publisher": {"id": "overton-herald", "name": "The Overton Herald"},
                "published": "2024-06-18",
            },
            "anchor": CLAIM["anchor"],
            "zone": "body",
        }
    ],
    "voices": {
        "min": 1,
        "max": 1,
        "named": [{"id": "john-roe", "name": "John Roe"}],
        "sources": [],
        "unnamed": [],
        "nobody": [],
    },
}


def listed(item: Example, place: str) -> Example:
    """A list that goes on behind its only item."""
    cursor = Cursor(VERSION, "0123456789abcdef", place).encode()
    return {"data": [item], "page": {"limit": 1, "next": cursor}, "release": VERSION}


def alone(item: Example, links: dict[str, str], **members: Any) -> Example:
    """One record with the members beside its own."""
    return {
        **item,
        **members,
        "links": {name: link.format(id=item["id"]) for name, link in links.items()},
        "release": VERSION,
    }
