"""Lists as tables and as lines: the bytes of the files of the release, page by page."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from dataset.canonical import canonical
from dataset.exports import arrow
from dataset.exports.layout import layout
from tests.api.support import State, Statements, in_order
from tests.api.test_shaping import LISTS, refusal

CSV, LINES = "text/csv", "application/x-ndjson"


def pages(client: FlaskClient, address: str, form: str) -> Iterator[bytes]:
    """The pages of a list in one form."""
    following: str | None = address
    while following:
        answer = client.get(following, headers={"Accept": form})
        assert answer.mimetype == form
        yield answer.get_data()
        link = answer.headers.get("Link")
        following = link.removeprefix("<").partition(">")[0] if link else None


@pytest.mark.slow
@pytest.mark.parametrize("record_type", LISTS)
def test_pages_are_the_lines_of_the_files(client: FlaskClient, state: State, record_type: str) -> None:
    """Joined, the pages of a list are `claims.jsonl` and `claims.csv`, the header once a page."""
    lines = b"".join(canonical(body) + b"\n" for body in in_order(state, record_type))
    table = arrow.read_lines(record_type, lines)
    header = arrow.csv_header(layout(record_type).header)
    assert b"".join(pages(client, f"/v1/{record_type}?limit=90", LINES)) == lines
    parts = list(pages(client, f"/v1/{record_type}?limit=90", CSV))
    assert {part[: len(header)] for part in parts} == {header}
    assert b"".join(part[len(header) :] for part in parts) == bytes(arrow.record_csv(record_type, table))


def test_members_of_tables_and_lines(client: FlaskClient) -> None:
    """`fields` leaves columns and members; what has no column is refused, and what a table cannot hold."""
    answer = client.get("/v1/claims?id=almanac.c1&fields=modality,quantity,author_stance", headers={"Accept": CSV})
    header = "id,modality,author_stance,quantity_value,quantity_min,quantity_max,quantity_qualifier,quantity_unit,"
    assert answer.get_data(as_text=True) == f"{header}quantity_of\r\nalmanac.c1,denied,rejects,,,,,,\r\n"
    answer = client.get("/v1/claims?id=almanac.c1&fields=modality,topics", headers={"Accept": LINES})
    assert answer.get_data() == b'{"id":"almanac.c1","modality":"denied"}\n'
    assert refusal(client, "/v1/claims?fields=modality,topics", Accept=CSV)["found"] == "topics"
    for form in (CSV, LINES):
        assert refusal(client, "/v1/claims?expand=source", Accept=form)["allowed"] == "application/json"
        assert refusal(client, "/v1/claims?count=exact", Accept=form)["parameter"] == "count"


def test_hits_as_lines(client: FlaskClient) -> None:
    """Words, orders and samples choose the records of a table as they do those of a list."""
    for query in ("q=boats", "sort=-quantity,time", "sample=20&seed=3", "modality=denied"):
        ids = [body["id"] for body in client.get(f"/v1/claims?{query}").get_json()["data"]]
        answer = client.get(f"/v1/claims?{query}&fields=id", headers={"Accept": CSV})
        assert answer.get_data(as_text=True).split("\r\n") == ["id", *ids, ""]


def test_each_form_has_its_tag(client: FlaskClient) -> None:
    """A tag for each form and coding; the one at hand costs no statement; without Accept the answer is JSON."""
    address = "/v1/claims?limit=40"
    tags = set()
    for form in (CSV, LINES, "application/json"):
        for coding in ("gzip", "identity"):
            headers = {"Accept": form, "Accept-Encoding": coding}
            answer = client.get(address, headers=headers)
            tags.add(answer.headers["ETag"])
            plain = client.get(address, headers={"Accept": form}).get_data()
            assert answer.headers.get("Content-Encoding") == ("gzip" if coding == "gzip" else None)
            assert (gzip.decompress(answer.get_data()) if coding == "gzip" else answer.get_data()) == plain
            with Statements() as statements:
                again = client.get(address, headers={**headers, "If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, statements.seen) == (304, [])
            head = client.head(address, headers=headers)
            assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert len(tags) == 6
    assert client.get(address).mimetype == "application/json"
    assert client.get(address, headers={"Accept": "application/xml"}).status_code == 406
