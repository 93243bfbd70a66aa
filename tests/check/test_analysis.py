"""The Parquet files asked by an engine for analysis: the same questions, the same numbers as from the service."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.check.support import BIN, ROOT, Service, environment, programs_of, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Path:
    """The files of the newest release of the committed log."""
    files = tmp_path_factory.mktemp("files")
    run([BIN / "onrecord", "build"], env=environment(ONRECORD_DATABASE_URL=database_url, ONRECORD_FILES=str(files)))
    return max((path for path in files.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime_ns)


def counted(service: Service, type: str, *dimensions: str) -> list[list[Any]]:
    """The groups that the service counts, as rows."""
    path = f"/v1/counts/{type}?group_by={','.join(dimensions)}&limit=500"
    with urllib.request.urlopen(service.url + path) as answer:
        groups = json.load(answer)["groups"]
    return [[*(group["key"][name] for name in dimensions), group["count"]] for group in groups]


def figures(service: Service) -> list[list[Any]]:
    """The figures for containers, with who gave them."""
    with urllib.request.urlopen(f"{service.url}/v1/claims?unit=containers&limit=500") as answer:
        found = json.load(answer)["data"]
    return [
        [claim["id"], claim.get("claimant"), *(claim["quantity"].get(name) for name in ("value", "min", "max"))]
        for claim in found
    ]


def by_publisher(service: Service) -> list[list[Any]]:
    """Claims by the publisher of their source: a filter of claims, no dimension, so it is asked value by value."""
    with urllib.request.urlopen(f"{service.url}/v1/sources?limit=500") as answer:
        sources = json.load(answer)["data"]
    claims = dict(counted(service, "claims", "source"))
    found: dict[str | None, int] = {}
    for source in sources:
        publisher = source.get("publisher")
        found[publisher] = found.get(publisher, 0) + claims.get(source["id"], 0)
    return [[publisher, count] for publisher, count in found.items() if count]


def in_order(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows in one order, whatever stands in them."""
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row])


def test_duckdb_and_the_service_agree(folder: Path, service: Service) -> None:
    done = run([programs_of("engines") / "python", ROOT / "tools" / "analysis.py", "duckdb", folder])
    answers = json.loads(done.stdout)["answers"]
    questions: dict[str, int] = {}
    for question, _, count in answers.pop("claims_of_questions"):
        questions[question] = questions.get(question, 0) + count
    expected = {
        "claims_by_modality": counted(service, "claims", "modality"),
        "claims_by_source": counted(service, "claims", "source"),
        "claims_by_publisher": by_publisher(service),
        "claims_by_topic": [row for row in counted(service, "claims", "topic") if row[0] is not None],
        "quotes_by_speaker": counted(service, "quotes", "speaker"),
        "figures": figures(service),
    }
    assert {name: in_order(rows) for name, rows in answers.items()} == {
        name: in_order(rows) for name, rows in expected.items()
    }
    asked = [row for row in counted(service, "claims", "question") if row[0] is not None]
    assert questions == dict(asked)
    assert len(answers["figures"]) >= 3
