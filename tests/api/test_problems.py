"""Problems: one test for each kind, every mistake of a request in one answer, and pages that explain them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.problems import KINDS
from tests.api.support import PROBLEM

#: Kind → a request that meets it: method, address, headers, body.
REQUESTS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "invalid-request": ("GET", "/v1/claims?limit=0&colour=red", {}, ""),
    "malformed-request": ("GET", "/v1/claims?claimant=%ff", {}, ""),
    "unknown-parameter": ("GET", "/v1/claims?claimnt=ada", {}, ""),
    "repeated-parameter": ("GET", "/v1/claims?limit=1&limit=2", {}, ""),
    "bad-value": ("GET", "/v1/claims?modality=assertd", {}, ""),
    "bad-cursor": ("GET", "/v1/claims?cursor=abc", {}, ""),
    "unknown-record": ("GET", "/v1/claims/none.c1", {}, ""),
    "unknown-release": ("GET", "/v1/claims?release=9.9.9", {}, ""),
    "unknown-file": ("GET", "/v1/releases/1.0.0/files/none.csv", {}, ""),
    "withdrawn-record": ("GET", "/v1/claims/gazette-000000.c2", {}, ""),
    "unknown-path": ("GET", "/v1/nothing", {}, ""),
    "method-not-allowed": ("POST", "/v1/claims", {}, ""),
    "not-acceptable": ("GET", "/v1/claims", {"Accept": "application/xml"}, ""),
    "body-too-large": ("GET", "/v1/claims", {}, "x" * 20_000),
    "address-too-long": ("GET", "/v1/claims?claimant=" + "a" * 9000, {}, ""),
    "unexpected-body": ("GET", "/v1/claims", {"Content-Type": "application/json"}, "{}"),
}
#: Kinds that a client cannot bring about by itself; tests of service, files, costs, rates, exports, redaction do.
OURS = {
    *("redacted-record", "too-costly", "too-many-requests", "too-many-rows"),
    *("internal-error", "not-ready", "damaged-file", "range-not-satisfiable"),
}


def test_every_kind_is_tried() -> None:
    """No kind was added without a request that meets it."""
    assert set(REQUESTS) | OURS == set(KINDS)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_problem_says_what_is_wrong(client: FlaskClient, name: str) -> None:
    """Status, type, title and detail of its kind; the instance is a path, and the type is one that explains."""
    method, address, headers, body = REQUESTS[name]
    answer = client.open(address, method=method, headers=headers, data=body or None)
    kind = KINDS[name]
    told = answer.get_json()
    assert answer.mimetype == PROBLEM
    assert (answer.status_code, told["status"], told["type"], told["title"]) == (
        kind.status,
        kind.status,
        f"/problems/{name}",
        kind.title,
    )
    assert told["instance"] == address.partition("?")[0]
    assert client.get(told["type"]).get_json()["explanation"] == kind.explanation


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_explained(client: FlaskClient, name: str) -> None:
    """As JSON, and as a page for browsers."""
    path = f"/problems/{name}"
    assert client.get(path).get_json()["type"] == path
    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert page.mimetype == "text/html"
    shown = re.sub("</?code>", "`", page.get_data(as_text=True))
    assert html.escape(KINDS[name].explanation) in shown
    assert "Accept" in page.headers["Vary"]


def test_the_list_of_kinds(client: FlaskClient) -> None:
    """As JSON and as a page."""
    assert [kind["type"] for kind in client.get("/problems").get_json()["data"]] == [
        kind.type for kind in KINDS.values()
    ]
    assert '<a href="/problems/bad-cursor">' in client.get("/problems", headers={"Accept": "text/html"}).get_data(True)
    shown = client.get("/problems/unknown-parameter", headers={"Accept": "text/html"}).get_data(True)
    assert "<code>allowed</code> lists the parameters" in shown
    assert client.get("/problems/no-such-kind").status_code == 404


def test_all_mistakes_at_once(client: FlaskClient) -> None:
    """Path, names and values, each with its place, what came and what is allowed."""
    answer = client.get("/v1/claims/UPPER?colour=red&relase=1.0.0&release=one")
    errors: list[dict[str, Any]] = answer.get_json()["errors"]
    assert answer.get_json()["type"] == "/problems/invalid-request"
    assert [(error["in"], error["parameter"], error["type"].rpartition("/")[2]) for error in errors] == [
        ("path", "id", "bad-value"),
        ("query", "colour", "unknown-parameter"),
        ("query", "relase", "unknown-parameter"),
        ("query", "release", "bad-value"),
    ]
    assert [error["found"] for error in errors] == ["UPPER", "colour", "relase", "one"]
    assert errors[2]["detail"].endswith("did you mean release?")
    assert errors[3]["allowed"] == "a version such as 1.0.0"


def test_parameters_that_exclude_each_other_are_told_with_bad_values(client: FlaskClient) -> None:
    """What may not stand beside another parameter is told whatever the values are, once for each parameter."""
    for query, told in (
        ("release=1.0&as_of=2020-01-01", ["release", "as_of"]),
        ("release=1.0.0&as_of=never", ["as_of"]),
        ("quantity_min=few&limit=0", ["quantity_min", "limit"]),
        ("quantity_max=5&limit=0&seed=3", ["limit", "quantity_max", "seed"]),
    ):
        errors = client.get(f"/v1/claims?{query}").get_json()["errors"]
        assert sorted(error["parameter"] for error in errors) == sorted(told), query


def test_every_bad_value_of_a_list_is_told(client: FlaskClient) -> None:
    """One mistake for each value, closed lists with what they hold."""
    errors = client.get("/v1/claims?modality=asserted,denid,x&claimant=A,b").get_json()["errors"]
    assert [(error["parameter"], error["found"]) for error in errors] == [
        ("claimant", "A"),
        ("modality", "denid"),
        ("modality", "x"),
    ]
    assert errors[1]["allowed"] == "asserted, denied, predicted, opinion, urged"
    assert "did you mean 'denied'?" in errors[1]["detail"]


@pytest.mark.parametrize("query", ["topic=", "topic=,", "topic=rules,", "topic=rules, boats", "limit=", "release="])
def test_an_empty_value_is_a_mistake(client: FlaskClient, query: str) -> None:
    """A value that is not there is not taken for no filter."""
    assert client.get(f"/v1/claims?{query}").status_code == 400


@pytest.mark.parametrize("value", ["0", "-1", "501", "1.0", "1e2", "ten", "٣", "0x10", "+5", " 5", "9" * 20])
def test_limit_is_a_number_from_1_to_500(client: FlaskClient, value: str) -> None:
    """Nothing else is a limit."""
    answer = client.get("/v1/claims", query_string={"limit": value})
    assert answer.get_json()["errors"][0]["allowed"] == "a whole number from 1 to 500"


def test_values_have_a_limit(client: FlaskClient) -> None:
    """Fifty values of a parameter, and no more."""
    fifty = ",".join(f"a{number}" for number in range(50))
    assert client.get(f"/v1/claims?claimant={fifty}").status_code == 200
    answer = client.get(f"/v1/claims?claimant={fifty},b")
    assert answer.get_json()["errors"][0]["allowed"] == "at most 50"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])
@pytest.mark.parametrize("path", ["/v1/claims", "/v1/claims/almanac.c1", "/healthz", "/problems", "/docs"])
def test_a_method_that_is_not_answered(client: FlaskClient, method: str, path: str) -> None:
    """405 with the methods that are."""
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/v1/claims", "/v1/claims/almanac.c1", "/v1/openapi.json"])
def test_head_and_options(client: FlaskClient, path: str) -> None:
    """HEAD has the headers of GET and no body; OPTIONS names the methods."""
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.get_data()))
    options = client.options(path)
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert client.head("/v1/nothing").status_code == 404
    assert client.head("/v1/claims?x=1").status_code == 400


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/html, application/json;q=0.1", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json;q=0, */*", 406),
        ("application/xml, text/*", 406),
        ("nonsense", 406),
        (";;;,,,q=", 406),
    ],
)
def test_representations(client: FlaskClient, accept: str | None, status: int) -> None:
    """JSON where Accept admits it, 406 with the list of what there is where it does not."""
    for path in ("/v1/releases", "/v1/changes", "/v1/claims/almanac.c1/history", "/v1/search?q=boats"):
        answer = client.get(path, headers={} if accept is None else {"Accept": accept})
        assert answer.status_code == status
        if status == 406:
            assert answer.get_json()["errors"][0]["allowed"] == "application/json"


def test_a_failure_of_ours_tells_nothing(service: Flask, monkeypatch: pytest.MonkeyPatch, log_lines: Any) -> None:
    """500 as a problem without internals; the log has the traceback under the request id."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret 4711")

    monkeypatch.setattr("api.lists.read_page", fail)
    client = service.test_client(check_failures=False)
    answer = client.get("/v1/claims", headers={"X-Request-Id": "abc-1"})
    assert answer.status_code == 500
    assert answer.get_json()["type"] == "/problems/internal-error"
    assert "4711" not in answer.get_data(as_text=True)
    failure, line = log_lines()
    assert "secret 4711" in failure["traceback"]
    assert failure["request_id"] == line["request_id"] == answer.headers["X-Request-Id"] == "abc-1"
    assert line["status"] == 500
