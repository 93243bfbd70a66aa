"""One record: the very bytes that lists hold, with members beside; every link leads somewhere."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from api.resources import questions
from api.shapes import Answered
from dataset.canonical import canonical
from dataset.log import Release
from dataset.schemas import TYPES
from tests.api.support import State, Statements, in_order, items

#: Left out by `make test-fast`: many requests or files, each worth its time but not at every save.
pytestmark = pytest.mark.slow

LISTED = [name for name in TYPES if name != "dataset"]


@pytest.mark.parametrize("record_type", LISTED)
def test_a_record_is_the_object_that_lists_hold(client: FlaskClient, state: State, record_type: str) -> None:
    """The canonical body, then members of names that no record type uses."""
    for body in in_order(state, record_type)[:40]:
        answer = client.get(f"/v1/{record_type}/{body['id']}")
        assert answer.get_data().startswith(canonical(body)[:-1] + b",")
        beside = {name: value for name, value in answer.get_json().items() if name not in body}
        assert answer.get_json() == body | beside
        assert beside["release"] == "1.0.0"
        assert beside["links"]["self"] == f"/v1/{record_type}/{body['id']}"


def test_the_dataset(client: FlaskClient, state: State) -> None:
    """The one record that describes all others."""
    [body] = state["dataset"].values()
    answer = client.get("/v1/dataset")
    assert answer.get_data().startswith(canonical(body)[:-1] + b",")
    assert client.get("/v1/dataset?release=0.1.0").get_json()["release"] == "0.1.0"


def test_members_beside_a_record_are_no_members_of_one() -> None:
    """`links`, `release` and the rest can never be mistaken for a field."""
    members = {name for schema in TYPES.values() for name in schema().fields}
    beside = {
        *Answered().fields,
        "included",
        *(questions.QuestionRecord().fields.keys() - TYPES["questions"]().fields.keys()),
    }
    assert beside == {"links", "release", "included", "sides", "pairs"}
    assert not members & beside


@pytest.mark.parametrize("record_type", TYPES)
def test_every_link_leads_to_an_answer(client: FlaskClient, state: State, record_type: str) -> None:
    """Links are paths of our own; what they list is compared in tests/asking."""
    for body in in_order(state, record_type)[:3] + in_order(state, record_type)[-3:]:
        address = "/v1/dataset" if record_type == "dataset" else f"/v1/{record_type}/{body['id']}"
        for name, link in client.get(address).get_json()["links"].items():
            answer = client.get(link)
            assert answer.status_code == 200, name
            if name in ("citation", "jsonld"):
                assert body["id"] in answer.get_data(as_text=True)
            elif name == "history":
                assert {change["id"] for change in items(answer)} == {body["id"]}


def test_links_stay_in_the_release_that_was_asked_for(client: FlaskClient) -> None:
    """Who reads an older release goes on in it."""
    links = client.get("/v1/topics/weather?release=0.1.0").get_json()["links"]
    assert links["claims"] == "/v1/claims?topic=weather&release=0.1.0"
    assert links["self"] == "/v1/topics/weather?release=0.1.0"
    assert client.get(links["claims"]).get_json()["release"] == "0.1.0"


@pytest.mark.parametrize("record_type", LISTED)
def test_an_unknown_id_is_404(client: FlaskClient, record_type: str) -> None:
    """A well-formed id that stands for nothing; the release that was read is named."""
    tail = {"quotes": ".q1", "claims": ".c1"}.get(record_type, "")
    answer = client.get(f"/v1/{record_type}/nobody-at-all{tail}")
    assert answer.status_code == 404
    assert answer.get_json()["type"] == "/problems/unknown-record"
    assert "1.0.0" in answer.get_json()["detail"]


@pytest.mark.parametrize("id_", ["UPPER", "a--b", "-a", "a_b", "a b", "a.q1", "%20", "a" * 81, "ä", "*", "."])
def test_a_malformed_id_is_400(client: FlaskClient, id_: str) -> None:
    """What can be no id is a mistake, not an absence."""
    answer = client.get(f"/v1/actors/{id_}")
    assert answer.status_code == 400
    [error] = answer.get_json()["errors"]
    assert (error["in"], error["parameter"], error["type"]) == ("path", "id", "/problems/bad-value")


def test_a_withdrawn_record_is_gone_and_stays_where_it_was(client: FlaskClient, history: dict[str, State]) -> None:
    """A record is read in the releases that hold it."""
    gone = "gazette-000000.c2"
    assert client.get(f"/v1/claims/{gone}").status_code == 410
    assert client.get(f"/v1/claims/{gone}?release=0.1.0").get_json()["id"] == gone
    changed = "gazette-000001.c7"
    assert (
        client.get(f"/v1/claims/{changed}?release=0.1.0").get_json()["modality"]
        == (history["0.1.0"]["claims"][changed]["modality"])
    )
    assert client.get(f"/v1/claims/{changed}").get_json()["modality"] == "urged"


def test_releases(client: FlaskClient, api_log: Sequence[Release]) -> None:
    """Each release answers its manifest."""
    listed = items(client.get("/v1/releases"))
    assert [body["version"] for body in listed] == [release.version for release in reversed(api_log)]
    for body in listed:
        answer = client.get(f"/v1/releases/{body['version']}").get_json()
        links = answer.pop("links")
        assert answer.pop("files") == []
        assert answer == body
        for link in links.values():
            assert client.get(link).status_code == 200
    assert client.get("/v1/releases/0.7.0").status_code == 404
    assert client.get("/v1/releases/latest").status_code == 400


def test_statements_of_one_record(client: FlaskClient, engine: str) -> None:
    """One for the record; a question needs its claims, their sources and actors besides.

    Which releases there are is known; PostgreSQL is asked in the same transaction.
    """
    client.get("/v1/releases")
    for address, most in {
        "/v1/claims/almanac.c1": 1,
        "/v1/actors/zed": 1,
        "/v1/dataset": 1,
        "/v1/releases/1.0.0": 1,
        "/v1/releases": 1,
        "/v1/questions/how-many-00000": 4,
        "/v1/claims/almanac.c1/history": 2,
        "/v1/changes?since=0.10.0": 2,
    }.items():
        with Statements() as statements:
            assert client.get(address).status_code == 200
        assert len(statements.seen) == most + (engine == "postgresql"), address
