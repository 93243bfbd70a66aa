"""Thousands of requests made from the document, sent to the real service on each engine: schemathesis in all phases.

Nothing that it sends may be answered with 5xx or in another way than the document says. Ids, codes and words are those
of the running service, so that most requests that are meant to be right find something; an operation that never
answered with success fails the check. The seed is fixed. `ONRECORD_FUZZ_EXAMPLES` asks for more requests an operation,
`ONRECORD_FUZZ_SEED` for others.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from api.queries import ReleasedListQuery
from dataset.schemas.fields import Reference
from tests.check.support import BIN, ROOT, Service, environment, programs_of, run, serving
from tests.conftest import NewDatabase

EXAMPLES = os.environ.get("ONRECORD_FUZZ_EXAMPLES", "10")
SEED = os.environ.get("ONRECORD_FUZZ_SEED", "20240619")
LEAST = 3000  # requests on an engine
MOST_VALUES = 50  # of one parameter

WORDS = ["putin", "containers", '"north korea"', "treaty missile*", "kim", "zero-hits-for-this"]
DAYS = ["2026-01-01", "2026-11-24", "2026-11-24T09:30:00Z", "2026-11-26T00:00:00+09:00"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase
) -> Iterator[Service]:
    """The real service over the committed log on an engine, with files to download."""
    files = tmp_path_factory.mktemp("files")
    env = environment(ONRECORD_DATABASE_URL=new_database(request.param), ONRECORD_FILES=str(files))
    run([BIN / "onrecord", "publish"], env=env)
    run([BIN / "onrecord", "build"], env=env)
    log = tmp_path_factory.mktemp("service") / "service.log"
    with serving([BIN / "python", "wsgi.py"], cwd=ROOT, log=log, env=env) as service:
        yield service


def asked(service: Service, address: str) -> Any:
    """An answer of the service."""
    with urlopen(service.url + address, timeout=30) as answer:
        return json.load(answer)


def ids_of(service: Service, record_type: str) -> list[str]:
    """Ids of records of a type, from all over its list."""
    found: list[str] = []
    address: str | None = f"/v1/{record_type}?limit=500"
    while address:
        page = asked(service, address)
        found += [record["id"] for record in page["data"]]
        following = page["page"]["next"]
        address = following and f"/v1/{record_type}?limit=500&cursor={following}"
    return found[:: len(found) // MOST_VALUES + 1]


def real_values(service: Service, document: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """For each operation the real values of its parameters: ids, versions, file names, and the codes it tells."""
    queries = ReleasedListQuery.__subclasses__()
    ids = {query.type: ids_of(service, query.type) for query in queries}
    releases = asked(service, "/v1/releases")["data"]
    versions = [release["version"] for release in releases]
    files = asked(service, f"/v1/releases/{versions[0]}")["files"]
    plain = {
        **dict.fromkeys(("release", "since", "version", "other"), versions),
        "q": WORDS,
        "as_of": DAYS,
    }
    for query in queries:
        for name, field in query().fields.items():
            inner = getattr(field, "inner", field)
            if isinstance(inner, Reference):
                plain[name] = sorted({*plain.get(name, []), *ids[inner.to]})
    found: dict[str, dict[str, list[str]]] = {}
    for path, item in document["paths"].items():
        noun = next((part for part in re.split(r"[/.]", path) if part in ids), "")
        values = found[f"GET {path}"] = {"id": ids.get(noun, ["no-such-record"])}
        for listed in [*item.get("parameters", []), *item["get"].get("parameters", [])]:
            parameter = (
                document["components"]["parameters"][listed["$ref"].rpartition("/")[2]] if "$ref" in listed else listed
            )
            name = parameter["name"]
            codes = re.search(r"(?:One of|Codes in use:|Of) ((?:`\w+`(?:, )?)+)", parameter["description"])
            if codes and name != "id":
                values[name] = re.findall(r"`(\w+)`", codes[1])
            elif name in plain:
                values[name] = plain[name]
            if name == "cursor" and path == f"/v1/{noun}":
                values[name] = [asked(service, f"{path}?limit=1")["page"]["next"]]
            if name == "cited_count":
                values |= {"cited_count": ["12"], "cited_sha256": [releases[0]["sha256"]]}
        if "/files/" in path:
            values["name"] = [file["name"] for file in files]
            values["version"] = versions[:1]
        if "/problems/" in path:
            values["name"] = [kind["type"].rpartition("/")[2] for kind in asked(service, "/problems")["data"]]
    return found


def counts_of(report: Path) -> dict[str, Counter[int]]:
    """How often each operation was answered with which status, by the report of a run."""
    counts: dict[str, Counter[int]] = {}
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            for number, interaction in recorder.get("interactions", {}).items():
                case, response = recorder["cases"][number]["value"], interaction["response"]
                status = response["status_code"] if response else 0
                counts.setdefault(f"{case['method']} {case['path']}", Counter())[status] += 1
    return counts


def test_nothing_is_off_the_document(served: Service, tmp_path: Path, remarks: list[str]) -> None:
    """No 5xx, no answer that the document does not tell, and successes of every operation."""
    document = asked(served, "/v1/openapi.json")
    values, report = tmp_path / "values.json", tmp_path / "report.ndjson"
    values.write_text(json.dumps(real_values(served, document)), "utf-8")
    (tmp_path / "openapi.json").write_text(json.dumps(document), "utf-8")  # asked for by its address it is left out
    done = run(
        [
            *(programs_of("fuzz") / "schemathesis", "--config-file", ROOT / "tools" / "schemathesis.toml", "run"),
            *(tmp_path / "openapi.json", "--url", served.url, "--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", EXAMPLES, "--seed", SEED, "--no-color"),
            *("--report", "ndjson", "--report-ndjson-path", report),
        ],
        env=environment(ONRECORD_FUZZ_VALUES=str(values)),
        cwd=ROOT,
        timeout=3600,
        expect=None,
    )
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
    counts = counts_of(report)
    operations = {f"GET {path}" for path in document["paths"]}
    shares = {name: sum(n for status, n in counts[name].items() if status < 400) for name in operations}
    remarks += [f"{shares[name]:4} of {counts[name].total():4} were successes: {name}" for name in sorted(operations)]
    assert sum(counts[name].total() for name in operations) >= LEAST
    assert [name for name in sorted(operations) if not shares[name]] == []
