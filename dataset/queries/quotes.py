"""Quotes by where they stand, who uttered them and how."""

from __future__ import annotations

from dataset.queries.filters import Values, among, linked
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import quotes, quotes_via


def find_quotes(
    *,
    release: Release,
    source: Values = (),
    speaker: Values = (),
    speaker_basis: Values = (),
    via: Values = (),
    kind: Values = (),
    uttered: Values = (),
    occasion: Values = (),
    language: Values = (),
    continues: Values = (),
    printing_of: Values = (),
) -> Records:
    """Quotes that satisfy every filter."""
    return records(
        quotes,
        release,
        *among(quotes.c.source, source),
        *among(quotes.c.speaker, speaker),
        *among(quotes.c.speaker_basis, speaker_basis),
        *linked(quotes_via, actor=via),
        *among(quotes.c.kind, kind),
        *among(quotes.c.uttered, uttered),
        *among(quotes.c.occasion, occasion),
        *among(quotes.c.language, language),
        *among(quotes.c.continues, continues),
        *among(quotes.c.printing_of, printing_of),
    )
