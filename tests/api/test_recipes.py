"""docs/recipes.md and /llms.txt, held to their word: each request gives what a loop over the first volume gives.

`make check` runs the recipes as they are typed, and compares what they print; here their answers are compared with the
committed log as a whole, by the naive twins of the filters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dataset.canonical import Body
from dataset.edtf import bounds
from dataset.log import read_log
from dataset.queries.filters import Span
from dataset.settings import read_settings
from dataset.store.publishing import publish
from tests.api.support import close, make_app, states
from tests.asking.naive import DATES, FLAGS, TWINS, World, overlaps, speaks
from tests.conftest import NewDatabase

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "recipes.md").read_text("utf-8")
JUNE = Span(*(day.isoformat() if day else None for day in bounds("2024-06")))

#: A heading of the page → the type of the records, and whether one of them is to be found.
RECIPES: dict[str, tuple[str, Callable[[World, Body], bool]]] = {
    "Who gave which figure": ("claims", lambda _, claim: claim.get("quantity", {}).get("unit") == "containers"),
    "All that is said by or about one person in a month": (
        "claims",
        lambda world, claim: (
            "vladimir-putin" in TWINS["claims", "by_or_about"](world, claim)
            and overlaps(DATES["claims", "said_or_published"](world, claim), JUNE)
        ),
    ),
    "What one source claims and another contradicts": (
        "claims",
        lambda world, claim: (
            claim["source"] == "yubnub-2024-06"
            and "asia-sentinel-2024-06" in TWINS["claims", "contradicted_by"](world, claim)
        ),
    ),
    "Quotes whose speaker is inferred": ("quotes", lambda _, quote: quote["speaker_basis"] == "inferred"),
    "Events whose date is uncertain": (
        "events",
        lambda world, event: FLAGS["events", "uncertain"](world, event) is True,
    ),
    "Claims that rest on a single voice": ("claims", lambda world, claim: speaks(world, claim, 1, 1)),
    "What is only known from a translation": (
        "claims",
        lambda world, claim: FLAGS["claims", "translated"](world, claim) is True,
    ),
}


@pytest.fixture(scope="module")
def volume(new_database: NewDatabase) -> Iterator[FlaskClient]:
    """A client of the service over the committed log."""
    url = new_database("sqlite")
    publish(url, read_log(read_settings().releases))
    app = make_app(url)
    yield app.test_client()
    close(app)


@pytest.fixture(scope="module")
def world() -> World:
    """The records of the newest committed release."""
    log = read_log(read_settings().releases)
    return World(states(log)[log[-1].version])


def request_of(heading: str) -> str:
    """The path and query that the page gives first under a heading."""
    (text,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    found = re.search(r"http://127\.0\.0\.1:8000(/[^\s']*)", text)
    assert found, heading
    return found[1]


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_is_right(volume: FlaskClient, world: World, heading: str) -> None:
    """One request finds all that the question asks for, and nothing else."""
    record_type, wanted = RECIPES[heading]
    address = request_of(heading)
    assert address.startswith(f"/v1/{record_type}?")
    answer = volume.get(address if "limit=" in address else f"{address}&limit=500").get_json()
    assert answer["page"]["next"] is None
    found = {record["id"] for record in answer["data"]}
    assert found == {body["id"] for body in world.all(record_type) if wanted(world, body)} != set()


def test_who_and_through_whom_come_along(volume: FlaskClient, world: World) -> None:
    """The recipe of the figures brings along whoever gave one, whoever passed it on, and the source."""
    answer = volume.get(request_of("Who gave which figure")).get_json()
    named = {record["id"] for records in answer["included"].values() for record in records}
    for claim in answer["data"]:
        links = [link["actor"] for link in claim.get("via", [])]
        assert {claim["source"], *links, *([claim["claimant"]] if "claimant" in claim else [])} <= named


def test_quoted_words_come_along(volume: FlaskClient, world: World) -> None:
    """The recipe of a person brings along every quote of that person or about them in that month."""
    answer = volume.get(request_of("All that is said by or about one person in a month")).get_json()
    wanted = {
        quote["id"]
        for quote in world.all("quotes")
        if "vladimir-putin" in TWINS["quotes", "by_or_about"](world, quote)
        and overlaps(DATES["quotes", "said_or_published"](world, quote), JUNE)
    }
    assert wanted <= {quote["id"] for quote in answer["included"]["quotes"]}
    assert wanted


@pytest.mark.parametrize("tail", ["", "&release=0.3.0"])
def test_what_a_release_changed(volume: FlaskClient, tail: str) -> None:
    """The recipe gives the change-set of the newest release, and of any that is named."""
    log = read_log(read_settings().releases)
    release = next(each for each in reversed(log) if each.version in (tail.partition("release=")[2] or each.version))
    answer = volume.get(request_of("Everything the newest release changed") + tail).get_json()
    assert answer["page"]["next"] is None
    found = [(change["type"], change["id"], change["operation"]) for change in answer["data"]]
    assert sorted(found) == sorted((each.type, each.id, each.operation) for each in release.changes)
    assert found or not tail


VALUES = {
    "words": "containers",
    "unit": "containers",
    "actor": "vladimir-putin",
    "month": "2024-06",
    "source": "yubnub-2024-06",
    "other": "asia-sentinel-2024-06",
    "question": "containers-number",
    "topic": "arms-transfers",
}


def test_the_page_for_machines(volume: FlaskClient) -> None:
    """Every address of /llms.txt is answered, with records where it promises some; its words are those of a text."""
    answer = volume.get("/llms.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    text = answer.get_data(as_text=True)
    assert text.startswith("# ")
    addresses = re.findall(r"\]\((/[^)]*)\)", text)
    assert len(addresses) > 20
    for address in addresses:
        if "/files/" in address:
            continue  # no files are built here; docs/recipes.md fetches this one in `make check`
        got = volume.get(address.format_map(VALUES))
        assert got.status_code == 200, address
        if got.is_json and "data" in got.get_json() and "/changes" not in address:  # the newest release changed nothing
            assert got.get_json()["data"], address
    recipes = {request_of(heading).partition("?")[0] for heading in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)}
    assert recipes - {"/v1/releases/latest/files/onrecord-latest.zip"} <= {each.partition("?")[0] for each in addresses}
