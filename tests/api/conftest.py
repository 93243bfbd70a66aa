"""The service over a made-up dataset, on both engines; every answer that a test gets is compared with the document."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.logs import JsonFormatter
from dataset.log import Release
from dataset.store.publishing import publish
from tests.api.support import State, close, make_app, make_log, states
from tests.conftest import NewDatabase

NEWEST = "1.0.0"


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Keep pytest-flask from wrapping one context around a test, in which requests would share `g` and teardown."""


@pytest.fixture(scope="session")
def api_log() -> Sequence[Release]:
    """The releases that the service serves in these tests."""
    return make_log()


@pytest.fixture(scope="session")
def history(api_log: Sequence[Release]) -> dict[str, State]:
    """The records of each release, by version."""
    return states(api_log)


@pytest.fixture(scope="session")
def state(history: dict[str, State]) -> State:
    """The records of the newest release."""
    return history[NEWEST]


@pytest.fixture(scope="session")
def api_url(engine: str, new_database: NewDatabase, api_log: Sequence[Release]) -> str:
    """A database that holds the releases; for reading only."""
    url = new_database(engine)
    publish(url, api_log)
    return url


@pytest.fixture(scope="session")
def service(api_url: str) -> Iterator[Flask]:
    """The application over it."""
    app = make_app(api_url)
    yield app
    close(app)


@pytest.fixture
def client(service: Flask) -> FlaskClient:
    """A client of the service that checks every answer."""
    return service.test_client()


class _Lines(logging.Handler):
    """Keeps formatted lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A function that answers the lines of the log since it was called last."""
    handler = _Lines()
    logger = logging.getLogger("onrecord")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def take() -> list[dict[str, Any]]:
        lines, handler.lines = handler.lines, []
        return [json.loads(line) for line in lines]

    yield take
    logger.removeHandler(handler)
