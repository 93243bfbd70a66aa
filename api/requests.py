"""Reading a request: what is wrong with it as a whole, then path and query by their schemas, all mistakes at once."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Iterator
from secrets import token_hex
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from flask import Flask, Request, request
from flask.globals import app_ctx, request_ctx
from marshmallow import Schema, ValidationError
from marshmallow.fields import Field
from webargs.fields import DelimitedList
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import RequestRedirect

from api.files import NAME
from api.parameters import VERSION, bad_value
from api.problems import Mistake, mistaken, problem
from api.queries import Query
from dataset.problems import shown
from dataset.schemas import TYPES
from dataset.schemas.fields import Pattern

#: Bytes of a body, of path with query, and of their parts as parameters; nothing we answer needs more.
BODY_MOST: Final = 16 * 1024
ADDRESS_MOST: Final = 8 * 1024

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

#: What the part of a path looks like that is no fixed word, by blueprint, or by blueprint and part.
PATHS: Final[dict[str, Field[Any]]] = {
    **{name: schema().fields["id"] for name, schema in TYPES.items()},
    "releases": Pattern("Version of the release.", VERSION, "a version such as 1.0.0", example="0.1.0"),
    "differences": Pattern("Version to start from.", VERSION, "a version such as 1.0.0", example="0.1.0"),
    "differences.other": Pattern("Version that results.", VERSION, "a version such as 1.0.0", example="0.2.0"),
    "files": Pattern(
        "Version of the release; `latest` redirects to the newest one that has files.",
        f"(?:{VERSION}|latest)",
        "a version such as 1.0.0, or latest",
        example="0.1.0",
    ),
    "files.name": Pattern("Name of the file.", NAME, "the name of a file of the release", example="claims.csv"),
    "service": Pattern(
        "Name of the kind of problem.", "[a-z]+(?:-[a-z]+)*", "a name such as bad-cursor", example="bad-cursor"
    ),
}


def register(app: Flask) -> None:
    """Look at every request of `app` before its view does."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_MOST
    app.before_request(begin)
    app.before_request(refuse_what_nothing_takes)


def begin() -> None:
    """Name the request, by the client's name for it when that is one, and start its clock."""
    held, given = app_ctx.g, request.environ.get("HTTP_X_REQUEST_ID")
    held.started = time.perf_counter()
    held.request_id = given if given and _REQUEST_ID.fullmatch(given) else token_hex(16)


def refuse_what_nothing_takes() -> None:
    """Addresses that are too long or cannot be decoded, bodies, and what werkzeug would answer by a redirect.

    Its redirects are built from the Host header, so they lead where a stranger says.
    """
    asked = request_ctx.request
    if isinstance(asked.routing_exception, RequestRedirect):
        raise problem("unknown-path", "Nothing is served at this path.")
    environ = asked.environ
    query, path = environ.get("QUERY_STRING", ""), environ.get("PATH_INFO", "")
    length = len(query) + len(path)
    if length > ADDRESS_MOST:
        raise problem("address-too-long", f"Path and query hold {length} bytes; allowed: at most {ADDRESS_MOST}.")
    if "%" in query or not (query.isascii() and path.isascii()):
        _refuse_what_is_no_text(query.encode("latin-1", "replace"), path)
    if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
        _refuse_a_body()


def _refuse_what_is_no_text(query: bytes, path: str) -> None:
    if _BROKEN_ESCAPE.search(query):
        raise problem("malformed-request", "The query holds a percent sign without two hexadecimal digits behind it.")
    try:
        unquote_to_bytes(query).decode()
        path.encode("latin-1").decode()
    except UnicodeError:
        raise problem("malformed-request", "Path or query are not UTF-8.") from None


def _refuse_a_body() -> None:
    size = request.content_length or 0
    if size > BODY_MOST:
        raise problem("body-too-large", f"The body holds {size} bytes, and no operation takes one.")
    if (size or "Transfer-Encoding" in request.headers) and request.routing_exception is None:
        raise problem("unexpected-body", "No operation takes a body; parameters go into the query.")


class Parser(FlaskParser):
    """The parser behind the documented arguments of flask-smorest."""

    DEFAULT_VALIDATION_STATUS = 400

    def parse(self, argmap: Any, *args: Any, **kwargs: Any) -> Any:
        """Path and query of the current request, checked; what the query schema makes of it.

        Raises:
            RequestProblem: with every mistake that was found in path and query.
        """
        schema: Query = argmap
        asked = request_ctx.request  # looked up once: `request` is at every use
        if any(len(values) > 1 for values in asked.args.listvalues()):
            asked.args = joined(asked.args, schema)
        mistakes = [*_path_mistakes(asked), *_name_mistakes(asked.args, schema)]
        parsed: Any = None
        try:
            parsed = schema.read({name: value for name, value in asked.args.items() if name in schema.fields})
        except ValidationError as error:
            mistakes += _value_mistakes(error)
        if mistakes:
            raise mistaken(mistakes)
        return parsed


def joined(args: MultiDict[str, str], schema: Schema) -> MultiDict[str, str]:
    """The parameters, those that take several values written once, with commas between them.

    Many generated clients repeat such a parameter, whatever the document says; from here on it is one and the same.
    """
    repeated = {name for name, values in args.lists() if len(values) > 1}
    lists = {name for name in repeated if isinstance(schema.fields.get(name), DelimitedList)}
    if not lists:
        return args
    given = ((name, [",".join(values)] if name in lists else values) for name, values in args.lists())
    return ImmutableMultiDict([(name, value) for name, values in given for value in values])


def path_field(blueprint: str, name: str) -> Field[Any]:
    """What checks and documents a part of a path."""
    return PATHS.get(f"{blueprint}.{name}") or PATHS[blueprint]


def _path_mistakes(asked: Request) -> Iterator[Mistake]:
    for name, value in (asked.view_args or {}).items():
        try:
            path_field(str(asked.blueprint), name).deserialize(value)
        except ValidationError as error:
            allowed = str(error.messages[0]).partition("; allowed: ")[2]
            yield Mistake("bad-value", "path", name, f"{name}: {error.messages[0]}", value, allowed or None)


def _name_mistakes(args: MultiDict[str, str], schema: Schema) -> Iterator[Mistake]:
    unknown = [name for name in args if name not in schema.fields]
    known = list(schema.fields) if unknown else []
    for name in unknown[:20]:
        close = difflib.get_close_matches(name[:40], known, n=1, cutoff=0.6)
        hint = f"; did you mean {close[0]}?" if close else ""
        allowed = ", ".join(known) or "no parameters"
        yield Mistake("unknown-parameter", "query", name, f"unknown parameter {shown(name)}{hint}", name, allowed)
    for name, values in args.lists():
        if len(values) > 1 and name in schema.fields:
            detail = f"{name} stands {len(values)} times; allowed: once"
            yield Mistake("repeated-parameter", "query", name, detail, f"{len(values)} times", "once")


def _value_mistakes(error: ValidationError) -> Iterator[Mistake]:
    for name, messages in dict(error.messages_dict).items():
        for message in messages:
            if isinstance(message, Mistake):
                yield message
            else:
                yield bad_value(name, request.args.get(name, ""), str(message))
