"""The service: Flask over the database of one dataset.

`create_app` opens the database and puts together what the modules of this package offer. A request passes `requests`
(is it sound?), a view in `resources` (one file a noun), a query function in `dataset.queries`, and `answers`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter

from api import answers, caching, document, exporting, logs, reading, requests
from api.files import Files
from api.resources import (
    actors,
    changes,
    claims,
    counts,
    dataset,
    diff,
    events,
    exports,
    files,
    names,
    pages,
    places,
    questions,
    quotes,
    releases,
    results,
    search,
    service,
    sources,
    stats,
    timeline,
    topics,
)
from dataset.settings import Settings, read_settings
from dataset.store.addresses import NotReady
from dataset.store.budget import Budget
from dataset.store.replicas import Replicated

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

NOUNS = (
    dataset,
    sources,
    quotes,
    claims,
    events,
    actors,
    places,
    topics,
    questions,
    search,
    results,
    counts,
    exports,
    timeline,
    stats,
    releases,
    changes,
    diff,
    files,
    service,
)


class NoSessions(SessionInterface):
    """Nobody is known from one request to the next: all share a session that takes nothing."""

    _nothing = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """The session that takes nothing."""
        return self._nothing


class Service(Flask):
    """A Flask that knows what this service never has: coroutines, sessions, routes that depend on a host."""

    session_interface: SessionInterface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: looking whether it is a coroutine costs more than calling most of them."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """The routes for a request, whatever host it names."""
        if request is None:
            return None
        path = request.path if request.environ.get("PATH_INFO") else ""  # none is not the first page
        return MapAdapter(self.url_map, "", request.root_path, "", request.scheme, path, request.method)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, with the headers that all answers have."""

        def begin(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            return start_response(status, headers + answers.ALWAYS, *failed)

        return super().wsgi_app(environ, begin)


def create_app(settings: Settings | None = None) -> Flask:
    """The application over the database that the settings name.

    Raises:
        SystemExit: the database is missing or of another revision; the message names the command that mends it.
    """
    app = assemble()
    settings = settings or read_settings()
    if settings.rate_limit:
        from api import rates  # noqa: PLC0415 - whoever sets no limit need not load what counts

        rates.register(app, settings.rate_limit, settings)
    if settings.metrics and settings.metrics_folder:
        from api import metrics  # noqa: PLC0415 - nor what measures

        metrics.register(app)
    budget = Budget(settings.budget_steps or None, settings.budget_ms or None)
    exporting.attach(app, exporting.Limits(settings.export_rows, settings.export_bytes))
    databases = opened(settings.database_url, settings.read_database_urls, budget)
    reading.attach(app, databases, Files(settings.files))
    return app


def opened(address: str, replicas: Sequence[str], budget: Budget) -> Replicated:
    """The database with its replicas, if it is one that this program can serve, be it still without a release."""
    try:
        databases = Replicated(address, replicas, budget)
    except ValueError as reason:
        sys.exit(f"onrecord cannot serve: {reason}")
    try:
        databases.check(filled=False)
    except NotReady as reason:
        sys.exit(f"onrecord cannot serve: {reason}")
    finally:
        databases.close()  # each worker opens connections of its own
    return databases


def assemble() -> Flask:
    """The application without a database: all that its document is made from."""
    app = Service("api", static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would be built from the Host header
    logs.register(app)  # what is registered first is called last: the line is written when all else is done
    answers.register(app)
    caching.register(app)
    requests.register(app)
    api = document.registry(app)
    for noun in NOUNS:
        api.add(noun.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(names.blueprint)
    app.extensions["onrecord.openapi"] = document.document_of(api)
    text = app.extensions[service.DOCUMENT] = json.dumps(app.extensions["onrecord.openapi"], ensure_ascii=False)
    app.extensions[caching.ANSWER_VERSION] = caching.version_of(text)
    return app
