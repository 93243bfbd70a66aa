"""The log: JSON, one object a line; one line a request, with nothing in it that a client would want kept secret.

The query is left out: what was asked may tell who asks. A failure of our own adds a line with its traceback, found by
the same request id.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

from flask import Flask, Response
from flask.globals import app_ctx, request_ctx

log = logging.getLogger("onrecord.requests")

#: Members that a line may have beside time, level and message.
MEMBERS: Final = ("method", "path", "status", "ms", "bytes", "steps", "release", "request_id")
PATH_SHOWN: Final = 200


#: Made once: `json.dumps` with these would make an encoder for every line.
_encode: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger and message, then the members that the record carries."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name.lstrip("_"),
            "message": record.getMessage(),
        }
        held = record.__dict__
        line |= {name: held[name] for name in MEMBERS if held.get(name) is not None}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line)


def register(app: Flask) -> None:
    """Write a line for every request of `app`, and all of ours to standard error, unless a program set that up."""
    ours = logging.getLogger("onrecord")
    if not ours.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        ours.addHandler(handler)
        ours.setLevel(logging.INFO)
        ours.propagate = False
    app.after_request(write_line)


def write_line(answer: Response) -> Response:
    """The line of a request, once its answer is made."""
    if not log.isEnabledFor(logging.INFO):
        return answer
    asked, held = request_ctx.request, app_ctx.g  # looked up once: `request` and `g` are at every use
    started: float | None = held.get("started")
    members = {
        "method": asked.method[:20],
        "path": asked.path[:PATH_SHOWN],
        "status": answer.status_code,
        "ms": round((time.perf_counter() - started) * 1000, 2) if started is not None else None,
        "bytes": 0 if asked.method == "HEAD" else answer.content_length,
        "steps": held.get("steps") or None,
        "release": held.get("release"),
        "request_id": held.get("request_id"),
    }
    # as `log.info` does it, but for looking up from where it was called
    log.handle(log.makeRecord(log.name, logging.INFO, __file__, 0, "request", (), None, extra=members))
    return answer


def granian_config() -> dict[str, Any]:
    """The server's own lines in the same form, for its `log_dictconfig`."""
    formatter = {"()": "api.logs.JsonFormatter"}
    handler = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    logger = {"handlers": ["console"], "level": "INFO", "propagate": False}
    return {
        "formatters": {"json": formatter},
        "handlers": {"console": handler},
        "loggers": {"_granian": logger, "granian.access": logger},
    }
