"""Sources by what they are, who made them and what they derive from."""

from __future__ import annotations

from sqlalchemy import select

from dataset.queries.filters import Values, among, linked
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import sources, sources_authors, sources_derived_from


def find_sources(
    *,
    release: Release,
    kind: Values = (),
    language: Values = (),
    publisher: Values = (),
    author: Values = (),
    translator: Values = (),
    derived_from: Values = (),
) -> Records:
    """Sources that satisfy every filter."""
    return records(
        sources,
        release,
        *among(sources.c.kind, kind),
        *among(sources.c.language, language),
        *among(sources.c.publisher, publisher),
        *linked(sources_authors, actor=author),
        *among(sources.c.translator, translator),
        *linked(sources_derived_from, source=derived_from),
    )


def find_lineage(*, ids: Values, release: Release) -> Records:
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
