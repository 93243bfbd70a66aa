"""docs/stability.md, held to its word: the document breaks nothing that the released one promised.

The released document is docs/released/openapi.json, written anew by `make released` when a version of the code is
released. Every kind of break is shown to be refused, and every kind of change that clients bear to be accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.api.support import document
from tests.compatibility import breaks, follow

ROOT = Path(__file__).resolve().parents[1]
Change = Callable[[dict[str, Any]], object]


@pytest.mark.slow
def test_nothing_released_is_broken() -> None:
    """Whoever wrote a client against the released document can go on with it."""
    released = json.loads((ROOT / "docs" / "released" / "openapi.json").read_text("utf-8"))
    found = breaks(released, document())
    assert found == [], "if this was never released, or is no break (docs/stability.md): make released"


@cache
def text() -> str:
    """The document, of which a copy is made faster from its text than from its parts."""
    return json.dumps(document())


def another() -> dict[str, Any]:
    """A copy of the document, to be changed."""
    made: dict[str, Any] = json.loads(text())
    return made


def claims(made: dict[str, Any]) -> dict[str, Any]:
    """The operation that lists claims."""
    operation: dict[str, Any] = made["paths"]["/v1/claims"]["get"]
    return operation


def parameter(made: dict[str, Any], name: str) -> dict[str, Any]:
    """One of its parameters."""
    listed = (follow(made, each)[0] for each in claims(made)["parameters"])
    found: dict[str, Any] = dict(next(each for each in listed if each["name"] == name))
    claims(made)["parameters"] = [each for each in claims(made)["parameters"] if follow(made, each)[0]["name"] != name]
    claims(made)["parameters"].append(found)  # of its own from here on, not shared
    return found


def shape(made: dict[str, Any], name: str = "Claim") -> dict[str, Any]:
    """A shape among the components."""
    found: dict[str, Any] = made["components"]["schemas"][name]
    return found


def without_parameter(made: dict[str, Any]) -> None:
    """One parameter less."""
    claims(made)["parameters"] = [
        each for each in claims(made)["parameters"] if follow(made, each)[0]["name"] != "claimant"
    ]


def renamed_shape(made: dict[str, Any]) -> None:
    """The same shape under another name."""
    schemas = made["components"]["schemas"]
    schemas["Assertion"] = schemas["Claim"]
    schemas["ClaimList"]["properties"]["data"]["items"]["$ref"] = "#/components/schemas/Assertion"


NEW_PARAMETER = {"name": "mood", "in": "query", "description": "…", "schema": {"type": "string"}}

BREAKING: dict[str, tuple[Change, str]] = {
    "path": (lambda made: made["paths"].pop("/v1/topics"), "/v1/topics: the path is gone"),
    "operation": (lambda made: made["paths"]["/v1/topics"].pop("get"), "GET /v1/topics: the operation is gone"),
    "name": (lambda made: claims(made).update(operationId="findClaims"), "is now called findClaims"),
    "tag": (lambda made: claims(made).update(tags=["all"]), "is now among ['all']"),
    "keys": (lambda made: made.update(security=[{"key": []}]), "keys are asked for"),
    "keys of one": (lambda made: claims(made).update(security=[{"key": []}]), "GET /v1/claims: keys are asked for"),
    "body": (lambda made: claims(made).update(requestBody={"required": True}), "a body is asked for"),
    "parameter": (without_parameter, "GET /v1/claims, parameter claimant: is gone"),
    "new required parameter": (
        lambda made: claims(made)["parameters"].append({**NEW_PARAMETER, "required": True}),
        "parameter mood: is now required",
    ),
    "parameter made required": (lambda made: parameter(made, "topic").update(required=True), "topic: is now required"),
    "style": (lambda made: parameter(made, "topic").update(explode=True), "parameter topic: explode is another"),
    "default": (lambda made: parameter(made, "limit")["schema"].update(default=100), "100 is meant, not 50"),
    "type of a parameter": (
        lambda made: parameter(made, "q")["schema"].update(type="array"),
        "parameter q: its type was string and is array",
    ),
    "values of a parameter": (
        lambda made: parameter(made, "modality")["schema"]["items"].update(enum=["asserted"]),
        "the values that it may have are others",
    ),
    "limit of a parameter": (lambda made: parameter(made, "limit")["schema"].update(maximum=100), "maximum was 500"),
    "least of a parameter": (lambda made: parameter(made, "limit")["schema"].update(minimum=10), "minimum was 1"),
    "length of a parameter": (lambda made: parameter(made, "q")["schema"].update(maxLength=10), "maxLength was 1000"),
    "pattern of a parameter": (lambda made: parameter(made, "release")["schema"].update(pattern="^v"), "pattern was"),
    "status": (lambda made: claims(made)["responses"].pop("404"), "GET /v1/claims, answer 404: is gone"),
    "other success": (
        lambda made: claims(made)["responses"].update({"202": {"description": "Later."}}),
        "may now answer 202",
    ),
    "header": (lambda made: claims(made)["responses"]["200"]["headers"].pop("ETag"), "the header ETag is gone"),
    "representation": (
        lambda made: claims(made)["responses"]["200"]["content"].pop("application/json"),
        "application/json is gone",
    ),
    "shape": (renamed_shape, "the shape is now called Assertion"),
    "member": (lambda made: shape(made)["properties"].pop("modality"), "Claim: the member modality is gone"),
    "member inside": (
        lambda made: shape(made, "Quantity")["properties"].pop("unit"),
        "Quantity: the member unit is gone",
    ),
    "member not always there": (
        lambda made: shape(made, "Page")["required"].remove("limit"),
        "Page: the member limit is no longer always there",
    ),
    "type of a member": (
        lambda made: shape(made)["properties"]["statement"].update(type="object"),
        "Claim, member statement: its type was string and is object",
    ),
    "null": (
        lambda made: shape(made)["properties"]["statement"].update(type=["string", "null"]),
        "its type was string and is null or string",
    ),
    "format": (lambda made: shape(made)["properties"]["time_earliest"].pop("format"), "format was date and is None"),
    "pattern of a member": (lambda made: shape(made)["properties"]["modality"].pop("pattern"), "pattern was"),
    "items": (
        lambda made: shape(made)["properties"]["topics"].update(items={"type": "integer"}),
        "Claim, member topics, items: its type was string and is integer",
    ),
    "closed shape": (lambda made: shape(made).update(additionalProperties=False), "additionalProperties are others"),
}

BEARABLE: dict[str, Change] = {
    "wording": lambda made: claims(made).update(summary="…", description="…"),
    "path": lambda made: made["paths"].update({"/v1/moods": {"get": claims(made)}}),
    "parameter": lambda made: claims(made)["parameters"].append(NEW_PARAMETER),
    "order": lambda made: claims(made)["parameters"].reverse(),
    "limit of a parameter": lambda made: parameter(made, "limit")["schema"].update(maximum=1000),
    "free parameter": lambda made: parameter(made, "release")["schema"].pop("pattern"),
    "status": lambda made: claims(made)["responses"].update({"418": claims(made)["responses"]["404"]}),
    "header": lambda made: claims(made)["responses"]["200"]["headers"].update(
        {"X-Mood": {"schema": {"type": "string"}}}
    ),
    "representation": lambda made: claims(made)["responses"]["200"]["content"].update({"text/x-mood": {}}),
    "member": lambda made: shape(made)["properties"].update(mood={"type": "string"}),
    "member that is always there": lambda made: shape(made).setdefault("required", []).append("note"),
    "never null": lambda made: shape(made, "Page")["properties"]["next"].update(type="string"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_break_is_refused(name: str) -> None:
    """Each kind of break is told with its place."""
    change, told = BREAKING[name]
    made = another()
    change(made)
    found = breaks(document(), made)
    assert any(told in each for each in found), found


@pytest.mark.parametrize("name", BEARABLE)
def test_what_clients_bear_is_accepted(name: str) -> None:
    """What docs/stability.md says may change, may."""
    made = another()
    BEARABLE[name](made)
    assert made != document()
    assert breaks(document(), made) == []


def test_what_may_be_sent_grows_and_what_is_got_does_not() -> None:
    """A change that one side bears is a break when it is undone: the comparison knows its direction."""
    for name in ("limit of a parameter", "member", "never null", "status"):
        made = another()
        BEARABLE[name](made)
        assert breaks(made, document()) != []
