"""Metrics for Prometheus, where an operator asks for them: counted by every worker, answered by none of them.

Workers count in files of a folder that they share, which `prometheus_client` calls its multiprocess mode; the process
that started them adds the files up at an address of its own (`answer`). A worker that ends leaves its counts behind, so
no sum ever falls. Labels are operations of the document, methods and statuses, never anything that a client makes up.
"""

from __future__ import annotations

import time
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: Seconds; most answers take a few milliseconds, a budget ends at a few seconds.
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_OURS = CollectorRegistry()  # nothing is collected from it in a worker, but metrics must belong to one
REQUESTS = Counter("onrecord_requests", "Requests answered.", ("operation", "method", "status"), registry=_OURS)
SECONDS = Histogram(
    "onrecord_request_seconds", "Time to make an answer.", ("operation",), buckets=BUCKETS, registry=_OURS
)
BYTES = Counter("onrecord_answer_bytes", "Bytes of bodies, as they were sent.", ("operation",), registry=_OURS)
STEPS = Counter(
    "onrecord_database_steps", "Steps of SQLite, in whole strides of 25,000.", ("operation",), registry=_OURS
)


def register(app: Flask) -> None:
    """Count the requests of `app`."""
    app.after_request(count)


def count(answer: Response) -> Response:
    """Count a request once its answer is made."""
    operation = request.endpoint.rpartition(".")[2] if request.endpoint else "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(operation, method, answer.status_code).inc()
    SECONDS.labels(operation).observe(time.perf_counter() - g.started)
    if request.method != "HEAD" and answer.content_length:
        BYTES.labels(operation).inc(answer.content_length)
    if steps := g.get("steps"):
        STEPS.labels(operation).inc(steps)
    return answer


def answer(folder: str, host: str, port: int) -> None:
    """Answer at an address of its own with the sums over all workers, in a thread that ends with the process.

    Raises:
        OSError: somebody listens there already, or nobody can.
    """
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    start_http_server(port, host, registry)
