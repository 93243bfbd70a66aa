"""The function of the stretch of text in which a quote or claim stands."""

from __future__ import annotations

from dataset.canonical import Body
from dataset.derived.provenance import Sources


def zone(record: Body, sources: Sources) -> str | None:
    """The kind of the zone in which an anchor starts; None without anchor or zones."""
    anchor = record.get("anchor")
    if anchor is None:
        return None
    for part in sources.get(record["source"], {}).get("text", {}).get("zones", []):
        if part["start"] <= anchor["start"] < part["end"]:
            return str(part["kind"])
    return None
