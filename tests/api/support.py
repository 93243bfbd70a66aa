"""What the tests of the service share: a made-up log, its states as plain bodies, and a client that trusts nothing.

`CheckedClient` compares every answer with the document: the status must be documented for the operation, the content
type too, the body must fit the schema with no member beyond it (the published schemas are open, the check closes
them), and the headers that the document promises must be there. Tables and lines are read as what they claim to be.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Self

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from api import assemble, create_app
from api.caching import FOR_EVER
from api.reading import EXTENSION
from api.resources import names
from dataset.canonical import Body, canonical
from dataset.log import Release
from dataset.queries import compiled
from dataset.settings import read_settings
from dataset.store.replicas import Replicated
from dataset.store.tables import RECORDS
from tests.synthetic import History, Maker, anchor, dated

#: Type → id → body, of one release.
State = dict[str, dict[str, Body]]

PROBLEM = "application/problem+json"
#: Paths for people, and names that lead on, which the document leaves out.
UNDOCUMENTED = re.compile(rf"/|/docs(/.*)?|/llms\.txt|/({'|'.join(names.NOUNS)})/.*")
ALWAYS = {"X-Request-Id", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy"}


def more_records() -> Iterator[tuple[str, Body]]:
    """Records that use the members which `tests.synthetic` leaves out, and ids whose order depends on the collation."""
    for id_ in ("zed", "zed-a", "zed1", "zeda", "z-ed", "z9", "z-9"):
        yield "actors", {"id": id_, "name": id_.title(), "named": False}
        yield "places", {"id": id_, "name": id_.title()}
    yield (
        "sources",
        {
            "id": "almanac",
            "title": "Almanach",
            "language": "de",
            "publisher": "zed",
            "translator": "skipper-00001",
            "derived_from": [{"source": "gazette-000000", "relation": "translation_of"}],
            **dated("published", "2031-08"),
        },
    )
    quote: Body = {"source": "almanac", "speaker": "zed-a", "speaker_basis": "inferred", "language": "fr"}
    words = {9: "gar nicht", 10: "niemals „so“", 11: "é\u00a0\U0001f6a4"}
    for number, text in words.items():
        earlier = f"almanac.q{number - 1}" if number > 9 else None
        yield (
            "quotes",
            {
                **quote,
                "id": f"almanac.q{number}",
                "text": text,
                "kind": "title",
                "uttered": "predicted",
                "anchor": anchor(500 - number * 40, text),
                "continues": earlier,
                "printing_of": "gazette-000000.q1" if number == 9 else None,
            },
        )
    claim: Body = {"source": "almanac", "statement": "Nobody saw more than ten boats.", "modality": "denied"}
    answers = [
        {"question": "how-many-00000", "position": "few"},
        {"question": "how-many-00001", "position": "many"},
    ]
    yield (
        "claims",
        {
            **claim,
            "id": "almanac.c1",
            "claimant": "zed1",
            "claimant_basis": "stated",
            "author_stance": "rejects",
            "via": [{"actor": "zed", "role": "relay"}, {"actor": "zeda", "role": "translator"}],
            "answers": answers,
            "quotes": ["almanac.q9", "almanac.q10"],
        },
    )
    yield (
        "claims",
        {
            **claim,
            "id": "almanac.c2",
            "claimant_basis": "author",
            "renders": "gazette-000000.c6",
            "anchor": anchor(90, "x" * 900),
            "answers": answers[:1],
        },
    )
    yield "claims", {**claim, "id": "almanac.c10", "claimant_basis": "unknown", "anchor": anchor(1000, "x" * 9)}


def make_log() -> Sequence[Release]:
    """Four releases: all records, some claims changed, merged and withdrawn, one more record, nothing but a topic."""
    history = History()
    first = [history.add(*record) for record in (*Maker(7, 200).records(), *more_records())]
    history.release("0.1.0", first)
    held = history.bodies["claims"]
    changed = [
        history.change("claims", {**held[f"gazette-000001.c{n}"], "modality": "urged", "claimant": "zed"} | _stated())
        for n in (3, 7, 8)
    ]
    ended = [
        history.end("claims", "gazette-000000.c2"),
        history.end("claims", "gazette-000000.c3", "gazette-000000.c4"),
    ]
    history.release("0.2.0", [*changed, *ended])
    history.release("0.10.0", [history.add("claims", {**held["almanac.c2"], "id": "almanac.c11"})])
    history.release("1.0.0", [history.change("topics", {**history.bodies["topics"]["weather"], "label": "Wind"})])
    return history.releases


def _stated() -> Body:
    return {"claimant_basis": "stated"}


def states(log: Sequence[Release]) -> dict[str, State]:
    """The records of every release, made from the change-sets by the simplest means there are."""
    state: State = {name: {} for name in RECORDS}
    found = {}
    for release in log:
        for change in release.changes:
            if change.body is None:
                del state[change.type][change.id]
            else:
                state[change.type][change.id] = change.body
        found[release.version] = {name: dict(bodies) for name, bodies in state.items()}
    return found


def place(body: Body) -> tuple[Any, ...]:
    """Where a record stands in the default order of its type."""
    if "source" not in body:
        return (body["id"],)
    where = body.get("anchor")
    return (body["source"], where is None, (where["start"], where["end"]) if where else (), body["id"])


def in_order(state: State, record_type: str) -> list[Body]:
    """The records of a type in the default order."""
    return sorted(state[record_type].values(), key=place)


def make_app(url: str, files: Path = Path("nowhere"), replicas: Sequence[str] = ()) -> Flask:
    """The application over a database and a folder of files, with a client that checks what it gets."""
    settings = {"ONRECORD_DATABASE_URL": url, "ONRECORD_FILES": str(files)}
    app = create_app(read_settings({**settings, "ONRECORD_READ_DATABASE_URL": ", ".join(replicas)}))
    app.test_client_class = CheckedClient
    return app


def close(app: Flask) -> None:
    """Close the database of an application."""
    databases: Replicated = app.extensions[EXTENSION]
    databases.close()


def walk(client: FlaskClient, address: str) -> Iterator[TestResponse]:
    """All pages of a list, by the addresses of the Link header."""
    next_address: str | None = address
    while next_address:
        answer = client.get(next_address)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        yield answer
        link = answer.headers.get("Link")
        next_address = link.removeprefix("<").partition(">")[0] if link else None


def items(answer: TestResponse) -> list[Body]:
    """The records of a page."""
    data: list[Body] = answer.get_json()["data"]
    return data


def has_bytes(answer: TestResponse, body: Body) -> bool:
    """Whether an answer holds the canonical bytes of a record."""
    return canonical(body) in answer.get_data()


class _Forgetful(dict[Any, Any]):
    """Keeps nothing."""

    def __setitem__(self, key: object, value: object) -> None:
        """Let it go."""


class Statements:
    """Counts the statements that reach a database while it is entered; none is one that was kept, past SQLAlchemy."""

    def __enter__(self) -> Self:
        self.seen: list[str] = []
        self._shapes, compiled._shapes = compiled._shapes, _Forgetful()
        event.listen(Engine, "before_cursor_execute", self._see)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._see)
        compiled._shapes = self._shapes

    def _see(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.seen.append(statement)


# --- answers against the document ------------------------------------------------------------------------------


@cache
def document() -> dict[str, Any]:
    """The document, made from the code."""
    made: dict[str, Any] = assemble().extensions["onrecord.openapi"]
    return made


@cache
def _closed() -> dict[str, Any]:
    """The components, with every object closed against members that the document does not name."""
    components: dict[str, Any] = deepcopy(document()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return components


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"components": _closed(), **json.loads(schema)})


def validate(schema: dict[str, Any], value: Any) -> None:
    """Fail when a value does not fit a schema of the document."""
    errors = [
        f"{error.json_path}: {error.message[:300]}" for error in _validator(json.dumps(schema)).iter_errors(value)
    ]
    assert errors == []


@cache
def _operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    found = []
    for path, methods in document()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
        found.append((re.compile(pattern), methods["get"]))
    return found


def operation_of(path: str) -> dict[str, Any] | None:
    """The documented operation at a path."""
    return next((operation for pattern, operation in _operations() if pattern.fullmatch(path)), None)


def check(method: str, path: str, answer: TestResponse) -> None:
    """Fail when an answer is not what the document says."""
    assert set(answer.headers.keys()) >= ALWAYS
    operation = operation_of(path)
    if operation is None or method not in ("GET", "HEAD"):
        if answer.status_code >= 400:
            _check_problem(method, answer)
        else:
            assert method == "OPTIONS" or UNDOCUMENTED.fullmatch(path), f"{method} {path} is not in the document"
        return
    documented = operation["responses"].get(str(answer.status_code))
    assert documented is not None, f"{path} answers {answer.status_code}, which is not in the document"
    if "$ref" in documented:
        documented = document()["components"]["responses"][documented["$ref"].rpartition("/")[2]]
    _check_headers(documented, answer)
    if "content" not in documented:
        assert answer.get_data() == b""
        return
    if "*/*" in documented["content"]:
        return
    content = documented["content"].get(answer.mimetype)
    assert content is not None, f"{path} answers {answer.mimetype}, which is not in the document"
    if method == "HEAD":
        assert answer.get_data() == b""
    elif answer.mimetype == "text/csv":
        _check_table(plain(answer))
    elif answer.mimetype == "application/x-ndjson":
        _check_lines(plain(answer))
    elif str(answer.mimetype).endswith("json"):
        validate(content["schema"], told(answer))
    if answer.status_code >= 400:
        _check_problem(method, answer)


def _check_headers(documented: dict[str, Any], answer: TestResponse) -> None:
    promised = set(documented.get("headers", {}))
    if "Link" in promised:  # it is there as long as the list goes on, which the body of a GET tells
        promised.remove("Link")
        if answer.request.method == "GET" and answer.mimetype == "application/json":
            assert ("Link" in answer.headers) == (told(answer)["page"]["next"] is not None)
    if answer.headers.get("Cache-Control") == FOR_EVER:
        promised.discard("Content-Location")  # the address of the request names the release already
    assert promised <= set(answer.headers.keys())


def plain(answer: TestResponse) -> bytes:
    """The body of an answer, decompressed if need be."""
    data = answer.get_data()
    return gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data


def told(answer: TestResponse) -> Any:
    """What an answer of JSON tells, compressed or not."""
    return json.loads(plain(answer))


def _check_table(data: bytes) -> None:
    """CSV after RFC 4180: a header with an id, lines that end as they should, as many cells in each row."""
    text = data.decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header[0] == "id"
    assert text.endswith("\r\n")
    assert all(len(row) == len(header) for row in rows)


def _check_lines(data: bytes) -> None:
    """JSON Lines: a record a line, the last one ended like the others."""
    *lines, rest = data.split(b"\n")
    assert rest == b""
    assert all("id" in json.loads(line) for line in lines)


def _check_problem(method: str, answer: TestResponse) -> None:
    assert answer.mimetype == PROBLEM
    if method == "HEAD":
        return
    problem = told(answer)
    validate({"$ref": "#/components/schemas/Problem"}, problem)
    assert problem["status"] == answer.status_code
    for error in problem.get("errors", []):
        assert error["detail"]


class CheckedClient(FlaskClient):
    """A client that compares every answer with the document; `check_failures=False` lets a 500 pass."""

    def __init__(self, *args: Any, check_failures: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.check_failures = check_failures

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, check the answer."""
        answer = super().open(*args, buffered=True, **kwargs)
        assert answer.status_code != 500 or not self.check_failures, answer.get_data(as_text=True)
        check(answer.request.method, answer.request.path, answer)
        return answer
