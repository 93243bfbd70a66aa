"""Questions that cost too much: a problem that says what to ask instead, and a service that goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from api import create_app
from api.costs import CHEAPER
from api.queries import ListQuery
from api.resources.claims import ClaimQuery
from dataset.settings import read_settings
from dataset.store import budget
from tests.api.support import CheckedClient, close

Lines = Callable[[], list[dict[str, Any]]]


on_sqlite = pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def app_with(url: str, **settings: str) -> Any:
    """The application with a budget."""
    app = create_app(read_settings({"ONRECORD_DATABASE_URL": url, **settings}))
    app.test_client_class = CheckedClient
    return app


@on_sqlite
def test_too_costly_on_sqlite(api_url: str, monkeypatch: pytest.MonkeyPatch, log_lines: Lines) -> None:
    """The problem names what is dear; cheap questions are answered; the line of the log has the steps."""
    monkeypatch.setattr(budget, "STRIDE", 100)
    app = app_with(api_url, ONRECORD_BUDGET_STEPS="1600")
    client = app.test_client()
    try:
        assert client.get("/v1/claims?limit=2").status_code == 200
        log_lines()
        for _ in range(20):
            answer = client.get("/v1/claims?limit=500&modality=asserted,denied&q=boats")
            told = answer.get_json()
            assert (answer.status_code, told["type"]) == (400, "/problems/too-costly")
            assert "1,600 steps" in told["detail"]
            assert [error["parameter"] for error in told["errors"]] == ["q", "modality"]
            assert all(error["allowed"] for error in told["errors"])
        warning, line = log_lines()[:2]
        assert (warning["message"], line["status"]) == (
            "stopped at 1,600 steps of the database: ['limit', 'modality', 'q']",
            400,
        )
        assert line["steps"] > 1600
        assert client.get("/v1/claims?limit=500").get_json()["detail"].endswith("or the files of this one.")
        assert client.get("/v1/claims?limit=2").status_code == 200
    finally:
        close(app)


@on_sqlite
def test_each_figure_of_the_statistics_has_a_budget(
    api_url: str, monkeypatch: pytest.MonkeyPatch, log_lines: Lines
) -> None:
    """They are found out once for a release, so all together may cost more than other questions."""
    monkeypatch.setattr(budget, "STRIDE", 100)
    app = app_with(api_url)
    app.test_client().get("/v1/stats")
    taken = log_lines()[-1]["steps"]
    close(app)
    app = app_with(api_url, ONRECORD_BUDGET_STEPS=str(taken // 2))
    try:
        assert app.test_client().get("/v1/stats").status_code == 200
        assert log_lines()[-1]["steps"] == taken
    finally:
        close(app)
    app = app_with(api_url, ONRECORD_BUDGET_STEPS="1600")
    try:
        assert app.test_client().get("/v1/stats").status_code == 400
    finally:
        close(app)


@on_postgresql
def test_too_costly_on_postgresql(api_url: str) -> None:
    """A statement that takes too long, here because another holds the table, is stopped and told the same way."""
    app = app_with(api_url, ONRECORD_BUDGET_MS="150")
    client = app.test_client()
    try:
        with psycopg.connect(api_url) as other:
            other.execute("LOCK TABLE claims IN ACCESS EXCLUSIVE MODE")
            answer = client.get("/v1/claims?modality=denied")
            assert (answer.status_code, answer.get_json()["type"]) == (400, "/problems/too-costly")
            assert "150 ms" in answer.get_json()["detail"]
            other.rollback()
        assert client.get("/v1/claims?modality=denied").status_code == 200
    finally:
        close(app)


def test_every_hint_is_for_a_parameter() -> None:
    """None is left over for one that is gone."""
    assert set(ClaimQuery().fields) | ListQuery.common >= set(CHEAPER)


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "1e6", "٣"])
def test_budgets_are_numbers(value: str) -> None:
    """Nothing else starts."""
    for name in ("ONRECORD_BUDGET_STEPS", "ONRECORD_BUDGET_MS"):
        with pytest.raises(ValueError, match=name):
            read_settings({name: value})
