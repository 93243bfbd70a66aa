"""What schemathesis cannot read from the document: which ids and words there are, and which rules no schema can say.

`ONRECORD_FUZZ_VALUES` names a JSON file: for each operation (`GET /v1/claims`) and each of its parameters the values
that a request may take them from, and under `cursor` one that goes on in the list without filters. Requests that are
meant to be right get such values; wrong ones stay as schemathesis made them.
"""

import json
import os
from pathlib import Path
from typing import Any
from zlib import crc32

import schemathesis

VALUES: dict[str, dict[str, list[str]]] = json.loads(Path(os.environ["ONRECORD_FUZZ_VALUES"]).read_text("utf-8"))

#: Of ten requests that may name something that is not there, so many do.
STRANGERS = 2

#: A parameter → what must stand beside it, and what must not.
RULES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "quantity_min": ({"unit": ["containers"]}, set()),
    "quantity_max": ({"unit": ["containers"]}, set()),
    "sample": ({}, {"limit", "cursor", "sort"}),
    "seed": ({"sample": 3}, {"limit", "cursor", "sort"}),
    "voices": ({}, {"voices_min", "voices_max"}),
    "release": ({}, {"as_of"}),
    "cited_count": ({"release": "1.0.0", "cited_sha256": "0" * 64}, {"as_of"}),
    "cited_sha256": ({"release": "1.0.0", "cited_count": 12}, {"as_of"}),
}

#: Rules between values, and on values, that JSON Schema has no words for: the parameters that may be refused for them.
#: A cursor is opaque, words to search for must hold a word, moments must have come, a log is read from old to new.
BEYOND_SCHEMA = {"cursor", "q", "as_of", "since"}
#: How what such a refusal allows begins, whatever the parameter.
IN_WORDS = (
    "one of the two",
    "at most 80 before the dot",
    "together with",
    "sample w",
    "voices alone",
    "release, cited",
    "both, or sample",
    "members with one value",
)


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Give a request that is meant to be right what is really there."""
    if case.meta is not None and case.meta.generation.mode.is_positive:
        make_real(case)
    return case


@schemathesis.hook
def before_add_examples(context: schemathesis.HookContext, examples: list[schemathesis.Case]) -> None:
    """The examples of the document are made up; ask for the same with what is really there."""
    for case in examples:
        make_real(case)


def make_real(case: schemathesis.Case) -> None:
    """Put real values in place of made-up ones, and leave out what cannot stand beside another parameter."""
    known = VALUES.get(case.operation.label, {})
    query: dict[str, Any] = dict(case.query or {})
    if query.keys() - {"cursor", "limit"} or "cursor" not in known:
        query.pop("cursor", None)  # it belongs to other filters
    for name, (beside, without) in RULES.items():
        if name in query:
            query = {**beside, **query}
            query = {other: value for other, value in query.items() if other not in without}
    for name in query.keys() & known.keys():
        query[name] = real(query[name], known[name])
    case.query = query
    path = dict(case.path_parameters or {})
    for name in path.keys() & known.keys():
        if crc32(str(path[name]).encode("utf-8", "replace")) % 10 >= STRANGERS:
            path[name] = real(path[name], known[name])
    case.path_parameters = path


def real(made: Any, known: list[str]) -> Any:
    """Real values in place of made-up ones: which ones depends on those alone, so that a run can be repeated."""
    if isinstance(made, list):
        return list(dict.fromkeys(real(each, known) for each in made[:3])) or known[:1]
    return known[crc32(str(made).encode("utf-8", "replace")) % len(known)]


@schemathesis.hook
def filter_failure(context: schemathesis.HookContext, failure: Any, case: Any, response: Any) -> bool:
    """Whether a failure is one: not the refusal of a value for a rule that the document tells in words alone."""
    kind = type(failure).__name__
    if kind == "RejectedPositiveData" and response.status_code == 400:
        errors = json.loads(response.content).get("errors", [])
        return not errors or not all(told_in_words(error) for error in errors)
    # files are what they are: one of JSON may be a list, a part of one is none
    return not ("/files/" in case.operation.path and kind in ("JsonSchemaError", "MalformedJson"))


def told_in_words(error: dict[str, Any]) -> bool:
    """Whether a mistake is against a rule that JSON Schema cannot say."""
    return error["parameter"] in BEYOND_SCHEMA or str(error.get("allowed")).startswith(IN_WORDS)
