"""The promises of the house, in one place: what is written once elsewhere must agree with everything made from it.

Columns against schemas and migrations against tables are compared in tests/store, the bytes of releases in
tests/dataset; here is what the service promises. Every answer of every test in tests/api is compared with the document
by `tests.api.support.CheckedClient`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from ruamel.yaml import YAML

from api import NOUNS, examples
from api.document import as_yaml
from api.parameters import NOT, Values
from api.problems import KINDS
from api.queries import Query, ReleasedListQuery
from dataset.exports.building import build
from dataset.log import Release
from dataset.members import references
from dataset.queries.actors import find_actors
from dataset.queries.claims import find_claims
from dataset.queries.events import find_events
from dataset.queries.grouping import DIMENSIONS
from dataset.queries.places import find_places
from dataset.queries.questions import find_questions
from dataset.queries.quotes import find_quotes
from dataset.queries.sorting import SORTS
from dataset.queries.sources import find_sources
from dataset.queries.topics import find_topics
from dataset.schemas import TYPES
from dataset.store.publishing import publish
from tests.api.support import close, document, make_app, make_log, validate

ROOT = Path(__file__).resolve().parents[1]
FINDERS: dict[str, Callable[..., Any]] = {
    "sources": find_sources,
    "quotes": find_quotes,
    "claims": find_claims,
    "events": find_events,
    "actors": find_actors,
    "places": find_places,
    "topics": find_topics,
    "questions": find_questions,
}
OPERATIONS = [(path, item["get"]) for path, item in document()["paths"].items()]


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema with a type or a reference inside a part of the document."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str) or "$ref" in value:
            yield value
        for name, inner in value.items():
            if name not in ("example", "examples"):
                yield from schemas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from schemas(inner)


def resolved(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter, wherever the document says it."""
    if "$ref" not in parameter:
        return parameter
    found: dict[str, Any] = document()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def test_the_committed_document_is_the_code() -> None:
    """openapi.yaml is what `make openapi` would write."""
    assert (ROOT / "openapi.yaml").read_text(encoding="utf-8") == as_yaml(document())


@pytest.mark.slow
def test_yaml_and_json_are_one_document() -> None:
    """What the service sends as JSON is what openapi.yaml says."""
    assert YAML(typ="safe", pure=True).load(ROOT / "openapi.yaml") == document()


def test_every_operation_explains_itself() -> None:
    """A readable id, a summary, a description, a tag that is described; an example of the answer that fits it."""
    ids = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"]: tag["description"] for tag in document()["tags"]}
    for path, operation in OPERATIONS:
        assert re.fullmatch(r"(list|get|count|export)[A-Z][A-Za-z]+|search", operation["operationId"])
        assert operation["summary"]
        assert operation["description"], path
        assert all(tags[tag] for tag in operation["tags"])
        content = operation["responses"]["200"]["content"]
        if "*/*" not in content:  # a file
            told = content.get("application/json", next(iter(content.values())))
            validate(told["schema"], told["example"])


def test_every_parameter_and_member_is_described() -> None:
    """Parameters with a description and an example; members of shapes with a description."""
    for path, item in document()["paths"].items():
        for parameter in map(resolved, [*item.get("parameters", []), *item["get"].get("parameters", [])]):
            assert parameter["description"], (path, parameter["name"])
            assert parameter["schema"]["examples"][0] is not None, (path, parameter["name"])
    for name, schema in document()["components"]["schemas"].items():
        assert schema["description"], name
        for member, described in schema["properties"].items():
            assert described.get("description"), f"{name}.{member}"


def test_shapes_stay_open() -> None:
    """No shape forbids members that it does not name, and no code is fixed by an enumeration: both may grow."""
    for schema in schemas(document()):
        assert schema.get("additionalProperties") is not False
        assert "enum" not in schema
        assert not schema.keys() & {"const", "if", "then", "prefixItems", "$defs"}


@pytest.mark.parametrize("record_type", TYPES)
def test_components_are_the_schemas_of_records(record_type: str) -> None:
    """A record's component has the fields of its schema, derived ones read-only.

    `fields` may leave out all members but the id, so it alone is required; the description tells the others.
    """
    schema = TYPES[record_type]()
    component = document()["components"]["schemas"][
        type(schema).__name__ + ("Record" if record_type == "dataset" else "")
    ]
    fields = schema.fields
    beside = {"included", "links", "release"} if record_type == "dataset" else set()
    assert set(component["properties"]) - beside == set(fields)
    assert set(component["required"]) - beside == {"id"}
    always = component["description"].partition("always there")[2]
    assert set(re.findall(r"`(\w+)`", always)) - {"fields"} == {
        name for name, field in fields.items() if field.required and name != "id"
    }
    for name, field in fields.items():
        assert component["properties"][name].get("readOnly", False) == field.dump_only


@pytest.mark.parametrize("record_type", TYPES)
def test_examples_are_records(record_type: str) -> None:
    """The made-up records of the document pass the schemas that real ones pass."""
    example = examples.RECORDS[record_type]
    assert TYPES[record_type]().load(example) == example


def test_queries_rely_on_no_hook_of_marshmallow() -> None:
    """Query schemas are read by `Query.read`, which calls `beside`, `together` and `made`, and no decorated method."""

    def below(query: type[Query]) -> Iterator[type[Query]]:
        for one in query.__subclasses__():
            yield one
            yield from below(one)

    queries: list[type[Query]] = [Query, *below(Query)]
    hooked = {
        f"{query.__name__}.{name}"
        for query in queries
        for name, member in vars(query).items()
        if hasattr(member, "_marshmallow_hook")
    }
    assert hooked == set()
    assert len(queries) > 20


def test_filters_are_the_arguments_of_query_functions() -> None:
    """What a list can be asked is what its query function takes, by the same names."""
    queries = {query.type: query for query in ReleasedListQuery.__subclasses__()}
    assert set(queries) == set(FINDERS)
    for record_type, query in queries.items():
        parameters = inspect.signature(FINDERS[record_type]).parameters.values()
        assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
        filters = {parameter.name for parameter in parameters} - {"release"}
        assert filters == {name for name in query().fields if not name.startswith(NOT)} - query.common


def test_every_filter_of_several_values_has_its_opposite() -> None:
    """And nothing else has."""
    for query in ReleasedListQuery.__subclasses__():
        fields = query().fields
        several = {name for name, field in fields.items() if isinstance(field, Values) and not name.startswith(NOT)}
        assert {name.removeprefix(NOT) for name in fields if name.startswith(NOT)} == several


def parameters_of(path: str) -> set[str]:
    """The names of the parameters that an operation is documented to take in its query."""
    told = map(resolved, document()["paths"][path]["get"]["parameters"])
    return {parameter["name"] for parameter in told if parameter["in"] == "query"}


@pytest.mark.parametrize("record_type", FINDERS)
def test_counts_and_exports_take_what_the_list_takes(record_type: str) -> None:
    """Whatever a list can be asked can be counted and exported: filters, words and ids."""
    asked = parameters_of(f"/v1/{record_type}")
    pages = {"limit", "cursor", "expand", "count", "sample", "seed"}
    for form in ("csv", "jsonl", "json"):
        assert parameters_of(f"/v1/exports/{record_type}.{form}") == asked - pages
    assert parameters_of(f"/v1/counts/{record_type}") == asked - pages - {"fields", "sort"} | {"group_by", "limit"}


@pytest.mark.parametrize("record_type", FINDERS)
def test_dimensions_are_filters(record_type: str) -> None:
    """What a list is counted by it can be filtered by, by the same name, but for the years of its dates."""
    asked = parameters_of(f"/v1/{record_type}")
    for name in DIMENSIONS[record_type]:
        assert name in asked or name.removesuffix("_year") in SORTS[record_type]


@pytest.mark.parametrize("record_type", FINDERS)
def test_only_references_expand(record_type: str) -> None:
    """A list takes `expand` where its records refer to others."""
    assert ("expand" in parameters_of(f"/v1/{record_type}")) == bool(references(record_type))


def test_every_type_is_served() -> None:
    """Each record type has a file of its own among the resources, and its two paths."""
    assert {noun.blueprint.name for noun in NOUNS} >= set(TYPES)
    paths = set(document()["paths"])
    for record_type in TYPES.keys() - {"dataset"}:
        assert {f"/v1/{record_type}", f"/v1/{record_type}/{{id}}"} <= paths


def test_no_word_where_an_id_may_stand() -> None:
    """No path has a fixed part where another has an id, so that no id can ever be hidden by a word."""
    paths = [path.strip("/").split("/") for path in document()["paths"]]
    for one, other in combinations(paths, 2):
        if len(one) == len(other):
            assert any(a != b and "{" not in a + b for a, b in zip(one, other, strict=True)), (one, other)


def test_the_docs_name_every_filter_and_problem() -> None:
    """docs/api.md tells each filter of each list, each link, and each kind of problem."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", text + "\n##", flags=re.MULTILINE | re.DOTALL))
    for query in ReleasedListQuery.__subclasses__():
        told = set(re.findall(r"`(\w+)`", sections[query.type]))
        filters = {name for name in query().fields if not name.startswith(NOT)} - query.common
        assert filters <= told, (query.type, filters - told)
    for noun in NOUNS:
        if hasattr(noun, "LINKS"):
            assert set(noun.LINKS) - {"self"} <= set(re.findall(r"`(\w+)`", sections[noun.blueprint.name]))
    assert all(f"`{name}`" in text for name in KINDS)


@pytest.fixture(scope="module")
def log() -> Sequence[Release]:
    """What is served here."""
    return make_log()


@pytest.fixture(scope="module")
def client(
    engine: str, new_database: Callable[[str], str], log: Sequence[Release], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of the service, which compares every answer with the document."""
    url, files = new_database(engine), tmp_path_factory.mktemp("files")
    publish(url, log)
    build(url, files, [log[-1].version])
    app = make_app(url, files)
    yield app.test_client()
    close(app)


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path, _ in OPERATIONS])
def test_every_operation_succeeds(client: FlaskClient, path: str) -> None:
    """Each operation is reached with ids that are there, and answers what it documents."""
    address = path.replace("{other}", "0.1.0").replace("{name}", "claims.csv" if "/files/" in path else "{type}")
    if path == "/v1/search":
        address += "?q=boats"
    if "{" in path:
        first = client.get(path.partition("/{")[0]).get_json()["data"][0]
        address = re.sub(r"\{(\w+)\}", lambda found: str(first.get(found[1])).rpartition("/")[2], address)
    assert client.get(address).status_code == 200
    assert client.head(address).status_code == 200
