"""flask-smorest as this service uses it: operations that are documented by the code that serves them.

What differs from its defaults: every error is `application/problem+json`, arguments go through `api.requests.Parser`
(unknown parameters refused, all mistakes at once), schemas carry their docstrings as descriptions, and an operation is
declared in one line with its id, query and answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response
from flask_smorest import Api as SmorestApi
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from api import errors, shapes
from api.negotiation import HTML
from api.problems import CONTENT_TYPE, KINDS
from api.requests import PATHS, Parser

View = Callable[..., Response]

PAGE: Final = "<!doctype html><title>Cursor not usable</title>"

#: Problems that any operation may answer with, beside 400.
ANY_OPERATION: Final = (406, 413, 414, 415, 500)
#: What they mean, by status, with the name of the component.
REASONS: Final = {
    400: ("BAD_REQUEST", "Path, query or cursor hold mistakes; each is told in `errors`."),
    404: ("NOT_FOUND", "No such record, release or kind of problem."),
    406: ("NOT_ACCEPTABLE", "`Accept` admits no representation that there is."),
    413: ("CONTENT_TOO_LARGE", "The request carries a body beyond the limit."),
    414: ("URI_TOO_LONG", "Path and query are too long."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The request carries a body; no operation takes one."),
    500: ("INTERNAL_SERVER_ERROR", "The service failed; the mistake is ours."),
    503: ("SERVICE_UNAVAILABLE", "No release can be read just now."),
}
HEADERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-Id": {
        "description": "The client's id of the request, if it sent a well-formed one, else ours. Our log holds it.",
        "schema": {"type": "string", "example": "2f1c9a52e1a84b0c8d2f0f4f1f6f7a11"},
    },
    "Link": {
        "description": 'The address of the next page (RFC 8288, `rel="next"`), relative; absent at the end.',
        "schema": {"type": "string", "example": '</v1/claims?limit=50&cursor=WzEsIjAuMS4wIl0>; rel="next"'},
    },
    "Retry-After": {
        "description": "Seconds after which to ask again.",
        "schema": {"type": "integer", "example": 5},
    },
}


class Described(OpenAPIConverter):
    """Schemas to components, described by their docstrings."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """The component of a schema."""
        made: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        made["description"] = inspect.getdoc(schema if isinstance(schema, type) else type(schema))
        return made


class Plugin(MarshmallowPlugin):
    """The plugin with our converter."""

    Converter: type[OpenAPIConverter] = Described


class Api(SmorestApi):
    """The registry of operations, with our errors in place of flask-smorest's."""

    DEFAULT_ERROR_RESPONSE_NAME = ""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"marshmallow_plugin": Plugin()})  # type: ignore[no-untyped-call]

    def add(self, blueprint: Blueprint) -> None:
        """Serve the operations of a blueprint, and document them."""
        super().register_blueprint(blueprint)  # type: ignore[no-untyped-call]

    def _register_error_handlers(self) -> None:
        errors.register(self._app)

    def _register_pagination_header(self) -> None:
        """Lists go on by cursors; flask-smorest's own pagination is not used."""

    def _register_etag_headers(self) -> None:
        """Nor is its own validation of answers."""

    def _register_responses(self) -> None:
        for name, header in HEADERS.items():
            self.spec.components.header(name, header)
        for status, (name, reason) in REASONS.items():
            headers = {"X-Request-Id": "X-Request-Id"} | ({"Retry-After": "Retry-After"} if status == 503 else {})
            content = {CONTENT_TYPE: {"schema": shapes.Problem, "example": _example(status)}}
            response = {"description": reason, "headers": headers, "content": content}
            self.spec.components.response(name, response)


def _example(status: int) -> dict[str, Any]:
    kind = next(kind for kind in KINDS.values() if kind.status == status and kind.name != "invalid-request")
    detail = kind.explanation.partition(". ")[0].rstrip(".") + "."
    return {"type": kind.type, "title": kind.title, "status": status, "detail": detail, "instance": "/v1/claims"}


class Blueprint(SmorestBlueprint):
    """A group of operations, whose name is their tag."""

    ARGUMENTS_PARSER: FlaskParser = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, description=description)  # type: ignore[no-untyped-call]

    def operation(
        self,
        rule: str,
        operation_id: str,
        *,
        query: type[Schema],
        answer: type[Schema],
        example: Mapping[str, Any],
        headers: tuple[str, ...] = (),
        problems: tuple[int, ...] = (503,),
        pages: bool = False,
    ) -> Callable[[View], View]:
        """Serve `rule` by a view that gets the parsed query, then the parts of the path; its docstring documents it.

        `problems` are statuses it may answer beside those that all may; `pages`: it also answers as a page.
        """
        smorest: Any = self  # which has no types
        searching = "<" in rule or "release" in query().fields
        statuses = {*ANY_OPERATION, *problems, *({404} if searching else set())}

        def decorate(view: View) -> View:
            def adapted(parsed: Any, **path: str) -> Response:
                return view(parsed, *path.values())

            adapted.__doc__ = view.__doc__
            adapted.__name__ = view.__name__
            documented = smorest.response(
                200,
                answer,
                description=(inspect.getdoc(answer) or "").partition("\n")[0],
                example=dict(example),
                headers={name: name for name in ("X-Request-Id", *headers)},
            )(adapted)
            if pages:
                documented = smorest.response(200, {"type": "string"}, content_type=HTML, example=PAGE)(documented)
            documented = smorest.arguments(query, location="query")(documented)
            responses = {str(status): {"$ref": f"#/components/responses/{REASONS[status][0]}"} for status in statuses}
            documented = smorest.doc(operationId=operation_id, responses=responses)(documented)
            smorest.add_url_rule(
                rule, operation_id, documented, parameters=_path_parameters(self.name, rule), methods=["GET"]
            )
            return view

        return decorate


def _path_parameters(blueprint: str, rule: str) -> list[dict[str, Any]]:
    """The parameter that a path holds, documented by the field that checks it."""
    _, bracket, rest = rule.partition("<")
    if not bracket:
        return []
    told = dict(PATHS[blueprint].metadata)
    description = told.pop("description")
    schema = {"type": "string", **told}
    return [
        {"name": rest.partition(">")[0], "in": "path", "required": True, "description": description, "schema": schema}
    ]
