"""The shape of answers: ids, members, references, orders, samples, counts; each against a loop over the bodies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cmp_to_key
from typing import Any

import pytest
from flask.testing import FlaskClient

from dataset.canonical import Body, canonical
from dataset.log import Release
from dataset.members import references
from dataset.queries.sorting import SORTS
from dataset.schemas import TYPES
from dataset.store.publishing import publish
from tests.api.support import State, Statements, close, in_order, items, make_app, states, walk
from tests.conftest import NewDatabase

LISTS = [name for name in TYPES if name != "dataset"]
#: Records with many members, one of each type that refers to others.
RICH = {
    "sources": "almanac",
    "quotes": "almanac.q10",
    "claims": "almanac.c1",
    "events": "heat-00001",
    "actors": "skipper-00001",
    "topics": "boats-small",
}


def everything(client: FlaskClient, address: str) -> list[Body]:
    """All records of a list, page by page."""
    return [body for page in walk(client, address) for body in items(page)]


def refusal(client: FlaskClient, address: str, **headers: str) -> dict[str, str]:
    """The only mistake of a request."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 400, answer.get_data(as_text=True)
    (error,) = answer.get_json()["errors"]
    found: dict[str, str] = error
    return found


# --- members -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record_type", LISTS)
def test_members_keep_their_bytes(client: FlaskClient, state: State, record_type: str) -> None:
    """`fields` cuts members out of a body; what is left are the stored bytes in the stored order."""
    names = [name for name in TYPES[record_type]().fields if name != "id"]
    for wanted in (names[:1], names[-3:], names[::2]):
        answer = client.get(f"/v1/{record_type}?fields={','.join(reversed(wanted))}&limit=20")
        bodies = in_order(state, record_type)[:20]
        kept = [{name: value for name, value in body.items() if name in ("id", *wanted)} for body in bodies]
        assert items(answer) == kept
        assert b'{"data":[' + b",".join(map(canonical, kept)) in answer.get_data()


@pytest.mark.parametrize("record_type", RICH)
def test_members_of_one_record(client: FlaskClient, state: State, record_type: str) -> None:
    """One record is cut down alike; what stands beside it stays."""
    body = state[record_type][RICH[record_type]]
    name = next(name for name in body if name != "id")
    answer = client.get(f"/v1/{record_type}/{body['id']}?fields={name}").get_json()
    assert answer.keys() == {"id", name, "links", "release"}
    assert answer[name] == body[name]
    assert client.get("/v1/dataset?fields=licence").get_json().keys() == {"id", "licence", "links", "release"}


def test_unknown_members_are_told(client: FlaskClient) -> None:
    """A name that is none is refused with those that there are, and the one that was meant."""
    error = refusal(client, "/v1/claims?fields=statment,modality")
    assert "did you mean 'statement'?" in error["detail"]
    assert "claimant_basis" in error["allowed"]
    assert refusal(client, "/v1/claims/almanac.c1?fields=links")["parameter"] == "fields"
    for path in ("/v1/claims/almanac.c1", "/v1/questions/how-many-00000", "/v1/dataset"):
        assert refusal(client, f"{path}?fields=id", Accept="application/x-bibtex")["parameter"] == "fields"
    assert refusal(client, "/v1/claims?fields=")["parameter"] == "fields"


# --- references --------------------------------------------------------------------------------------------------


def values_at(value: Any, path: Sequence[str]) -> Iterator[str]:
    """The values at a path of members, through lists."""
    if isinstance(value, list):
        for item in value:
            yield from values_at(item, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from values_at(value[path[0]], path[1:])


@pytest.mark.slow
@pytest.mark.parametrize("record_type", RICH)
def test_references_are_included(client: FlaskClient, state: State, record_type: str, engine: str) -> None:
    """`expand` sends what its members refer to: each once, in the order of its list, one statement a type."""
    found = references(record_type)
    for names in (*([name] for name in found), list(found)):
        wanted: dict[str, set[str]] = {}
        bodies = in_order(state, record_type)
        for path, to in (pair for name in names for pair in found[name]):
            wanted.setdefault(to, set()).update(value for body in bodies for value in values_at(body, path))
        with Statements() as statements:
            answer = client.get(f"/v1/{record_type}?expand={','.join(names)}&limit=500")
        expected = {to: [body for body in in_order(state, to) if body["id"] in ids] for to, ids in wanted.items()}
        assert answer.get_json()["included"] == expected
        for to, some in expected.items():
            assert f'"{to}":['.encode() + b",".join(map(canonical, some)) in answer.get_data()
        assert len(statements.seen) <= (2 if engine == "sqlite" else 3) + len(wanted)


def test_references_of_one_record(client: FlaskClient, state: State) -> None:
    """One record has them beside it, whatever members of its own are left out, in the release that is read."""
    answer = client.get("/v1/claims/almanac.c1?fields=modality&expand=claimant,via,answers&release=0.1.0").get_json()
    assert [body["id"] for body in answer["included"]["actors"]] == ["zed", "zed1", "zeda"]
    assert [body["id"] for body in answer["included"]["questions"]] == ["how-many-00000", "how-many-00001"]
    assert "via" not in answer
    assert client.get("/v1/events/heat-00000?expand=part_of").get_json()["included"] == {"events": []}
    question = client.get("/v1/questions/how-many-00000?fields=answer").get_json()
    assert question.keys() == {"id", "answer", "links", "release", "sides", "pairs"}
    assert refusal(client, "/v1/claims?expand=modality")["parameter"] == "expand"
    assert refusal(client, "/v1/places?expand=country")["type"] == "/problems/unknown-parameter"


# --- orders ------------------------------------------------------------------------------------------------------


def published(state: State) -> Callable[[Body], Any]:
    """The day on which the source of a quote or claim was published."""
    return lambda body: state["sources"][body["source"]].get("published_earliest")


def quantity(body: Body) -> float | None:
    """The least figure, or the greatest where there is no least."""
    found = body.get("quantity")
    if found is None:
        return None
    least: float = found.get("min", found.get("value", found.get("max")))
    return least


def key_of(state: State, record_type: str, name: str) -> Callable[[Body], Any]:
    """What a record has under a key."""
    if name == "published" and record_type != "sources":
        return published(state)
    if name == "quantity":
        return quantity
    dates = {"published", "said", "time", "date"}
    return lambda body: body.get(f"{name}_earliest" if name in dates else name)


def naively(state: State, record_type: str, sort: str) -> list[Body]:
    """The records of a type in an order, by comparing each two."""
    bodies = in_order(state, record_type)
    keys = [(key_of(state, record_type, word.removeprefix("-")), word.startswith("-")) for word in sort.split(",")]
    numbers = {body["id"]: number for number, body in enumerate(bodies)}

    def compare(one: Body, other: Body) -> int:
        for key, descending in keys:
            a, b = key(one), key(other)
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return (1 if a > b else -1) * (-1 if descending else 1)
        return numbers[one["id"]] - numbers[other["id"]]

    return sorted(bodies, key=cmp_to_key(compare))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("record_type", "sort"),
    [
        *((record_type, sign + name) for record_type, keys in SORTS.items() for name in keys for sign in ("", "-")),
        ("claims", "-time,published,-id"),
        ("claims", "quantity,-said"),
        ("events", "-date,title"),
    ],
)
def test_sorted_lists(client: FlaskClient, state: State, record_type: str, sort: str) -> None:
    """Any order gives every record once, page by page, those without the key last."""
    expected = [body["id"] for body in naively(state, record_type, sort)]
    limit = 13 if len(expected) > 20 else 3
    assert [body["id"] for body in everything(client, f"/v1/{record_type}?sort={sort}&limit={limit}")] == expected


def test_an_order_has_its_own_cursors(client: FlaskClient) -> None:
    """A cursor goes on in its order and in no other; members and references may change on the way."""
    page = client.get("/v1/claims?sort=-time&limit=3").get_json()["page"]
    cursor = page["next"]
    again = client.get(f"/v1/claims?sort=-time&limit=2&fields=time&expand=source&count=exact&cursor={cursor}")
    assert again.status_code == 200
    for other in ("", "sort=time&", "sort=-time,id&", "sort=-time&modality=denied&", "sort=-time&id=almanac.c1&"):
        assert refusal(client, f"/v1/claims?{other}cursor={cursor}")["type"] == "/problems/bad-cursor"
    assert "at most 3" in refusal(client, "/v1/claims?sort=id,time,said,published")["detail"]
    assert "each key once" in refusal(client, "/v1/claims?sort=time,-time")["detail"]
    assert "quantity" in refusal(client, "/v1/claims?sort=modality")["allowed"]


def test_words_in_another_order(client: FlaskClient, state: State) -> None:
    """With `sort` the words of `q` are a filter."""
    hits = everything(client, "/v1/claims?q=boats&limit=90")
    ids = {body["id"] for body in hits}
    expected = [body["id"] for body in naively(state, "claims", "-time") if body["id"] in ids]
    assert ids
    assert [body["id"] for body in everything(client, "/v1/claims?q=boats&sort=-time&limit=19")] == expected
    assert client.get("/v1/claims?q=boats&limit=1&count=exact").get_json()["page"]["total"] == len(ids)


@pytest.mark.slow
def test_a_release_in_the_middle_of_a_sorted_walk(
    engine: str, new_database: NewDatabase, api_log: Sequence[Release]
) -> None:
    """No record is lost or comes twice when records change their place meanwhile."""
    url = new_database(engine)
    publish(url, api_log[:1])
    app = make_app(url)
    try:
        seen = []
        for number, page in enumerate(walk(app.test_client(), "/v1/claims?sort=-quantity,time&limit=40")):
            seen += items(page)
            if number < len(api_log):
                publish(url, api_log[: number + 1])
        assert number >= len(api_log)
        assert seen == naively(states(api_log)["0.1.0"], "claims", "-quantity,time")
    finally:
        close(app)


# --- counts, samples, ids ----------------------------------------------------------------------------------------


def test_exact_counts(client: FlaskClient, state: State) -> None:
    """`count=exact` says how many there are in all, on every page; without it nothing is counted."""
    denied = [body for body in in_order(state, "claims") if body["modality"] == "denied"]
    totals = [
        page.get_json()["page"]["total"] for page in walk(client, "/v1/claims?modality=denied&count=exact&limit=9")
    ]
    assert set(totals) == {len(denied)}
    assert "total" not in client.get("/v1/claims?limit=1").get_json()["page"]
    assert refusal(client, "/v1/claims?count=true")["allowed"] == "exact"


def drawn(bodies: list[Body], number: int, seed: int) -> list[Body]:
    """A sample as the documentation describes it."""
    ranked = sorted(bodies, key=lambda body: hashlib.sha256(f"{seed} {body['id']}".encode()).hexdigest())
    chosen = {body["id"] for body in ranked[:number]}
    return [body for body in bodies if body["id"] in chosen]


def test_samples(client: FlaskClient, state: State) -> None:
    """The same records on every engine, a function of seed and ids; another seed gives others."""
    bodies = in_order(state, "claims")
    assert items(client.get("/v1/claims?sample=12&seed=7")) == drawn(bodies, 12, 7)
    assert items(client.get("/v1/claims?sample=12")) == drawn(bodies, 12, 0) != drawn(bodies, 12, 7)
    some = [body for body in bodies if body["modality"] == "denied"]
    assert items(client.get("/v1/claims?sample=500&modality=denied")) == some
    answer = client.get("/v1/claims?sample=2&modality=denied&count=exact").get_json()
    assert answer["page"] == {"limit": 2, "next": None, "total": len(some)}
    for beside in ("limit=5", "sort=time"):
        assert refusal(client, f"/v1/claims?sample=2&{beside}")["parameter"] == "sample"
    assert refusal(client, "/v1/claims?seed=2")["parameter"] == "seed"
    assert refusal(client, "/v1/claims?sample=0")["allowed"] == "a whole number from 1 to 500"


def test_many_by_id(client: FlaskClient, state: State) -> None:
    """Records by their ids, in the default order; what became of those that are not there."""
    ids = ["zeda", "zed", "skipper-00003", "nobody", "z9"]
    answer = client.get(f"/v1/actors?id={','.join(ids)}").get_json()
    assert answer["data"] == [body for body in in_order(state, "actors") if body["id"] in ids]
    assert answer["missing"] == [{"id": "nobody"}]
    everyone = sorted(state["claims"])[:70]
    answer = client.get(f"/v1/claims?id={','.join(everyone)}").get_json()
    assert sorted(body["id"] for body in answer["data"]) == everyone
    assert answer["page"] == {"limit": 70, "next": None}
    assert answer["missing"] == []
    paged = everything(client, f"/v1/claims?id={','.join(everyone)}&limit=30&modality=asserted")
    assert {body["modality"] for body in paged} == {"asserted"}


def test_missing_ids_say_how_they_ended(client: FlaskClient) -> None:
    """Withdrawn and merged ones, by the release that ended them; before it they are there."""
    ids = "gazette-000000.c2,gazette-000000.c3,gazette-000000.c999"
    withdrawn, merged, unknown = client.get(f"/v1/claims?id={ids}").get_json()["missing"]
    assert (withdrawn["operation"], withdrawn["release"]) == ("withdrawn", "0.2.0")
    assert withdrawn["reason"]
    assert (merged["operation"], merged["replaced_by"]) == ("merged", "gazette-000000.c4")
    assert unknown == {"id": "gazette-000000.c999"}
    earlier = client.get(f"/v1/claims?id={ids}&release=0.1.0").get_json()
    assert [body["id"] for body in earlier["missing"]] == ["gazette-000000.c999"]
    assert len(earlier["data"]) == 2
    assert "at most 200" in refusal(client, f"/v1/topics?id={','.join(f't{n}' for n in range(201))}")["detail"]
    assert refusal(client, "/v1/claims?id=almanac.c1,Almanac")["parameter"] == "id"
