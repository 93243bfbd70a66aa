"""flask-smorest as this service uses it: operations that are documented by the code that serves them.

What differs from its defaults: every error is `application/problem+json`, arguments go through `api.requests.Parser`
(unknown parameters refused, all mistakes at once), schemas carry their docstrings as descriptions, and an operation is
declared in one line with its id, query and answer.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response
from flask_smorest import Api as SmorestApi
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from api import errors, shapes
from api.headers import ANY_OPERATION, ASKED, BARE, EXPORT_HEADERS, FILE_HEADERS, HEADERS, REASONS, REFUSED, VALIDATED
from api.problems import CONTENT_TYPE, KINDS
from api.requests import Parser, path_field
from dataset.schemas import TYPES
from dataset.schemas.base import RecordSchema

View = Callable[..., Response]


#: Names of the forms of exports, by the suffix of the path.
NAMES = {"csv": "CSV", "jsonl": "JSON Lines", "json": "JSON"}


class Form(NamedTuple):
    """A representation beside JSON: its media type, what the document says of its contents, an example of them."""

    media_type: str
    schema: Schema | type[Schema] | Mapping[str, Any]
    example: Any = None


def text_form(media_type: str, example: str) -> Form:
    """A representation that the document leaves to its media type to describe: a text."""
    return Form(media_type, {"type": "string"}, example)


class Described(OpenAPIConverter):
    """Schemas to components, described by their docstrings."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """The component of a schema."""
        made: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        made["description"] = inspect.getdoc(schema if isinstance(schema, type) else type(schema))
        if isinstance(schema, RecordSchema):
            _may_be_cut(schema, made)
        return made


def _may_be_cut(schema: RecordSchema, made: dict[str, Any]) -> None:
    """Say of a record which members are always there: in the form of the document the id alone, for `fields`."""
    required = made["required"]
    own = [name for name in required if name != "id" and name in TYPES[schema.type]().fields]
    made["required"] = [name for name in required if name not in own]
    if own:
        told = ", ".join(f"`{name}`" for name in own)
        made["description"] += f"\n\nBeside `id` these are always there, unless `fields` leaves them out: {told}."


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
            headers = {name: name for name in ("X-Request-Id", *REFUSED.get(status, ()))}
            content = {CONTENT_TYPE: {"schema": shapes.Problem, "example": _example(status)}}
            response = {"description": reason, "headers": headers, "content": content}
            self.spec.components.response(name, response)
        for name, reason, wanted in BARE.values():
            headers = {header: header for header in ("X-Request-Id", *wanted)}
            self.spec.components.response(name, {"description": reason, "headers": headers})


def _component(status: int) -> str:
    return BARE[status][0] if status in BARE else REASONS[status][0]


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
        answer: type[Schema] | None,
        example: Mapping[str, Any] | None,
        headers: tuple[str, ...] = (),
        problems: tuple[int, ...] = (503,),
        forms: Sequence[Form] = (),
        cached: bool = True,
        merging: bool = False,
    ) -> Callable[[View], View]:
        """Serve `rule` by a view that gets the parsed query, then the parts of the path; its docstring documents it.

        `problems` are statuses it may answer beside those that all may; `forms`: what it answers with beside JSON,
        or instead of it where `answer` is None; `cached`: it has validators; `merging`: the record may have been
        merged, withdrawn or redacted.
        """
        smorest: Any = self  # which has no types
        parameters = query()  # made once: making a schema costs more than reading a request with it
        searching = "<" in rule or "release" in parameters.fields
        statuses = {*ANY_OPERATION, *problems, *({404} if searching else set()), *({304} if cached else set())}
        statuses |= {308, 410, 451} if merging else set()
        asked = _header_parameters("If-None-Match") if cached else []
        headers = (
            *headers,
            *(VALIDATED if cached else ()),
            *(("Last-Modified",) if cached and 503 in problems else ()),
        )
        headers += ("Content-Location",) if "as_of" in parameters.fields else ()

        def decorate(view: View) -> View:
            def adapted(parsed: Any, **path: str) -> Response:
                return view(parsed, *path.values())

            adapted.__doc__ = view.__doc__
            adapted.__name__ = view.__name__
            documented = smorest.response(
                200,
                answer,
                description=(inspect.getdoc(answer or view) or "").partition("\n")[0],
                example=example and dict(example),
                headers={name: name for name in ("X-Request-Id", *headers)},
            )(adapted)
            documented = smorest.arguments(parameters, location="query")(documented)
            responses: dict[Any, Any] = _refs(statuses)
            if forms:  # merged into what `smorest.response` said of JSON, whose key is a number
                responses[200] = {"content": {form.media_type: _content(form) for form in forms}}
            documented = smorest.doc(operationId=operation_id, responses=responses)(documented)

            def served(**path: str) -> Response:
                return view(Blueprint.ARGUMENTS_PARSER.parse(parameters), *path.values())

            served.__doc__ = view.__doc__
            served.__dict__.update(documented.__dict__)  # what is documented; its wrappers would do nothing more
            smorest.add_url_rule(
                rule, operation_id, served, parameters=[*_path_parameters(self.name, rule), *asked], methods=["GET"]
            )
            return view

        return decorate

    def export(
        self, rule: str, operation_id: str, *, query: type[Schema], forms: Mapping[str, Form]
    ) -> Callable[[View], View]:
        """Serve a list as a file: for each form an operation of its own, whose view gets the query and the suffix.

        One media type an operation, because generated clients read every answer of an operation alike.
        """
        smorest: Any = self
        statuses = (*ANY_OPERATION, 304, 404, 503)

        def decorate(view: View) -> View:
            parameters = query()
            for suffix, form in forms.items():
                documented = self._exported(view, suffix, form)
                documented = smorest.arguments(parameters, location="query")(documented)
                named = f"{operation_id}{suffix.title()}"
                documented = smorest.doc(operationId=named, responses=_refs(statuses))(documented)
                asked = _header_parameters("If-None-Match")
                smorest.add_url_rule(f"{rule}.{suffix}", named, documented, parameters=asked, methods=["GET"])
            return view

        return decorate

    def _exported(self, view: View, suffix: str, form: Form) -> Any:
        """The view of one form, with what the document says of its answer."""
        smorest: Any = self

        def adapted(parsed: Any) -> Response:
            return view(parsed, suffix)

        adapted.__doc__ = (inspect.getdoc(view) or "").replace(".", f" as {NAMES[suffix]}.", 1)
        adapted.__name__ = f"{view.__name__}_{suffix}"
        headers = {name: name for name in ("X-Request-Id", *VALIDATED, *EXPORT_HEADERS)}
        described = {"description": "The file.", "example": form.example, "headers": headers}
        return smorest.response(200, form.schema, content_type=form.media_type, **described)(adapted)

    def download(self, rule: str, operation_id: str, *, query: type[Schema]) -> Callable[[View], View]:
        """Serve files, whole or in part, by a view as `operation` takes it."""
        smorest: Any = self
        statuses = (*ANY_OPERATION, 304, 307, 404, 416, 503)

        def decorate(view: View) -> View:
            def adapted(parsed: Any, **path: str) -> Response:
                return view(parsed, *path.values())

            adapted.__doc__ = view.__doc__
            adapted.__name__ = view.__name__
            documented = adapted
            kinds: tuple[tuple[int, str, tuple[str, ...]], ...] = (
                (200, "The file.", ()),
                (206, "A part of it.", ("Content-Range",)),
            )
            for status, description, more in kinds:
                headers = {name: name for name in ("X-Request-Id", *FILE_HEADERS, *more)}
                content = {"content_type": "*/*", "description": description, "headers": headers}
                documented = smorest.response(status, {"type": "string", "format": "binary"}, **content)(documented)
            documented = smorest.arguments(query(), location="query")(documented)
            documented = smorest.doc(operationId=operation_id, responses=_refs(statuses))(documented)
            parameters = _path_parameters(self.name, rule) + _header_parameters(*ASKED)
            smorest.add_url_rule(rule, operation_id, documented, parameters=parameters, methods=["GET"])
            return view

        return decorate


def _content(form: Form) -> dict[str, Any]:
    schema = dict(form.schema) if isinstance(form.schema, Mapping) else form.schema
    return {"schema": schema} | ({} if form.example is None else {"example": form.example})


def _refs(statuses: Iterable[int]) -> dict[str, Any]:
    """The responses of these statuses, which all operations share."""
    return {str(status): {"$ref": f"#/components/responses/{_component(status)}"} for status in statuses}


def _header_parameters(*names: str) -> list[dict[str, Any]]:
    """The headers of a request that an operation looks at."""
    made = []
    for name in names:
        description, example = ASKED[name]
        schema = {"type": "string", "example": example}
        made.append({"name": name, "in": "header", "required": False, "description": description, "schema": schema})
    return made


def _path_parameters(blueprint: str, rule: str) -> list[dict[str, Any]]:
    """The parameters that a path holds, documented by the fields that check them."""
    made = []
    for name in re.findall("<(?:[a-z]+:)?([a-z_]+)>", rule):
        told = dict(path_field(blueprint, name).metadata)
        description = told.pop("description")
        schema = {"type": "string", **told}
        made.append({"name": name, "in": "path", "required": True, "description": description, "schema": schema})
    return made
