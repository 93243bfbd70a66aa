"""docs/downloads.md, held to its word: what it tells people to type does what it says."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq

from dataset.exports.cells import guard
from tests.exports.conftest import Offer
from tests.exports.support import AWKWARD

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "downloads.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of the page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_search_runs(offer: Offer) -> None:
    """The statement for SQLite finds what is there."""
    (statement,) = [block for block in blocks("sql") if "MATCH" in block]
    file = offer.newest / "onrecord-0.2.0.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:
        found = database.execute(statement.replace("containers", "harbour")).fetchall()
    assert {row[0] for row in found} <= {"claims", "quotes"}
    assert all("[harbour]" in row[2] for row in found)


def test_the_expression_takes_the_apostrophe_away() -> None:
    """The regular expression for pandas undoes what the files do."""
    (block,) = blocks("python")
    found = re.search(r'str\.replace\(r"(.*?)", ""', block)
    assert found
    for text in (*AWKWARD, "'", "''x", "'''-", "a'=b"):
        assert re.sub(found[1], "", guard(text)) == text


def test_named_columns_are_there(offer: Offer) -> None:
    """The statement for Parquet names columns that exist."""
    (statement,) = [block for block in blocks("sql") if "parquet" in block]
    columns = set(pq.read_schema(offer.newest / "claims.parquet").names)
    assert {"claimant", "topics"} <= columns & set(re.findall(r"\w+", statement))
