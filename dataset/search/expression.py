"""What a tier of a query asks of the index, and how each engine is told.

A tier is an expression over the words of an entry (`dataset.search.fields.entry`). FTS5 of SQLite takes it as it is. A
`tsquery` of PostgreSQL knows which words an entry holds but not reliably where (a `tsvector` keeps 256 places of a word
and none behind the 16,383rd): there it narrows the entries down, and phrases are then looked for in the entry itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from dataset.search.fields import REST
from dataset.search.query import Query, Term

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Leaf:
    """Stored words that follow one another; of a `prefix` the last is but the beginning of one."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts, or with `any` at least one."""

    kind: Literal["all", "any"]
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """What `kept` finds and `dropped` does not."""

    kept: Expression
    dropped: Expression


Expression = Leaf | Both | Without


def tier(query: Query, number: int) -> Expression:
    """The expression of a tier; no entry satisfies two tiers of a query."""
    main = _all([_main(term) for term in query.terms])
    phrase = query.phrase
    if number == 0:
        assert phrase, "tier 0 of a query that has none"
        return _main(phrase)
    if number == 1:
        return Without(main, _main(phrase)) if phrase else main
    somewhere = [_any([_main(term), _rest(term)]) for term in query.terms]
    if len(somewhere) == 1:
        return Without(_rest(query.terms[0]), main)
    # at least one term is in the rest: said first, because few entries have much there
    return Without(_all([_any([_rest(term) for term in query.terms]), *somewhere]), main)


def anywhere(query: Query) -> Expression:
    """The expression of all tiers together."""
    return _all([_any([_main(term), _rest(term)]) for term in query.terms])


def fts5(expression: Expression) -> str:
    """The expression in the query language of FTS5; words are letters and digits alone, so nothing can break out."""
    if isinstance(expression, Leaf):
        return f'"{" ".join(expression.words)}"{" *" if expression.prefix else ""}'
    if isinstance(expression, Without):
        return f"({fts5(expression.kept)} NOT {fts5(expression.dropped)})"
    operator = " AND " if expression.kind == "all" else " OR "
    return f"({operator.join(map(fts5, expression.parts))})"


def tsquery(expression: Expression) -> str:
    """The expression as a tsquery, which finds at least what the expression does; the same if that `is_plain`."""
    if isinstance(expression, Leaf):
        quoted = [f"'{word}'" for word in expression.words]
        return f"({' & '.join(quoted)}{':*' if expression.prefix else ''})"
    if isinstance(expression, Without):
        kept = tsquery(expression.kept)
        return f"({kept} & !{tsquery(expression.dropped)})" if is_plain(expression.dropped) else kept
    operator = " & " if expression.kind == "all" else " | "
    return f"({operator.join(map(tsquery, expression.parts))})"


def is_plain(expression: Expression) -> bool:
    """Whether the expression asks for single words alone, not for phrases."""
    if isinstance(expression, Leaf):
        return len(expression.words) == 1
    if isinstance(expression, Without):
        return is_plain(expression.kept) and is_plain(expression.dropped)
    return all(map(is_plain, expression.parts))


def needle(leaf: Leaf) -> str:
    """What an entry contains exactly when the leaf is found in it."""
    return f" {' '.join(leaf.words)}{'' if leaf.prefix else ' '}"


def evaluate(
    expression: Expression,
    contains: Callable[[str], T],
    every: Callable[[Sequence[T]], T],
    some: Callable[[Sequence[T]], T],
    none: Callable[[T], T],
) -> T:
    """The expression over entries as texts, with the caller's `contains`, and, or, and not."""

    def walk(one: Expression) -> T:
        if isinstance(one, Leaf):
            return contains(needle(one))
        if isinstance(one, Without):
            return every([walk(one.kept), none(walk(one.dropped))])
        return (every if one.kind == "all" else some)([walk(part) for part in one.parts])

    return walk(expression)


def _main(term: Term) -> Leaf:
    return Leaf(term.words, term.prefix)


def _rest(term: Term) -> Leaf:
    return Leaf(tuple(REST + word for word in term.words), term.prefix)


def _all(parts: Sequence[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Both("all", tuple(parts))


def _any(parts: Sequence[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Both("any", tuple(parts))
