"""What a page costs SQLite, counted and not timed, for every filter of claims and for pairs of filters."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any, Final

from benchmarks import data
from benchmarks.counting import opened, release_of, steps
from benchmarks.measured import Goal, Section, Table, number
from benchmarks.parts import Run, questions
from dataset.queries.claims import find_claims
from dataset.queries.filters import Choice
from dataset.queries.paging import Plain
from dataset.queries.walking import read_page
from dataset.store.tables import claims

#: Filters whose pages walk an index, and values that many claims have in data of every size.
WALKING: Final[dict[str, dict[str, Any]]] = {
    "none": {},
    "claimant": {"claimant": Choice(["skipper-00007"])},
    "claimant_basis": {"claimant_basis": Choice(["stated"])},
    "modality": {"modality": Choice(["asserted"])},
    "author_stance": {"author_stance": Choice(["neutral"])},
    "unit": {"unit": Choice(["boats"])},
    "source": {"source": Choice(["gazette-000007"])},
}
#: Filters that look into the lists of a claim.
LINKED: Final[dict[str, dict[str, Any]]] = {
    "via": {"via": Choice(["skipper-00007"])},
    "event": {"event": Choice(["heat-00003"])},
    "actor": {"actor": Choice(["skipper-00007"])},
    "place": {"place": Choice(["pier-0003"])},
    "topic": {"topic": Choice(["boats"])},
    "question": {"question": Choice(["how-many-00001"])},
    "position": {"position": Choice(["few"])},
    "quote": {"quote": Choice(["gazette-000007.q1"])},
}
SEVERAL: Final[dict[str, dict[str, Any]]] = {
    "modality, two values": {"modality": Choice(["denied", "urged"])},
    "claimant, two values": {"claimant": Choice(["skipper-00007", "skipper-00009"])},
}

TEXT: Final = """\
Steps of SQLite's virtual machine for a page of 50. Without a filter, and with one that has a single value, a page is a
walk along an index in its order, however many claims there are; CI holds that on smaller data. Lists inside a claim are
looked up by their values first, and common values met in the order of the list. All else is bounded by the budget of a
statement (docs/operators.md), 50,000,000 steps by default; each figure of /v1/stats has one of its own."""


def counted(size: str) -> dict[str, int]:
    """Steps by the names of the filters that are set."""
    single = {**WALKING, **LINKED}
    pairs = {
        f"{first} and {second}": {**single[first], **single[second]}
        for first, second in combinations([name for name in single if name != "none"], 2)
    }
    found = {}
    with opened(data.database(size)) as connection:
        release = release_of(connection)
        for name, filters in {**single, **SEVERAL, **pairs}.items():
            asked = partial(read_page, connection, find_claims, claims, release, Plain(filters, None, None, 50))
            found[name] = steps(connection, asked)
    return found


def measure(run: Run) -> Section:
    """Steps in the smallest data and in that of the run."""
    small, large = counted("10k"), counted(run.size)
    names = [*WALKING, *LINKED, *SEVERAL]
    columns = ("filter", "10k", run.size)
    table = Table("Steps of a page of claims", columns, [(name, *_both(small, large, name)) for name in names])
    pairs = sorted((name for name in large if name not in names), key=lambda name: -large[name])
    dear = Table(
        "The ten dearest pairs of filters", columns, [(name, *_both(small, large, name)) for name in pairs[:10]]
    )
    equal = [name for name in WALKING if large[name] <= small[name] * 1.01 + 50]
    goal = Goal(
        f"steps of a page equal at 10k and {run.size}: no filter, or one with a single value",
        "equal",
        f"{len(equal)} of {len(WALKING)} filters",
        len(equal) == len(WALKING),
    )
    kinds, bounded = questions.counted(run.size)
    return Section("Steps, counted", TEXT, [table, dear, kinds], [goal, bounded])


def _both(small: dict[str, int], large: dict[str, int], name: str) -> tuple[str, str]:
    return number(small[name]), number(large[name])
