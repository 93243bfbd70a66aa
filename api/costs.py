"""What to ask instead, where an answer would cost too much: what makes a request dear, each part with a hint."""

from __future__ import annotations

from typing import Final

from flask import request

from api.problems import KINDS, Mistake, RequestProblem
from api.queries import ListQuery

#: Parameter → what costs less, the dearest first.
CHEAPER: Final = {
    "group_by": "one dimension instead of two, fewer records by another filter, or /v1/stats",
    "count": "no count: walk the pages, or take the number of records from the release",
    "sort": "the default order, which no record has to be sorted for",
    "sample": "a filter that leaves fewer records to draw from",
    "q": "rarer or more words, a whole word instead of a prefix, a source or another filter beside it",
    "expand": "no expand, or a smaller page",
    "chain": "claimant, speaker or via alone",
    "by_or_about": "claimant or actor alone",
}
#: For parameters that no hint is written for: filters.
FILTER: Final = "fewer filters, or fewer values; one value of one filter is read along an index"
#: Where the request has no parameter that could be left out.
WHOLE: Final = "another release, or the files of this one"


def too_costly(allowed: str) -> RequestProblem:
    """The problem of the current request, which reached a budget of that size."""
    known = [name for name in CHEAPER if name in request.args]
    filters = [name for name in request.args if name not in CHEAPER and name not in ListQuery.common]
    mistakes = [
        Mistake("too-costly", "query", name, f"{name} makes the answer costly; cheaper: {hint}", value, hint)
        for name, hint, value in (
            *((name, CHEAPER[name], request.args[name]) for name in known),
            *((name, FILTER, request.args[name]) for name in filters),
        )
    ]
    asked = ", ".join([*known, *filters]) or request.path[:80]
    advice = "see errors for what to ask instead" if mistakes else f"ask for {WHOLE}"
    detail = f"The answer would take more than {allowed}, the most that one request may cost; asked: {asked}; {advice}."
    return RequestProblem(KINDS["too-costly"], detail, mistakes)
