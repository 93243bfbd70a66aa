"""Sources by what they are, who made them, when, and what they derive from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from dataset.queries.filters import ANY, Choice, Span, among, dated, doubtful, linked
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import sources, sources_authors, sources_derived_from


def find_sources(
    *,
    release: Release,
    kind: Choice = ANY,
    language: Choice = ANY,
    publisher: Choice = ANY,
    author: Choice = ANY,
    translator: Choice = ANY,
    derived_from: Choice = ANY,
    part_of: Choice = ANY,
    published_overlaps: Span | None = None,
    published_within: Span | None = None,
    published_basis: Choice = ANY,
    uncertain: bool | None = None,
) -> Records:
    """Sources that satisfy every filter."""
    return records(
        sources,
        release,
        *among(sources.c.kind, kind),
        *among(sources.c.language, language),
        *among(sources.c.publisher, publisher),
        *linked(sources_authors.c.actor, author),
        *among(sources.c.translator, translator),
        *linked(sources_derived_from.c.source, derived_from),
        *among(sources.c.text_part_of, part_of),
        *dated(sources, "published", published_overlaps, published_within),
        *among(sources.c.published_basis, published_basis),
        *doubtful(sources, ("published",), uncertain),
    )


def find_lineage(*, ids: Sequence[str], release: Release) -> Records:
    """Id and body of sources and of all they derive from, directly or not, as a release has them."""
    valid = valid_in(sources, release.ordinal, release.newest)
    lineage = select(sources.c.row).where(sources.c.id.in_(ids), valid).cte("lineage", recursive=True)
    older = (
        select(sources.c.row)
        .join(sources_derived_from, sources_derived_from.c.source == sources.c.id)
        .join(lineage, lineage.c.row == sources_derived_from.c.row)
        .where(valid)
    )
    lineage = lineage.union(older)
    return select(sources.c.id, sources.c.body).where(sources.c.row.in_(select(lineage.c.row)))
