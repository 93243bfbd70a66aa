"""What is only known from a translation: the words or the claim that nobody here holds in the original.

A record is *translated* when it stands in a zone `translation`, when its source is a translation or derives from one,
when a translator stands in `via`, or, for a quote, when it was uttered in another language than it is printed in
(`original_language`). So is a claim whose claimant's own words, as far as quotes that it rests on hold them, are all
only known from a translation. A record is *only* known from one unless it renders a claim, or prints the utterance of a
quote, that is not translated.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataset.canonical import Body
from dataset.derived.provenance import Sources, origins
from dataset.derived.zones import zone

TRANSLATION = "translation"
TRANSLATION_OF = "translation_of"
TRANSLATOR = "translator"


def is_only_translated(record: Body, sources: Sources, quotes: Mapping[str, Body], claims: Mapping[str, Body]) -> bool:
    """Whether a quote or claim is only known from a translation; `quotes` and `claims` are those of the release."""
    link, others = ("renders", claims) if "claimant_basis" in record else ("printing_of", quotes)
    seen: set[str] = set()
    at: Body | None = record
    while at is not None and at["id"] not in seen:
        if not _is_translated(at, sources, quotes):
            return False
        seen.add(at["id"])
        at = others.get(at.get(link, ""))
    return True


def _is_translated(record: Body, sources: Sources, quotes: Mapping[str, Body]) -> bool:
    if zone(record, sources) == TRANSLATION or "original_language" in record:
        return True
    if any(link["role"] == TRANSLATOR for link in record.get("via", [])):
        return True
    derivations = (
        one for id in origins(record["source"], sources) for one in sources.get(id, {}).get("derived_from", [])
    )
    if any(derivation["relation"] == TRANSLATION_OF for derivation in derivations):
        return True
    held = (quotes[id] for id in record.get("quotes", []) if id in quotes)
    own = [quote for quote in held if "claimant" in record and quote.get("speaker") == record["claimant"]]
    return bool(own) and all(is_only_translated(quote, sources, quotes, {}) for quote in own)
