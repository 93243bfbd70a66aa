"""Claims by the answers that they give: on which question, which position, beside and against which others.

All that is asked for is asked of one answer, and what is left out is left out within the questions that are asked for.
Voices and relations are defined in `dataset.derived` and kept by `dataset.derived.keeping`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, select, tuple_

from dataset.queries.filters import Choice, Conditions, equal, linked
from dataset.queries.releases import Release
from dataset.store.reading import valid_in
from dataset.store.tables import claims, claims_answers, positions, relations

CONFLICT = "conflict"


def answering(
    release: Release,
    *,
    question: Choice,
    position: Choice,
    voices_min: int | None,
    voices_max: int | None,
    disputed: bool | None,
    contradicted_by: Choice,
) -> Conditions:
    """That claims give an answer that satisfies all of this, and none within these questions that is left out."""
    on = [equal(claims_answers.c.question, question.some)] if question.some else []
    wanted: Conditions = []
    if position.some:
        wanted.append(equal(claims_answers.c.answer, position.some))
    if voices_min is not None or voices_max is not None:
        wanted.append(_heard(release, voices_min, voices_max))
    if disputed:
        wanted.append(_beside_others(release))
    if contradicted_by.some:
        wanted.append(_contradicted(release, contradicted_by.some))
    unwanted: Conditions = []
    if position.none:
        unwanted.append(equal(claims_answers.c.answer, position.none))
    if disputed is False:
        unwanted.append(_beside_others(release))
    if contradicted_by.none:
        unwanted.append(_contradicted(release, contradicted_by.none))
    conditions = [_gives(*on, *wanted)] if on or wanted else []
    conditions += [~_gives(*on, condition) for condition in unwanted]
    return conditions + linked(claims_answers.c.question, Choice(none=question.none))


def disputed_questions(release: Release) -> Select[Any]:
    """The ids of the questions on which claims take more than one position."""
    other = positions.alias()
    return (
        select(positions.c.question)
        .join(other, other.c.question == positions.c.question)
        .where(positions.c.position < other.c.position, _valid(positions, release), _valid(other, release))
    )


def related_questions(release: Release, values: Sequence[str]) -> Select[Any]:
    """The ids of the questions of which two positions relate in one of these ways."""
    return select(relations.c.question).where(equal(relations.c.relation, values), _valid(relations, release))


def _gives(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return claims.c.row.in_(select(claims_answers.c.row).where(*conditions))


def _heard(release: Release, least: int | None, most: int | None) -> ColumnElement[bool]:
    """That at least and at most so many voices, in any case, stand behind the position of an answer."""
    kept = select(positions.c.question).where(
        positions.c.question == claims_answers.c.question,
        positions.c.position == claims_answers.c.answer,
        _valid(positions, release),
    )
    kept = kept if least is None else kept.where(positions.c.voices_min >= least)
    return exists(kept if most is None else kept.where(positions.c.voices_max <= most))


def _beside_others(release: Release) -> ColumnElement[bool]:
    """That claims take another position on the question of an answer."""
    return exists(
        select(positions.c.question).where(
            positions.c.question == claims_answers.c.question,
            positions.c.position != claims_answers.c.answer,
            _valid(positions, release),
        )
    )


def _contradicted(release: Release, by: Sequence[str]) -> ColumnElement[bool]:
    """That a claim of one of these sources takes a position in conflict with that of an answer."""
    other, theirs = claims_answers.alias(), claims.alias()
    refused = (  # from what the sources say: there is less of that than of answers
        select(relations.c.question, relations.c.position)
        .join_from(theirs, other, other.c.row == theirs.c.row)
        .join(relations, and_(relations.c.question == other.c.question, relations.c.other == other.c.answer))
        .where(equal(theirs.c.source, by), _valid(theirs, release))
        .where(relations.c.relation == CONFLICT, _valid(relations, release))
    )
    return tuple_(claims_answers.c.question, claims_answers.c.answer).in_(refused)


def _valid(table: FromClause, release: Release) -> ColumnElement[bool]:
    return valid_in(table, release.ordinal, release.newest)
