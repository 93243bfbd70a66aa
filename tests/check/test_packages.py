"""The files of a release, as they are served, before the validators of their standards; these live apart.

frictionless and the official JSON Schemas read the Data Package, mlcroissant the Croissant description (and loads every
record by it), rdflib DCAT and schema.org, cffconvert the citation, `sha256sum` the checksums. None of them asks the
network. Each judge is shown a spoilt copy too, so its silence means something.
"""

import json
import shutil
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.check.support import ROOT, Service, program, programs_of, run


@pytest.fixture(scope="session")
def validators() -> Path:
    """The programs that read packages and descriptions."""
    return programs_of("standards")


@pytest.fixture(scope="session")
def release(service: Service) -> dict[str, Any]:
    """The newest release of the committed log, as the service tells it."""
    newest = json.loads(fetched(service, "/v1/releases?limit=1"))["data"][0]["version"]
    found: dict[str, Any] = json.loads(fetched(service, f"/v1/releases/{newest}"))
    return found


@pytest.fixture(scope="session")
def files(service: Service, release: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All its files, downloaded."""
    folder = tmp_path_factory.mktemp("served")
    for file in release["files"]:
        (folder / file["name"]).write_bytes(fetched(service, file["url"]))
    return folder


def fetched(service: Service, path: str) -> bytes:
    """What the service answers."""
    with urllib.request.urlopen(service.url + path, timeout=30) as answer:
        body: bytes = answer.read()
        return body


@pytest.fixture
def package(files: Path, tmp_path: Path) -> Path:
    """The unpacked archive of that release."""
    (archive,) = files.glob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "package")
    return tmp_path / "package"


PROFILE = """
import json, sys
from pathlib import Path
import dplib, jsonschema
schema = json.loads((Path(dplib.__file__).parent / "profiles" / "2.0" / "datapackage.json").read_text("utf-8"))
judge = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
held = json.loads(Path(sys.argv[1]).read_text("utf-8"))
found = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in judge.iter_errors(held)]
print(json.dumps(found))
"""


def test_checksums_pass(files: Path, package: Path, release: dict[str, Any]) -> None:
    """`sha256sum -c` passes where the files lie and in the unpacked archive."""
    for folder in (files, package):
        run([program("sha256sum"), "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=folder)
    whole = run([program("sh"), "-c", "cat *.jsonl | sha256sum"], cwd=package).stdout.split()[0]
    assert whole == release["sha256"]


def test_data_package_follows_its_schema(validators: Path, package: Path) -> None:
    """datapackage.json is valid by the official JSON Schema of Data Package 2.0."""
    file = package / "datapackage.json"
    assert json.loads(run([validators / "python", "-c", PROFILE, file]).stdout) == []
    file.write_text(file.read_text("utf-8").replace('"type": "string"', '"type": "words"', 1), "utf-8")
    assert json.loads(run([validators / "python", "-c", PROFILE, file]).stdout) != []


def test_frictionless_has_no_remark(validators: Path, package: Path) -> None:
    """Every table has the columns, types and keys that its schema gives; a dangling reference would be found."""
    command: list[str | Path] = [validators / "frictionless", "validate", "datapackage.json", "--json"]
    report = json.loads(run(command, cwd=package).stdout)
    assert report["valid"], report["errors"]
    assert {task["valid"] for task in report["tasks"]} == {True}
    claims = package / "claims.csv"
    claims.write_bytes(claims.read_bytes().replace(b",asserted,", b",Asserted!,", 1))
    spoilt = json.loads(run(command, cwd=package, expect=None).stdout)
    kinds = {error["type"] for task in spoilt["tasks"] for error in task["errors"]}
    assert "constraint-error" in kinds
    (package / "sources.csv").write_bytes((package / "sources.csv").read_bytes().replace(b"asia-", b"europa-"))
    spoilt = json.loads(run(command, cwd=package, expect=None).stdout)
    assert "foreign-key" in {error["type"] for task in spoilt["tasks"] for error in task["errors"]}


LOAD = """
import collections, json
import mlcroissant
dataset = mlcroissant.Dataset(jsonld="croissant.json")
assert dataset.metadata.ctx.is_v1_1(), "not read as Croissant 1.1"
print(json.dumps({each.uuid: sum(1 for _ in dataset.records(each.uuid)) for each in dataset.metadata.record_sets}))
"""


def test_croissant_is_valid_and_loads(validators: Path, files: Path, package: Path) -> None:
    """It is accepted as Croissant 1.1 without a warning, and every row of every table is read by it."""
    done = run([validators / "mlcroissant", "validate", "--jsonld", "croissant.json"], cwd=package)
    assert "WARNING" not in done.stdout + done.stderr
    counts = json.loads(run([validators / "python", "-c", LOAD], cwd=package).stdout)
    for name, count in counts.items():
        if (package / f"{name}.jsonl").exists():
            assert count == len((package / f"{name}.jsonl").read_bytes().splitlines())
    assert len(counts) == len(list(package.glob("*.csv")))
    file = package / "croissant.json"
    held = json.loads(file.read_text("utf-8"))
    held["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere.csv"
    file.write_text(json.dumps(held), "utf-8")
    run([validators / "mlcroissant", "validate", "--jsonld", "croissant.json"], cwd=package, expect=1)


GRAPH = """
import json, sys
import rdflib
from rdflib.namespace import DCAT, DCTERMS, RDF
text = open(sys.argv[1], encoding="utf-8").read()
if json.loads(text)["@context"] == "https://schema.org/":  # the context itself lies behind an address
    held = json.loads(text)
    held["@context"] = {"@vocab": "https://schema.org/", "contentUrl": {"@type": "@id"}}
    text = json.dumps(held)
graph = rdflib.Graph().parse(data=text, format="json-ld", publicID="https://example.org/files/description")
SCHEMA = rdflib.Namespace("https://schema.org/")
kind, part, link = (DCAT.Dataset, DCAT.distribution, DCAT.downloadURL) if "dcat" in sys.argv[1] else (
    SCHEMA.Dataset, SCHEMA.distribution, SCHEMA.contentUrl)
(dataset,) = graph.subjects(RDF.type, kind)
parts = list(graph.objects(dataset, part))
print(json.dumps(sorted(str(each) for one in parts for each in graph.objects(one, link))))
"""


@pytest.mark.parametrize("name", ["dcat.jsonld", "schema-org.jsonld"])
def test_catalogues_are_linked_data(validators: Path, files: Path, name: str) -> None:
    """A JSON-LD processor finds one dataset, and a distribution for every file that was there, by its address."""
    found = json.loads(run([validators / "python", "-c", GRAPH, files / name]).stdout)
    names = {path.name for path in files.iterdir()}
    left_out = {"SHA256SUMS", "dcat.jsonld", "schema-org.jsonld"}
    expected = names - left_out | ({"dcat.jsonld"} if name == "schema-org.jsonld" else set())
    assert {each.removeprefix("https://example.org/files/") for each in found} == expected


def test_citation_is_valid(files: Path, tmp_path: Path) -> None:
    """CITATION.cff is valid, that of the release and that of the repository; one without authors is not."""
    cffconvert = programs_of("citation") / "cffconvert"
    for file in (files / "CITATION.cff", ROOT / "CITATION.cff"):
        shutil.copy(file, tmp_path / "CITATION.cff")
        run([cffconvert, "--validate"], cwd=tmp_path)
    spoilt = (tmp_path / "CITATION.cff").read_text("utf-8").replace("authors:", "writers:")
    (tmp_path / "CITATION.cff").write_text(spoilt, "utf-8")
    run([cffconvert, "--validate"], cwd=tmp_path, expect=1)
