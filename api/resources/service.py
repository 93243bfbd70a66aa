"""The service itself: whether it lives, whether it can answer, its document, and its problems explained."""

from __future__ import annotations

import html
import re

from flask import Response, current_app

from api import examples
from api.answers import compact, send
from api.caching import NEVER, Basis, expect
from api.documented import Blueprint, text_form
from api.negotiation import HTML, JSON, chosen
from api.problems import KINDS, Kind, problem
from api.queries import Query
from api.reading import catalogue_now, databases, files
from api.resources.pages import page
from api.shapes import Shape, free, free_list, many, number, text_list, words
from dataset.store.addresses import NotReady

blueprint = Blueprint("service", "The service itself: its state, its document and its problems explained.")

DOCUMENT = "onrecord.document"
PAGE = text_form(HTML, "<!doctype html><title>Cursor not usable</title>")


class Health(Shape):
    """The process lives."""

    status = words("Always `ok`.", "ok", required=True)


class Readiness(Shape):
    """The service can answer."""

    status = words("Always `ready`; any other state is a problem.", "ready", required=True)
    release = words("Version of the newest release.", examples.VERSION, required=True)
    database = words("Revision of the database.", "0002", required=True)
    withdrawn_files = text_list("Files for download that are not what they were; all else is served.", [])


class Document(Shape):
    """An OpenAPI document, as its own specification has it."""

    openapi = words("Version of the OpenAPI specification.", "3.1.1", required=True)
    info = free("Title, version, description, licence.", {"title": "Onrecord"})
    servers = free_list("Where the service is, relative to this document.", [{"url": "/"}])
    security = free_list("Empty: nothing needs a key.", [])
    tags = free_list("The groups of operations.", [{"name": "claims"}])
    paths = free("The operations, by path.", {"/healthz": {}})
    components = free("The shapes that they share.", {"schemas": {}})


DOCUMENT_EXAMPLE = {
    "openapi": "3.1.1",
    "info": {"title": "Onrecord", "version": "0.1.0"},
    "servers": [{"url": "/"}],
    "security": [],
    "tags": [{"name": "claims"}],
    "paths": {"/healthz": {}},
    "components": {"schemas": {}},
}


class ProblemKind(Shape):
    """A kind of problem, explained."""

    type = words("Its path, the `type` of problems of this kind.", "/problems/bad-cursor", required=True)
    title = words("The kind in words.", "Cursor not usable", required=True)
    status = number("The status code of such answers.", 400, required=True)
    explanation = words("What it means and what to do.", "A cursor goes on in one list.", required=True)


class ProblemKindList(Shape):
    """All kinds of problems."""

    data = many(ProblemKind, "The kinds.")


def told(kind: Kind) -> dict[str, str | int]:
    """A kind as JSON."""
    return {"type": kind.type, "title": kind.title, "status": kind.status, "explanation": kind.explanation}


@blueprint.operation(
    "/healthz", "getHealth", query=Query, answer=Health, example={"status": "ok"}, problems=(), cached=False
)
def get_health(_query: None) -> Response:
    """Ask whether the process lives.

    It says nothing about the database; `/readyz` does.
    """
    return send('{"status":"ok"}', {"Cache-Control": NEVER})


@blueprint.operation(
    "/readyz",
    "getReadiness",
    query=Query,
    answer=Readiness,
    example={"status": "ready", "release": examples.VERSION, "database": "0002", "withdrawn_files": []},
    cached=False,
)
def get_readiness(_query: None) -> Response:
    """Ask whether the service can answer.

    It can when the database is migrated and holds a release; otherwise the problem says what is missing.
    """
    try:
        databases().check()
        newest = catalogue_now(None).newest
    except NotReady as reason:
        raise problem("not-ready", str(reason), Retry_After="5") from None
    told: dict[str, object] = {
        "status": "ready",
        "release": newest.version if newest else "",
        "database": databases().primary.head(),
    }
    told["withdrawn_files"] = files().damaged
    return send(compact(told), {"Cache-Control": NEVER})


@blueprint.operation(
    "/v1/openapi.json",
    "getDocument",
    query=Query,
    answer=Document,
    example=DOCUMENT_EXAMPLE,
    problems=(),
)
def get_document(_query: None) -> Response:
    """Get this document.

    The same as `openapi.yaml`, as JSON.
    """
    chosen([JSON])
    expect(Basis())
    return send(current_app.extensions[DOCUMENT])


@blueprint.operation(
    "/problems",
    "listProblems",
    query=Query,
    answer=ProblemKindList,
    example={"data": [told(KINDS["bad-cursor"])]},
    problems=(),
    forms=(PAGE,),
)
def list_problems(_query: None) -> Response:
    """List the kinds of problems.

    Every `type` that a problem may have; as a page for browsers.
    """
    wanted = chosen([JSON, HTML])
    expect(Basis())
    if wanted == JSON:
        return send(compact({"data": [told(kind) for kind in KINDS.values()]}))
    items = "".join(f'<li><a href="{kind.type}">{html.escape(kind.title)}</a></li>' for kind in KINDS.values())
    return explained("Problems", f"<ul>{items}</ul>")


@blueprint.operation(
    "/problems/<name>",
    "getProblem",
    query=Query,
    answer=ProblemKind,
    example=told(KINDS["bad-cursor"]),
    problems=(),
    forms=(PAGE,),
)
def get_problem(_query: None, name: str) -> Response:
    """Get one kind of problem, explained.

    The `type` of every problem is a path of this form.
    """
    wanted = chosen([JSON, HTML])
    kind = KINDS.get(name)
    if kind is None:
        raise problem("unknown-path", "There is no such kind of problem; /problems lists them.")
    expect(Basis())
    if wanted == JSON:
        return send(compact(told(kind)))
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(kind.explanation))
    return explained(kind.title, f"<p>Status {kind.status}, type <code>{kind.type}</code></p><p>{text}</p>")


def explained(title: str, content: str) -> Response:
    """A small page; `content` is HTML."""
    return page(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<link rel="stylesheet" href="/docs/page.css"></head><body><main class="explained">'
        f"<h1>{html.escape(title)}</h1>{content}</main></body></html>"
    )
