"""Budgets of readings: what costs too much is stopped, nothing leaks, and the connection goes on to serve."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from dataset.log import Release
from dataset.store import budget
from dataset.store.budget import Budget, TooCostly
from dataset.store.database import Database
from dataset.store.publishing import publish

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}
ALLOWED = {"sqlite": "^200,000 steps of the database$", "postgresql": "^100 ms$"}
SMALL = Budget(steps=200_000, milliseconds=100)


def descriptors() -> int:
    """How many files and sockets this process has open."""
    folder = Path("/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd")
    return len(list(folder.iterdir()))


def test_what_costs_too_much_is_stopped(engine: str, published_url: str) -> None:
    """Fifty times over, from several threads; the budget is that of each reading, and no connection or file is lost."""
    database = Database(published_url, SMALL)

    def ask(faults: list[str], times: int) -> None:
        for _ in range(times):
            with pytest.raises(TooCostly, match=ALLOWED[engine]), database.read() as connection:
                connection.execute(text(ENDLESS[engine])).all()
            with database.read() as connection:
                if not connection.execute(text("SELECT count(*) FROM claims")).scalar_one():
                    faults.append("empty")

    try:
        faults: list[str] = []
        ask(faults, 1)
        before = descriptors()
        threads = [threading.Thread(target=ask, args=(faults, 6)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert descriptors() - before < 4 * 4, "four threads, each with one connection of at most a few descriptors"
    finally:
        database.close()


def test_without_a_budget_nothing_is_counted(engine: str, published_url: str) -> None:
    """Commands read as much as they need."""
    database = Database(published_url)
    try:
        with database.read() as connection:
            connection.execute(text("SELECT count(*) FROM claims AS a, claims AS b")).all()
            assert budget.steps_of(connection) == 0
            if engine == "postgresql":
                assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"
    finally:
        database.close()


@pytest.mark.slow
def test_steps_are_counted_for_each_reading(
    log: Sequence[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same question costs the same steps each time but for a stride, whatever was asked before."""
    monkeypatch.setattr(budget, "STRIDE", 100)
    url = f"sqlite:///{tmp_path / 'counted.sqlite'}"
    publish(url, log)
    database = Database(url, Budget(steps=10**9))
    try:
        counted = []
        for _ in range(3):
            with database.read() as connection:
                connection.execute(text("SELECT count(*) FROM claims AS a, claims AS b")).all()
                counted.append(budget.steps_of(connection))
        assert counted[0] > 10_000
        assert abs(counted[2] - counted[1]) <= 100, counted  # reading the schema comes to the first
    finally:
        database.close()


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_a_budget_ends_with_its_transaction(published_url: str) -> None:
    """On PostgreSQL it is set for the transaction alone: PgBouncer gives the server to others afterwards."""
    database = Database(published_url, SMALL)
    try:
        with database.read() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "100ms"
            assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
            assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
            driver = connection.connection.dbapi_connection
        assert driver is not None
        cursor = driver.cursor()
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
    finally:
        database.close()
