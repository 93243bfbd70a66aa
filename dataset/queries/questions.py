"""Questions by how their positions relate, what kind of answer they ask for, and by the claims that answer them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from dataset.queries.answering import disputed_questions, related_questions
from dataset.queries.filters import ANY, Choice, among, chosen, flag, listed, named_by_claims, named_in
from dataset.queries.paging import Records, records
from dataset.queries.releases import Release
from dataset.queries.topics import find_narrower
from dataset.store.tables import claims, claims_actors, claims_answers, claims_events, claims_topics, questions


def find_questions(
    *,
    release: Release,
    kind: Choice = ANY,
    answer: Choice = ANY,
    claim: Choice = ANY,
    source: Choice = ANY,
    event: Choice = ANY,
    actor: Choice = ANY,
    topic: Choice = ANY,
    disputed: bool | None = None,
    relation: Choice = ANY,
) -> Records:
    """Questions that satisfy every filter; from `claim` on, by the claims that answer them."""
    asked = claims_answers.c.question

    def about(topics: Sequence[str]) -> ColumnElement[bool]:
        return named_in(asked, release, listed(claims_topics.c.topic, find_narrower(release=release, ids=topics)))

    return records(
        questions,
        release,
        *among(questions.c.kind, kind),
        *among(questions.c.answer, answer),
        *named_by_claims(asked, release, claims.c.id, claim),
        *named_by_claims(asked, release, claims.c.source, source),
        *named_by_claims(asked, release, claims_events.c.event, event),
        *named_by_claims(asked, release, claims_actors.c.actor, actor),
        *chosen(topic, about),
        *flag(disputed, questions.c.id.in_(disputed_questions(release))),
        *chosen(relation, lambda values: questions.c.id.in_(related_questions(release, values))),
    )
