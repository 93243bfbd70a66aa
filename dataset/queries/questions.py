"""Questions by how their positions relate and what kind of answer they ask for."""

from __future__ import annotations

from dataset.queries.filters import Values, among
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.store.tables import questions


def find_questions(*, release: Release, kind: Values = (), answer: Values = ()) -> Records:
    """Questions that satisfy every filter."""
    return records(questions, release, *among(questions.c.kind, kind), *among(questions.c.answer, answer))
