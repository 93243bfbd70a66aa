"""Several workers as one service: counted together, replaced when they die, all at the same release, gone in order."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from dataset.log import Release
from dataset.store.publishing import publish
from tests.api.servers import Answer, get, kill, running, workers_of
from tests.check.support import free_port
from tests.conftest import NewDatabase

pytestmark = pytest.mark.slow
LARGE = 32 * 1024 * 1024  # of tests.api.slow_app, which opens the database when it is imported
on_sqlite = pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)


def metrics(port: int) -> dict[str, float]:
    """What the metrics say, by name and labels."""
    lines = get(port, "/metrics").body.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


@on_sqlite
def test_metrics_are_those_of_all_workers(published_url: str, tmp_path: Path) -> None:
    """Every request is counted once, whoever answered, and no count is lost with a worker that is killed."""
    place = free_port()
    with running(published_url, tmp_path, ONRECORD_WORKERS="2", ONRECORD_METRICS=f"127.0.0.1:{place}") as service:
        ready = metrics(place)['onrecord_requests_total{method="GET",operation="getReadiness",status="200"}']
        assert ready >= 1, "asked by the test until it answered"
        first = workers_of(service.log)
        assert len(first) == 2
        sent: Counter[str] = Counter()
        for number in range(40):
            path, operation = [
                ("/v1/claims?limit=1", 'method="GET",operation="listClaims",status="200"'),
                ("/v1/claims/none.c1", 'method="GET",operation="getClaim",status="404"'),
                ("/v1/claims?limit=0", 'method="GET",operation="listClaims",status="400"'),
                ("/v1/made-up/by-a-client", 'method="GET",operation="none",status="404"'),
            ][number % 4]
            get(service.port, path)
            sent[f"onrecord_requests_total{{{operation}}}"] += 1
            if number == 20:
                kill(first[0])
                until = time.monotonic() + 10
                while len(workers_of(service.log)) < 3 and time.monotonic() < until:
                    time.sleep(0.05)
                time.sleep(0.5)
        assert len(set(workers_of(service.log))) == 3, "the one that was killed has been replaced"
        counted = metrics(place)
        assert {name: counted[name] for name in sent} == sent
        assert counted['onrecord_request_seconds_count{operation="listClaims"}'] == 20
        assert counted['onrecord_answer_bytes_total{operation="listClaims"}'] > 0
        assert not [name for name in counted if "made-up" in name]
        assert get(service.port, "/metrics").status == 404, "they are not where the service is"


@pytest.mark.parametrize("workers", ["2"])
def test_all_workers_learn_of_a_release(
    engine: str, new_database: NewDatabase, log: Sequence[Release], tmp_path: Path, workers: str
) -> None:
    """A second after it was published every worker answers with it; no client that asks meanwhile goes back."""
    url = new_database(engine)
    publish(url, log[:1])
    with running(url, tmp_path, ONRECORD_WORKERS=workers) as service:
        versions = {told(get(service.port, "/v1/claims?limit=1")) for _ in range(10)}
        assert versions == {log[0].version}
        publish(url, log[:2])
        time.sleep(1)
        for _ in range(20):
            answer = get(service.port, "/v1/claims?limit=1")
            assert told(answer) == log[1].version
            tag = answer.headers["etag"]
            assert get(service.port, "/v1/claims?limit=1", {"If-None-Match": tag}).status == 304


def told(answer: Answer) -> str:
    """The release that an answer names."""
    release: str = json.loads(answer.body)["release"]
    return release


@on_sqlite
def test_what_is_in_flight_ends(published_url: str, tmp_path: Path) -> None:
    """After SIGTERM requests that are being worked on and downloads that are under way end well; none begins."""
    answers: dict[str, Answer] = {}

    def ask(path: str) -> None:
        answers[path] = get(service.port, path, timeout=15)

    with running(published_url, tmp_path, slow=True, ONRECORD_WORKERS="2") as service:
        threads = [
            threading.Thread(target=ask, args=(path,)) for path in ("/slow?seconds=1.5", "/slow?seconds=2.0", "/large")
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        main = re.search(r"main PID: (\d+)", service.log.read_text())
        assert main
        os.kill(int(main[1]), signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(OSError, match=r"refused|reset"):
            get(service.port, "/healthz", timeout=2)
        for thread in threads:
            thread.join(15)
    assert {path: (answer.status, len(answer.body)) for path, answer in answers.items()} == {
        "/slow?seconds=1.5": (200, 4),
        "/slow?seconds=2.0": (200, 4),
        "/large": (200, LARGE),
    }
    assert "Granian shutdown completed" in service.log.read_text()
