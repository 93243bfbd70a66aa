"""Citing over HTTP: other forms of a record by `Accept` and by link, and results that tell whether they hold."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.resources import results
from dataset.canonical import canonical
from dataset.citing.results import figures
from tests.api.support import PROBLEM, State, Statements, in_order, items, place, walk

CSL, BIBTEX, RIS = (
    "application/vnd.citationstyles.csl+json",
    "application/x-bibtex",
    "application/x-research-info-systems",
)
LINKED = "application/ld+json"
FORMS = {CSL: '[\n  {\n    "id"', BIBTEX: "@misc{", RIS: "TY  - DATA\r\n", LINKED: '{\n  "@context"'}
#: Left out by `make test-fast`: many requests, each worth its time but not at every save.
pytestmark = pytest.mark.slow
FORMATS = {"csl": CSL, "bibtex": BIBTEX, "ris": RIS}
PATHS = {
    "/v1/claims/almanac.c1": "almanac.c1",
    "/v1/quotes/almanac.q10": "almanac.q10",
    "/v1/sources/almanac": "almanac",
    "/v1/questions/how-many-00000": "how-many-00000",
    "/v1/dataset": "regatta",
    "/v1/releases/1.0.0": "regatta",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("media_type", FORMS)
def test_forms_by_accept(client: FlaskClient, path: str, media_type: str) -> None:
    """Each form at the address of the record itself, under a tag of its own; JSON is as it was."""
    plain = client.get(path)
    answer = client.get(path, headers={"Accept": f"{media_type}, application/json;q=0.5"})
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    text = answer.get_data(as_text=True)
    assert text.startswith(FORMS[media_type])
    assert PATHS[path] in text
    assert answer.headers["ETag"] != plain.headers["ETag"]
    assert "Accept" in answer.headers["Vary"]
    again = client.get(path, headers={"Accept": media_type, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    crossed = client.get(path, headers={"Accept": media_type, "If-None-Match": plain.headers["ETag"]})
    assert crossed.status_code == 200
    head = client.head(path, headers={"Accept": media_type})
    assert head.headers["Content-Length"] == str(len(answer.get_data()))
    assert client.get(path, headers={"Accept": "*/*"}).get_data() == plain.get_data()


@pytest.mark.parametrize("path", PATHS)
def test_forms_by_link(client: FlaskClient, path: str) -> None:
    """The links lead to all forms in one answer, to each alone, and to linked data; the same as by Accept."""
    links = client.get(path).get_json()["links"]
    told = client.get(links["citation"]).get_json()
    assert told["release"] == "1.0.0"
    for name, media_type in FORMATS.items():
        answer = client.get(f"{links['citation']}?format={name}")
        assert answer.mimetype == media_type
        assert answer.headers["Content-Disposition"].startswith(f'inline; filename="{told["key"]}.')
        assert answer.get_data() == client.get(path, headers={"Accept": media_type}).get_data()
        held = json.loads(answer.get_data())[0] if name == "csl" else answer.get_data(as_text=True)
        assert told[name] == held
        by_header = client.get(links["citation"], headers={"Accept": media_type})
        assert by_header.get_data() == answer.get_data()
        assert by_header.headers["ETag"] != answer.headers["ETag"]
    linked = client.get(links["jsonld"])
    assert linked.mimetype == LINKED
    assert linked.get_data() == client.get(path, headers={"Accept": LINKED}).get_data()


def test_what_is_not_there(client: FlaskClient) -> None:
    """No such form, no such release, no such record, no form that Accept admits."""
    [error] = client.get("/v1/claims/almanac.c1/citation?format=endnote").get_json()["errors"]
    assert (error["parameter"], error["allowed"]) == ("format", "csl, bibtex, ris")
    refused = client.get("/v1/claims/almanac.c1/citation?format=ris", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.mimetype) == (406, PROBLEM)
    assert client.get("/v1/claims/almanac.c1/jsonld", headers={"Accept": "application/json"}).status_code == 406
    assert client.get("/v1/claims/almanac.c1", headers={"Accept": "text/html"}).status_code == 406
    for path in ("/v1/claims/nobody.c1/citation", "/v1/claims/nobody.c1/jsonld", "/v1/releases/7.0.0/citation"):
        assert client.get(path).status_code == 404
    assert client.get("/v1/releases/7.0.0/jsonld").status_code == 404
    assert client.get("/v1/releases/7.0.0", headers={"Accept": BIBTEX}).status_code == 404
    assert client.get("/v1/releases/newest/citation").status_code == 400


@pytest.mark.parametrize("tail", ["", "/citation", "/jsonld"])
def test_merged_and_withdrawn(client: FlaskClient, tail: str) -> None:
    """A merged record leads on, to the same form with the same query; a withdrawn one is gone in all forms."""
    headers = {"Accept": LINKED} if tail != "/citation" else {"Accept": RIS}
    merged = client.get(f"/v1/claims/gazette-000000.c3{tail}?release=1.0.0", headers=headers)
    assert merged.status_code == 308
    assert merged.headers["Location"] == f"/v1/claims/gazette-000000.c4{tail}?release=1.0.0"
    assert client.get(f"/v1/claims/gazette-000000.c2{tail}", headers=headers).status_code == 410
    early = client.get(f"/v1/claims/gazette-000000.c2{tail}?release=0.1.0", headers=headers)
    assert early.status_code == 200
    assert "0.1.0" in early.get_data(as_text=True)


def test_pinned_forms(client: FlaskClient) -> None:
    """What names its release is for ever, and cites that release."""
    answer = client.get("/v1/claims/almanac.c1/citation?release=1.0.0&format=bibtex")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "version = {1.0.0}" in answer.get_data(as_text=True)
    day = client.get("/v1/claims/almanac.c1/citation?as_of=2026-01-01")
    assert day.status_code == 404
    assert "must-revalidate" in client.get("/v1/claims/almanac.c1/citation").headers["Cache-Control"]


def test_names_lead_on(client: FlaskClient) -> None:
    """The addresses in citations lead to the interface where the home of the dataset is this service."""
    for name in ("claims/almanac.c1?release=1.0.0", "releases/1.0.0", "citations/claims?modality=denied&release=1.0.0"):
        answer = client.get(f"/{name}")
        assert (answer.status_code, answer.headers["Location"]) == (307, f"/v1/{name}")
        assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get("/claims/a%20b/%3f").headers["Location"] == "/v1/claims/a%20b/%3F"
    for strange in ("/claims//evil.example", "/claims/x%0d%0aSet-Cookie:%20a"):
        assert client.get(strange).status_code == 404
    assert client.get("/cats/almanac.c1").status_code == 404


def digest_of(bodies: list[Any]) -> str:
    """What anybody computes from a list: its records as canonical JSON, one a line."""
    return hashlib.sha256(b"".join(canonical(body) + b"\n" for body in bodies)).hexdigest()


@pytest.mark.parametrize(
    "query",
    [
        *(
            "modality=denied,urged",
            "source=almanac&modality=denied",
            "q=boats&modality=predicted",
            "q=%22harbour+office%22",
        ),
        *("topic=boats", "claimant=nobody", "release=0.1.0&modality=urged", ""),
    ],
)
def test_a_result_and_its_address(client: FlaskClient, query: str) -> None:
    """Count and digest are those of the list; the address says that it is the same, and which it is."""
    found = client.get(f"/v1/citations/claims?{query}").get_json()
    assert "verdict" not in found
    bodies = [body for page in walk(client, found["links"]["records"]) for body in items(page)]
    bodies.sort(key=place)  # with `q` the best come first
    assert found["found"] == {"count": len(bodies), "sha256": digest_of(bodies)}
    again = client.get(found["address"])
    told = again.get_json()
    assert (told["verdict"], told["cited"], told["found"]) == ("same", found["found"], found["found"])
    assert told["address"] == found["address"]
    assert f"release={found['release']}" in found["address"]
    assert ("immutable" in again.headers["Cache-Control"]) == (found["release"] == "1.0.0")
    for name, media_type in FORMATS.items():
        assert client.get(f"{found['address']}&format={name}").mimetype == media_type


def test_the_digest_is_that_of_json_lines(client: FlaskClient) -> None:
    """What the list is as JSON Lines, however it is sorted; ids are a query like any other."""
    for query in (
        "modality=denied",
        "modality=denied&not_source=almanac",
        "id=almanac.c1,almanac.c10",
    ):
        lines = client.get(f"/v1/claims?{query}&limit=500", headers={"Accept": "application/x-ndjson"}).get_data()
        found = client.get(f"/v1/citations/claims?{query}").get_json()
        assert found["found"] == {"count": lines.count(b"\n"), "sha256": hashlib.sha256(lines).hexdigest()}
        ordered = client.get(f"/v1/citations/claims?{query}&sort=-id").get_json()
        assert ordered["found"] == found["found"]
        assert ordered["links"]["records"].endswith("sort=-id&release=1.0.0")
        assert client.get(ordered["address"]).get_json()["verdict"] == "same"


def test_a_result_that_is_another(client: FlaskClient) -> None:
    """Both figures are told."""
    found = client.get("/v1/citations/claims?modality=denied&release=0.1.0").get_json()
    moved = found["address"].replace("release=0.1.0", "release=1.0.0")
    told = client.get(moved).get_json()
    assert told["verdict"] == "different"
    assert told["cited"] == found["found"]
    assert told["found"] != found["found"]
    assert told["address"] != moved
    assert client.get(told["address"]).get_json()["verdict"] == "same"


def test_one_form_of_a_query(client: FlaskClient) -> None:
    """Order of parameters and values makes no other result, and no other key."""
    one = "/v1/citations/claims?modality=denied,urged&q=boats"
    other = "/v1/citations/claims?q=boats&modality=urged,denied,urged"
    assert client.get(one).get_json() == client.get(other).get_json()
    assert client.get(one).get_json()["query"] == "modality=denied,urged&q=boats"


@pytest.mark.parametrize("record_type", ["sources", "quotes", "events", "actors", "places", "topics", "questions"])
def test_results_of_every_list(client: FlaskClient, state: State, record_type: str) -> None:
    """The whole of a list is what its JSON Lines file holds; the manifest knows it."""
    found = client.get(f"/v1/citations/{record_type}").get_json()["found"]
    assert found == {"count": len(state[record_type]), "sha256": digest_of(in_order(state, record_type))}
    manifest = client.get("/v1/releases/1.0.0").get_json()
    assert (manifest["counts"][record_type], manifest["types"][record_type]) == (found["count"], found["sha256"])


def test_figures_belong_together(client: FlaskClient) -> None:
    """Without the release, or with one of the figures alone, there is nothing to compare."""
    zeros = "0" * 64
    for query, lacking in (
        ("cited_count=1", "release"),
        (f"release=1.0.0&cited_sha256={zeros}", "cited_count"),
        ("release=1.0.0&cited_count=1", "cited_sha256"),
        (f"cited_count=1&cited_sha256={zeros}&as_of=2026-01-01", "release"),
    ):
        answer = client.get(f"/v1/citations/claims?{query}")
        assert answer.status_code == 400
        assert lacking in {error["parameter"] for error in answer.get_json()["errors"]}
    for query in ("limit=1", "cursor=x", "cited_count=-1", "cited_sha256=x", "modality=sung"):
        assert client.get(f"/v1/citations/claims?{query}").status_code == 400


def test_a_result_that_is_too_large(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds more than one request may digest is refused, with what to ask instead."""
    monkeypatch.setattr(results, "figures", lambda *given: figures(*given, most=5))
    assert client.get("/v1/citations/claims?modality=denied").status_code == 400
    answer = client.get("/v1/citations/claims?topic=boats").get_json()
    assert answer["type"] == "/problems/too-costly"
    assert client.get("/v1/citations/claims").status_code == 200, "a whole type costs nothing"


def test_statements(client: FlaskClient, engine: str) -> None:
    """The plain record costs one as before; a citation its release, dataset, sources and actors besides."""
    client.get("/v1/releases")
    for address, accept, most in (
        ("/v1/claims/almanac.c1", "application/json", 1),
        ("/v1/claims/almanac.c1", BIBTEX, 5),
        ("/v1/claims/almanac.c1", LINKED, 5),
        ("/v1/places/zed", BIBTEX, 3),
        ("/v1/citations/claims?modality=denied", "application/json", 3),
    ):
        with Statements() as statements:
            assert client.get(address, headers={"Accept": accept}).status_code == 200
        assert len(statements.seen) <= most + (engine == "postgresql"), address
