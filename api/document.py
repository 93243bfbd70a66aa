"""The OpenAPI document: collected from the operations and completed.

The service sends it as JSON; `python -m api openapi.yaml` writes it, and a test compares the committed file with it.
"""

from __future__ import annotations

import io
from importlib.metadata import version
from typing import Any, Final

from flask import Flask

from api.documented import Api
from api.queries import ListQuery
from api.shared import share

OPENAPI: Final = "3.1.1"

INFO: Final = {
    "description": (
        "A record of who said what, according to whom, and what happened: sources, quotes, claims and events, with the "
        "actors, places, topics and questions that tie them together.\n\n"
        "Nothing is asserted by the dataset: every claim has a claimant and the chain that carried it, and every quote "
        "and claim is anchored in the text of its source. The data is published in releases that never change; without "
        "`release` the newest is read, and every answer names the one it came from.\n\n"
        "Lists go on with `cursor`, values of one filter are joined with commas and mean *or*, several filters mean "
        "*and*. Ids hold at most 80 characters in front of their dot. Mistakes are answered as "
        "`application/problem+json` (RFC 9457), all of a request at once.\n\n"
        "Clients must expect members and codes that they do not know: both may be added at any time. A member that is "
        "absent is the same as null."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "contact": {"name": "The Onrecord developers"},
}


#: Members of an operation, in the order in which a reader wants them.
OPERATION: Final = ("operationId", "summary", "description", "tags", "parameters", "responses")


def registry(app: Flask) -> Api:
    """The registry of the operations of `app`."""
    app.config |= {
        "API_TITLE": "Onrecord",
        "API_VERSION": version("onrecord"),
        "OPENAPI_VERSION": OPENAPI,
        "API_SPEC_OPTIONS": {"info": INFO},
    }
    return Api(app)


def document_of(api: Api) -> dict[str, Any]:
    """The whole document, in an order that depends on nothing but the code."""
    made: dict[str, Any] = api.spec.to_dict()
    for schema in made["components"]["schemas"].values():
        modernise(schema)
    for item in made["paths"].values():
        for parameter in [*item.get("parameters", []), *item["get"].get("parameters", [])]:
            modernise(parameter["schema"])
            say_that_none_is_empty(parameter["schema"])
        item["get"].get("parameters", []).sort(key=lambda parameter: parameter["name"] in ListQuery.common - {"q"})
        for method in item.keys() & {"get"}:
            operation = item[method]
            operation["responses"] = dict(sorted(operation["responses"].items()))
            item[method] = {name: operation[name] for name in OPERATION if name in operation}
    made["components"]["parameters"] = share(made["paths"])
    kinds = ("schemas", "parameters", "responses", "headers")
    return {
        "openapi": made["openapi"],
        "info": made["info"],
        "servers": [{"url": "/", "description": "The service that sent this document."}],
        "security": [],
        "tags": made["tags"],
        "paths": made["paths"],
        "components": {kind: dict(sorted(made["components"][kind].items())) for kind in kinds},
    }


def modernise(schema: dict[str, Any]) -> None:
    """Turn `example` into `examples`, as JSON Schema has it, throughout a schema.

    The documentation page fills every parameter that has an `example` into its form, and asks for all of them at once.
    """
    if "example" in schema:
        schema["examples"] = [schema.pop("example")]
    for inner in (schema.get("items"), schema.get("additionalProperties"), *schema.get("properties", {}).values()):
        if inner:
            modernise(inner)


def say_that_none_is_empty(schema: dict[str, Any]) -> None:
    """A list in a parameter has a value, and a value has a character: `kind=` is no question."""
    if schema["type"] == "array":
        schema["minItems"] = 1
        if schema["items"].get("type") == "string" and "pattern" not in schema["items"]:
            schema["items"]["minLength"] = 1


def as_yaml(document: dict[str, Any]) -> str:
    """The document as openapi.yaml has it."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - a worker writes no YAML

    yaml = YAML()
    yaml.width = 120
    yaml.representer.ignore_aliases = lambda *_: True
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()
