"""What every kind of question costs SQLite, asked of the service itself: lists, counts, orders, samples, searches."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks import data
from benchmarks.measured import Goal, Table, number

#: One of each kind; all their values are in data of every size.
QUESTIONS: Final = (
    *("/v1/claims", "/v1/claims?claimant=skipper-00007", "/v1/claims?modality=denied,urged"),
    *("/v1/claims?topic=boats", "/v1/claims?not_topic=boats", "/v1/claims?actor=skipper-00007"),
    *("/v1/claims?topic=boats&modality=denied", "/v1/claims?topic=boats&actor=skipper-00007"),
    *("/v1/claims?question=how-many-00001", "/v1/claims?position=few", "/v1/claims?disputed=true"),
    *("/v1/claims?disputed=false", "/v1/claims?contradicted_by=gazette-000007", "/v1/claims?voices_min=2"),
    *("/v1/claims?voices=99", "/v1/claims?zone=body", "/v1/claims?zone=caption", "/v1/claims?translated=true"),
    *("/v1/claims?chain=skipper-00007", "/v1/claims?by_or_about=skipper-00007", "/v1/claims?language=en"),
    *("/v1/claims?time_overlaps=2030", "/v1/claims?said_within=1990", "/v1/claims?published_overlaps=1990"),
    *("/v1/claims?uncertain=true", "/v1/claims?hedged=true", "/v1/claims?unit=boats&quantity_min=1000000"),
    *("/v1/claims?sort=time", "/v1/claims?sort=-quantity", "/v1/claims?sort=published", "/v1/claims?sort=id"),
    *("/v1/claims?sort=published&modality=asserted", "/v1/claims?sort=time&claimant=skipper-00007"),
    *("/v1/claims?sample=10&seed=1", "/v1/claims?sample=10&seed=1&modality=asserted"),
    *("/v1/claims?count=exact", "/v1/claims?count=exact&topic=boats", "/v1/claims?count=exact&q=berth07"),
    *("/v1/claims?q=berth07", "/v1/claims?q=berth07+crane11", "/v1/claims?q=berth07&modality=asserted"),
    *("/v1/claims?q=berth07&claimant=skipper-00007", "/v1/claims?q=berth07&topic=boats", "/v1/search?q=ber*"),
    *("/v1/claims?q=berth07&sort=time", "/v1/search?q=berth07+crane11", "/v1/quotes?translated=true"),
    *("/v1/quotes?by_or_about=skipper-00007", "/v1/questions?disputed=true", "/v1/questions?topic=boats"),
    *("/v1/counts/claims", "/v1/counts/claims?group_by=modality", "/v1/counts/claims?group_by=claimant"),
    *("/v1/counts/claims?group_by=source", "/v1/counts/claims?group_by=topic", "/v1/counts/claims?group_by=actor"),
    *("/v1/counts/claims?group_by=time_year", "/v1/counts/claims?group_by=modality,claimant_basis"),
    *("/v1/counts/claims?group_by=topic,modality", "/v1/counts/claims?group_by=actor,topic"),
    *("/v1/counts/claims?group_by=question,position", "/v1/counts/quotes?group_by=speaker"),
    *("/v1/stats", "/v1/timeline", "/v1/timeline?topic=boats", "/v1/timeline?actor=skipper-00007"),
)
#: A budget that no question reaches.
_ANY: Final = 10**12


class Cost(NamedTuple):
    """What an answer took: its status, steps in whole strides, seconds of processor time."""

    status: int
    steps: int
    seconds: float


def asked(path: Path, questions: tuple[str, ...], **settings: str) -> dict[str, Cost]:
    """Each question asked once of the service over a database, in this process."""
    from api import create_app  # noqa: PLC0415 - slow to import
    from api.reading import databases  # noqa: PLC0415
    from dataset.settings import read_settings  # noqa: PLC0415

    found = {}
    with _lines() as lines:
        app = create_app(read_settings({"ONRECORD_DATABASE_URL": f"sqlite:///{path}", **settings}))
        client = app.test_client()
        client.get("/v1/topics?limit=1")  # opens the file
        for question in questions:
            lines.clear()
            started = time.process_time()
            status = client.get(question).status_code
            seconds = time.process_time() - started
            taken = max((line.get("steps") or 0 for line in lines), default=0)
            found[question] = Cost(status, taken, seconds)
        with app.app_context():
            databases().close()
    return found


@contextmanager
def _lines() -> Iterator[list[dict[str, Any]]]:
    """The members of what is logged, instead of the log."""
    lines: list[dict[str, Any]] = []
    handler, ours = logging.Handler(), logging.getLogger("onrecord")
    handler.emit = lambda record: lines.append(record.__dict__)  # type: ignore[method-assign]
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    try:
        yield lines
    finally:
        ours.removeHandler(handler)


def counted(size: str) -> tuple[Table, Goal]:
    """What they take of few claims and of many, and whether the budget that is set by default lets them pass."""
    without = {"ONRECORD_BUDGET_STEPS": str(_ANY)}
    small = asked(data.database("10k"), QUESTIONS, **without)
    large = asked(data.database(size), QUESTIONS, **without)
    most = max(cost.steps for cost in large.values())
    limited = asked(data.database(size), tuple(one for one in QUESTIONS if large[one].steps > most // 2))
    refused = [question for question, cost in limited.items() if cost.status == 400]
    failed = [one for one in QUESTIONS if large[one].status != 200]
    rows: list[tuple[str, ...]] = [
        (
            question,
            _steps(small[question].steps),
            _steps(cost.steps),
            f"{cost.seconds:.2f}",
            "refused" if question in refused else "answered",
        )
        for question, cost in large.items()
    ]
    caption = f"What questions take: steps of few claims and of {size}, seconds, and what the default budget says"
    goal = Goal(
        f"every kind of question at {size}: within the budget of a statement, or refused with a problem",
        "all",
        f"{len(QUESTIONS) - len(refused)} answered, {len(refused)} refused: {', '.join(refused) or 'none'}",
        not failed,
    )
    return Table(caption, ("question", "10k", size, "s", "by default"), rows), goal


def _steps(taken: int) -> str:
    return number(taken) if taken else "under 25,000"
