"""Keeping what claims tell together: the positions taken on each question, their voices, and how they relate.

`dataset.derived.voices` and `dataset.derived.positions` say what these are; here their answers are kept beside the
records, valid for some releases like them, so that lists can be filtered by them. Release after release, the questions
are looked at again of which anything changed that those functions look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, groupby, islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, exists, func, or_, select, update

from dataset.canonical import Body, parse
from dataset.derived.positions import relation
from dataset.derived.voices import voices
from dataset.queries.carried import derived
from dataset.queries.releases import Release
from dataset.queries.sources import find_lineage
from dataset.store.loading import writer
from dataset.store.reading import valid_in
from dataset.store.tables import (
    actors,
    changes,
    claims,
    claims_answers,
    positions,
    questions,
    relations,
    releases,
    sources,
)

#: Questions that are looked at together, and ids in one statement.
BATCH: Final = 200

#: Told how many releases are done.
Progress = Callable[[int], None]


def keep(connection: Connection, first: int, progress: Progress = lambda _done: None) -> None:
    """Bring in what the releases from the ordinal `first` on changed; the row of a first release may come later."""
    newest = connection.execute(select(func.coalesce(func.max(releases.c.ordinal), first))).scalar_one()
    for ordinal in range(first, newest + 1):
        release = Release(ordinal, "", newest)
        waiting = iter(sorted(_touched(connection, release)))
        while batch := list(islice(waiting, BATCH)):
            _look_again(connection, release, batch)
        progress(ordinal - first + 1)


def rebuild(connection: Connection) -> None:
    """Make all of it anew from the bodies."""
    for table in (positions, relations):
        connection.execute(table.delete())
    keep(connection, 1)


def _look_again(connection: Connection, release: Release, asked: list[str]) -> None:
    """Compare what was kept of some questions with what their claims tell in a release."""
    taken: dict[str, dict[str, list[Body]]] = defaultdict(lambda: defaultdict(list))
    statement = (
        select(claims_answers.c.question, claims_answers.c.answer, claims.c.body)
        .join_from(claims_answers, claims, claims.c.row == claims_answers.c.row)
        .where(claims_answers.c.question.in_(asked), valid_in(claims, release.ordinal, release.newest))
    )
    for question, answer, body in connection.execute(statement, execution_options={"yield_per": 1000}):
        taken[question][answer].append(_essence(parse(body)))
    held = [claim for answers in taken.values() for claims in answers.values() for claim in claims]
    line = _lineage(connection, release, {claim["source"] for claim in held})
    unnamed = _unnamed(connection, release, {claim["claimant"] for claim in held if "claimant" in claim})
    told = {
        (question, position, heard.min, heard.max)
        for question, answers in taken.items()
        for position, claims in answers.items()
        for heard in [voices(claims, line, unnamed)]
    }
    _replace(connection, positions, release.ordinal, asked, told)
    related = set()
    valid = valid_in(questions, release.ordinal, release.newest)
    for body in connection.execute(select(questions.c.body).where(questions.c.id.in_(asked), valid)).scalars():
        question = parse(body)
        answers = taken.get(question["id"], {})
        for one, other in combinations(sorted(answers), 2):
            found = relation(question, answers[one], answers[other])
            related |= {(question["id"], one, other, found), (question["id"], other, one, found)}
    _replace(connection, relations, release.ordinal, asked, related)


def _replace(
    connection: Connection, table: Table, ordinal: int, asked: list[str], wanted: set[tuple[Any, ...]]
) -> None:
    """Let the rows of some questions be the ones that are wanted, from a release on."""
    columns = [column for column in table.columns if column.name not in ("since", "until")]
    now = select(*columns).where(table.c.question.in_(asked), table.c.until.is_(None))
    held = {tuple(row) for row in connection.execute(now)}
    keys = [column for column in columns if column.primary_key]
    if ended := sorted(held - wanted):
        which = and_(*(column == bindparam(f"at_{column.name}") for column in keys), table.c.until.is_(None))
        names = [f"at_{column.name}" for column in keys]
        connection.execute(
            update(table).where(which).values(until=ordinal),
            [dict(zip(names, row, strict=False)) for row in ended],  # the keys come first
        )
    begun = sorted(wanted - held)
    writer(connection).insert(table, [(*row, ordinal, None) for row in begun])


def _lineage(connection: Connection, release: Release, ids: Iterable[str]) -> dict[str, Body]:
    """Sources with all that they derive from."""
    return {
        id: parse(body)
        for part in _parts(ids)
        for id, body in connection.execute(find_lineage(ids=part, release=release))
    }


def _unnamed(connection: Connection, release: Release, ids: Iterable[str]) -> dict[str, Body]:
    """Those among the actors who are not named, as far as voices look at them."""
    valid = valid_in(actors, release.ordinal, release.newest)
    return {
        id: {"named": False}
        for part in _parts(ids)
        for id in connection.execute(
            select(actors.c.id).where(actors.c.id.in_(part), actors.c.named.is_(False), valid)
        ).scalars()
    }


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(sorted(ids))
    while part := list(islice(waiting, BATCH)):
        yield part


# --- which questions a release touches ---------------------------------------------------------------------------


def _touched(connection: Connection, release: Release) -> set[str]:
    """The questions of which a release changed anything that voices and relations look at."""
    if release.ordinal == 1:
        return set(connection.execute(select(claims_answers.c.question).distinct()).scalars())
    found = {
        (after or before or {})["id"]
        for before, after in _changed(connection, questions, release.ordinal)
        if _asked(before) != _asked(after)
    }
    answering = exists(select(claims_answers.c.row).where(claims_answers.c.row == claims.c.row))
    for before, after in _changed(connection, claims, release.ordinal, answering):
        if _saying(before) != _saying(after):
            found |= {one["question"] for body in (before, after) if body for one in body.get("answers", [])}
    older = changes.c.operation != "added"  # nothing that was there before names what is new
    altered = [
        after["id"]
        for before, after in _changed(connection, sources, release.ordinal, older)
        if before and after and _carrying(before) != _carrying(after)
    ]
    for part in _parts(altered):
        found |= _questions(connection, release, claims.c.source.in_(derived(release, sources.c.id.in_(part))))
    renamed = [
        after["id"]
        for before, after in _changed(connection, actors, release.ordinal, older)
        if before and after and (before.get("named") is False) != (after.get("named") is False)
    ]
    for part in _parts(renamed):
        found |= _questions(connection, release, claims.c.claimant.in_(part))
    return found


def _changed(
    connection: Connection, table: Table, ordinal: int, *conditions: ColumnElement[bool]
) -> Iterator[tuple[Body | None, Body | None]]:
    """The records of a type that a release touches, as they were and as they are; None: not there."""
    statement: Select[Any] = (
        select(table.c.id, table.c.since, table.c.body)
        .join_from(changes, table, table.c.id == changes.c.id)
        .where(changes.c.release == ordinal, changes.c.type == table.name, *conditions)
        .where(or_(table.c.since == ordinal, table.c.until == ordinal))
        .order_by(changes.c.id)
    )
    with connection.execute(statement, execution_options={"yield_per": 1000}) as rows:
        for _, versions in groupby(rows, key=lambda row: row.id):
            held = {since == ordinal: parse(body) for _, since, body in versions}
            yield held.get(False), held.get(True)


def _questions(connection: Connection, release: Release, which: ColumnElement[bool]) -> set[str]:
    """The questions that some claims answer in a release."""
    statement = (
        select(claims_answers.c.question)
        .join_from(claims, claims_answers, claims_answers.c.row == claims.c.row)
        .where(which, valid_in(claims, release.ordinal, release.newest))
        .distinct()
    )
    return set(connection.execute(statement).scalars())


def _asked(question: Body | None) -> object:
    """What relations look at in a question."""
    return question and (question.get("kind"), question.get("answer"))


def _carrying(source: Body) -> object:
    """What voices look at in a source."""
    return source.get("derived_from"), source.get("text", {}).get("zones")


#: What voices and relations look at in a claim.
_MEMBERS: Final = (
    *("source", "anchor", "claimant", "claimant_basis", "renders", "quantity"),
    *("time", "time_earliest", "time_latest"),
)


def _essence(claim: Body) -> Body:
    return {name: claim[name] for name in _MEMBERS if name in claim}


def _saying(claim: Body | None) -> object:
    return claim and (_essence(claim), claim.get("answers"))
