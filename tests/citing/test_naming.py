"""What records are called, and how they stand as linked data, over a made-up release with every kind of record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dataset.canonical import Body, canonical, digest
from dataset.citing.formats import Citation
from dataset.citing.gathering import Cited
from dataset.citing.linked import linked
from dataset.citing.naming import cite_record, cite_release, shortened
from dataset.exports.descriptors.about import About
from tests.api.support import State, make_log, states
from tests.synthetic import dated

HOME = "https://example.org/regatta/"


@pytest.fixture(scope="module")
def state() -> State:
    """The records of the newest release."""
    return states(make_log())["1.0.0"]


def about(state: State, **more: Any) -> About:
    """The release."""
    [described] = state["dataset"].values()
    return About({**described, **more}, "1.0.0", "0.10.0", "2032-01-04", "Notes.", {}, "1" * 64, {})


def cited(state: State, type: str, body: Body, **more: Any) -> Cited:
    """A record, with all sources, actors and places there are."""
    text = canonical(body).decode()
    return Cited(about(state, **more), type, text, state["sources"], state["actors"], state["places"])


def citation(state: State, type: str, id: str, **more: Any) -> Citation:
    """Its citation, with members that are changed for it."""
    return cite_record(cited(state, type, {**state[type][id], **more}, homepage=HOME))


def test_a_claim(state: State) -> None:
    """Its statement, who makes it how, in which source; the dataset, release, day, licence and address."""
    found = citation(state, "claims", "almanac.c1")
    assert found.title == "“Nobody saw more than ten boats.” (denial by Zed1, in “Almanach”, Zed, 2031-08)"
    assert found.key == "regatta-1.0.0-claims-almanac.c1"
    assert (found.container, found.version, found.issued) == ("The regatta that never was", "1.0.0", "2032-01-04")
    assert found.licence == "CC-BY-4.0"
    assert found.url == "https://example.org/regatta/claims/almanac.c1?release=1.0.0"
    assert digest(canonical(state["claims"]["almanac.c1"])) in found.note
    assert found.abstract is None
    assert "(denial by its author, in" in citation(state, "claims", "almanac.c2").title
    assert "(denial by nobody named, in" in citation(state, "claims", "almanac.c10").title
    assert cite_record(cited(state, "claims", state["claims"]["almanac.c1"])).url is None


def test_a_long_statement(state: State) -> None:
    """The title has its beginning, the abstract all of it."""
    text = "The harbour office counted boats twice " * 8
    found = citation(state, "claims", "almanac.c1", statement=text.strip())
    assert found.title.startswith("“The harbour office")
    assert "… (" not in found.title
    assert "…” (denial by" in found.title
    assert found.abstract == text.strip()


def test_a_quote(state: State) -> None:
    """The words, who uttered them, and where they are printed."""
    found = citation(state, "quotes", "almanac.q10")
    assert found.title == "“niemals „so“” (words of Zed-A, in “Almanach”, Zed, 2031-08)"


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2031-07", "2031-07"),
        ("2031-06-30/2031-07-02", "2031-06-30 to 2031-07-02"),
        ("../2031-07-01", "until 2031-07-01"),
    ],
)
def test_an_event(state: State, date: str, words: str) -> None:
    """Its date in words."""
    id = next(iter(state["events"]))
    assert citation(state, "events", id, date=date).title == f"{state['events'][id]['title']} (event, {words})"


def test_the_dataset_is_cited_as_its_release(state: State) -> None:
    """They are one thing."""
    [described] = state["dataset"].values()
    release = cite_release(about(state, homepage=HOME))
    assert cite_record(cited(state, "dataset", described, homepage=HOME)) == release
    assert (release.key, release.container) == ("regatta-1.0.0", None)
    assert release.url == "https://example.org/regatta/releases/1.0.0"


def test_keys_are_of_one_record(state: State) -> None:
    """No two records share a key, and a key is nothing that BibTeX reads otherwise."""
    keys = [
        cite_record(cited(state, type, body)).key
        for type, bodies in state.items()
        if type != "dataset"
        for body in bodies.values()
    ]
    assert len(set(keys)) == len(keys)
    assert not set("".join(keys)) - set("abcdefghijklmnopqrstuvwxyz0123456789.-")


def test_shortening() -> None:
    """Behind a word, or within one that is too long; never longer than allowed."""
    assert shortened("a few words", 11) == "a few words"
    assert shortened("a few more words", 12) == "a few more…"
    assert shortened("x" * 30, 12) == "x" * 11 + "…"
    assert shortened(" two\nlines ", 20) == "two lines"


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every node of a document, its context left out."""
    if isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name != "@context":
                yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


@pytest.mark.parametrize("home", [HOME, None])
def test_linked_data(state: State, home: str | None) -> None:
    """Every record has its IRI, no member is null or empty, and what it refers to is there."""
    base = "https://example.org/regatta" if home else "/v1"
    known = {f"{base}/{type}/{id}" for type, bodies in state.items() for id in bodies} | {f"{base}/releases/1.0.0"}
    for type in state.keys() - {"dataset"}:
        for body in list(state[type].values())[:60]:
            made = linked(cited(state, type, body, homepage=home))
            assert (made.get("@id") or made.get("id")) == f"{base}/{type}/{body['id']}"
            for node in nodes(made):
                assert not [name for name, value in node.items() if value in (None, "", [], {})]
                iri = node.get("@id", node.get("id"))
                if iri is not None and iri.startswith(f"{base}/"):
                    assert iri.partition("#")[0].partition("?")[0] in known
            assert json.loads(json.dumps(made)) == made


def test_a_quote_is_an_annotation(state: State) -> None:
    """Words and place of the target, words and speaker in the body."""
    body = {**state["quotes"]["almanac.q11"], **dated("said", "2031-07-14~")}
    body["anchor"] = {**body["anchor"], "prefix": "er rief: ", "suffix": "."}
    made = linked(cited(state, "quotes", body, homepage=HOME))
    assert made["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert (made["type"], made["motivation"]) == ("Annotation", "describing")
    words, position = made["target"]["selector"]
    assert words == {"type": "TextQuoteSelector", "exact": body["text"], "prefix": "er rief: ", "suffix": "."}
    assert position["end"] - position["start"] == len(body["text"])
    assert made["target"]["source"]["id"] == f"{HOME}sources/almanac"
    assert made["body"]["schema:creator"]["schema:name"] == "Zed-A"
    assert made["body"]["terms:uttered"] == "predicted"
    assert made["body"]["terms:said"]["@value"] == "2031-07-14~"
    assert "schema:dateCreated" not in made["body"]
    assert made["canonical"] == f"{HOME}quotes/almanac.q11?release=1.0.0"
    del body["anchor"]
    assert [one["type"] for one in linked(cited(state, "quotes", body))["target"]["selector"]] == ["TextQuoteSelector"]


def test_a_claim_is_a_claim(state: State) -> None:
    """Author, appearance and first appearance, the quotes it rests on, the positions it takes."""
    made = linked(cited(state, "claims", state["claims"]["almanac.c1"], homepage=HOME))
    assert made["@type"] == "Claim"
    assert made["author"] == {"@id": f"{HOME}actors/zed1", "@type": "Thing", "name": "Zed1"}
    assert made["appearance"]["@id"] == f"{HOME}sources/almanac"
    assert made["firstAppearance"]["@id"] == f"{HOME}sources/gazette-000000"
    assert [one["@id"] for one in made["citation"]] == [f"{HOME}quotes/almanac.q9", f"{HOME}quotes/almanac.q10"]
    assert made["terms:takes"][0]["@id"] == f"{HOME}questions/how-many-00000#few"
    assert made["terms:modality"] == "denied"
    assert [link["terms:role"] for link in made["terms:via"]] == ["relay", "translator"]
    open_end = {**state["claims"]["almanac.c1"], **dated("time", "2031-08/..")}
    made = linked(cited(state, "claims", {name: value for name, value in open_end.items() if value is not None}))
    assert made["temporalCoverage"] == "2031-08-01/.."


def test_an_event_is_an_event(state: State) -> None:
    """Start and end where the date is plain, EDTF always; the place with its point; who took part as what."""
    event = next(body for body in state["events"].values() if body["date"] == "2031-06-30/2031-07-02")
    made = linked(cited(state, "events", event))
    assert (made["startDate"], made["endDate"]) == ("2031-06-30", "2031-07-02")
    assert made["location"]["geo"]["@type"] == "GeoCoordinates"
    assert made["attendee"][0]["roleName"] == "participant"
    vague = linked(cited(state, "events", {**event, "date": "2031-07~"}))
    assert "startDate" not in vague
    assert vague["terms:date"] == {"@type": "edtf:EDTF", "@value": "2031-07~"}
