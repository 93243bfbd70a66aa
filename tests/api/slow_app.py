"""The service with two paths more, for tests of the server: an answer that takes its time, and one that is large."""

from __future__ import annotations

import io
import time

from flask import Response, request
from werkzeug.wsgi import FileWrapper

from api import create_app

LARGE = b"x" * 32 * 1024 * 1024

app = create_app()


@app.get("/slow")
def slow() -> Response:
    """Take as many seconds as the query says."""
    time.sleep(float(request.args["seconds"]))
    return Response("done")


@app.get("/large")
def large() -> Response:
    """Send a file as the service sends those of a release."""
    answer = Response(FileWrapper(io.BytesIO(LARGE), 64 * 1024), direct_passthrough=True)
    answer.content_length = len(LARGE)
    return answer
