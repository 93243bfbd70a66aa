"""A question: its positions side by side, with everything that a reader needs to weigh them."""

from __future__ import annotations

from itertools import combinations

import pytest
from flask.testing import FlaskClient

from dataset.canonical import Body
from dataset.derived.positions import relation
from dataset.derived.provenance import chain
from dataset.derived.voices import voices
from dataset.derived.zones import zone
from tests.api.support import State, in_order


def taking(state: State, question: str, position: str) -> list[Body]:
    """The claims that take a position."""
    answer = {"question": question, "position": position}
    return [body for body in in_order(state, "claims") if answer in body.get("answers", [])]


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0"])
def test_sides(client: FlaskClient, history: dict[str, State], version: str) -> None:
    """Each position has the claims that take it, and voices and relations are those of `dataset.derived`."""
    state = history[version]
    sources, actors = state["sources"], state["actors"]
    for id_, question in state["questions"].items():
        answer = client.get(f"/v1/questions/{id_}?release={version}").get_json()
        assert answer["positions"] == question["positions"]
        assert [{"key": side["key"], "label": side["label"]} for side in answer["sides"]] == question["positions"]
        for side in answer["sides"]:
            claims = taking(state, id_, side["key"])
            assert [claim["id"] for claim in side["claims"]] == [claim["id"] for claim in claims]
            heard = voices(claims, sources, actors)
            told = side["voices"]
            assert (told["min"], told["max"]) == (heard.min, heard.max)
            assert [actor["id"] for actor in told["unnamed"]] == heard.unnamed
            assert [source["id"] for source in told["nobody"]] == heard.nobody
            assert [actor["id"] for actor in told["named"]] == heard.named
            assert [source["id"] for source in told["sources"]] == heard.sources
        pairs = {tuple(pair["positions"]): pair["relation"] for pair in answer["pairs"]}
        keys = [position["key"] for position in question["positions"]]
        for one, other in combinations(keys, 2):
            related = relation(question, taking(state, id_, one), taking(state, id_, other))
            assert pairs.get((one, other)) == related


def test_a_claim_beside_others(client: FlaskClient, state: State) -> None:
    """Claimant and chain by name, figure, dates, source, anchor and zone, as the records have them."""
    answer = client.get("/v1/questions/how-many-00000").get_json()
    seen = 0
    for shown in (shown for side in answer["sides"] for shown in side["claims"]):
        claim = state["claims"][shown["id"]]
        for name in ("statement", "claimant_basis", "modality", "hedge", "author_stance", "quantity", "anchor"):
            assert shown.get(name) == claim.get(name)
        for name in ("time", "said", "renders"):
            assert shown.get(name) == claim.get(name)
        assert shown.get("claimant", {}).get("id") == claim.get("claimant")
        stations = [(station["actor"]["id"], station["role"], station.get("source")) for station in shown["chain"]]
        assert stations == [(link.actor, link.role, link.source) for link in chain(claim, state["sources"])]
        for station in shown["chain"]:
            assert station["actor"]["name"] == state["actors"][station["actor"]["id"]]["name"]
        source = state["sources"][claim["source"]]
        assert shown["source"]["title"] == source["title"]
        assert shown["source"]["publisher"]["id"] == source["publisher"]
        assert shown.get("zone") == zone(claim, state["sources"])
        seen += 1
    assert seen > 4


def test_the_chain_reaches_the_original(client: FlaskClient) -> None:
    """Publishers of what a source derives from are part of the chain, though none of its claims is on the question."""
    answer = client.get("/v1/questions/how-many-00001").get_json()
    [claim] = [claim for side in answer["sides"] for claim in side["claims"] if claim["id"] == "almanac.c1"]
    assert ("gazette-000000", "publisher") in {(link.get("source"), link["role"]) for link in claim["chain"]}
    assert [link["role"] for link in claim["chain"][:3]] == ["claimant", "relay", "translator"]
