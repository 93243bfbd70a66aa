"""What the descriptors say, held against files and dataset record; the standards' own validators are in `check`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dataset.exports.artefacts import artefacts
from dataset.exports.describing import MAKERS, describe
from dataset.exports.descriptors.about import About
from dataset.exports.index import File, file_digest
from dataset.exports.layout import layouts
from tests.exports.conftest import Offer

SPARE: dict[str, Any] = {"id": "spare", "title": "Spare"}


def read(offer: Offer, name: str) -> Any:
    """A descriptor of the newest release."""
    return json.loads((offer.newest / name).read_text("utf-8"))


def about(dataset: dict[str, Any]) -> About:
    """A first release of a dataset, its files made up."""
    files = {one.name: File(one.name, one.media_type, 1, "0" * 64) for one in artefacts("0.1.0", None)}
    return About(dataset, "0.1.0", None, "2031-07-14", "Notes.", {}, "1" * 64, files)


def test_data_package_describes_the_tables(offer: Offer) -> None:
    """Every table and JSON Lines file of the archive, with its size, digest and the very header of the file."""
    package = read(offer, "datapackage.json")
    listed = {one.name for one in artefacts("0.2.0", "0.1.0") if one.zipped and one.form in ("csv", "jsonl")}
    assert {resource["path"] for resource in package["resources"]} == listed
    assert len({resource["name"] for resource in package["resources"]}) == len(listed)
    for resource in package["resources"]:
        path = offer.newest / resource["path"]
        assert resource["bytes"] == path.stat().st_size
        assert resource["hash"] == f"sha256:{file_digest(path)}"
        if "schema" in resource:
            header = next(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
            assert [field["name"] for field in resource["schema"]["fields"]] == header


def test_data_package_keys_lead_somewhere(offer: Offer) -> None:
    """Primary and foreign keys name columns that exist; every reference of the schemas has its key."""
    package = read(offer, "datapackage.json")
    schemas = {one["name"]: one["schema"] for one in package["resources"] if "schema" in one}
    fields = {name: {field["name"] for field in schema["fields"]} for name, schema in schemas.items()}
    for name, schema in schemas.items():
        assert set(schema["primaryKey"]) <= fields[name]
        for key in schema.get("foreignKeys", []):
            assert set(key["fields"]) <= fields[name]
            assert set(key["reference"]["fields"]) <= fields[key["reference"]["resource"]]
    assert {"fields": ["claimant"], "reference": {"resource": "actors", "fields": ["id"]}} in schemas["claims"][
        "foreignKeys"
    ]
    assert {"fields": ["claim"], "reference": {"resource": "claims", "fields": ["id"]}} in schemas["claims_topics"][
        "foreignKeys"
    ]


def test_data_package_says_who_made_it(offer: Offer) -> None:
    """Licence, contributors, sources and time from the dataset record and the release."""
    package = read(offer, "datapackage.json")
    assert package["created"] == "2032-01-02T00:00:00Z"
    assert package["version"] == "0.2.0"
    assert package["licenses"] == [{"name": "CC-BY-4.0", "path": "https://spdx.org/licenses/CC-BY-4.0.html"}]
    assert package["contributors"] == [
        {"title": "The “Made-up” Archive", "path": "https://example.org/archive", "roles": ["creator"]},
        {"title": "Nobody: known", "roles": ["creator"]},
        {"title": "data@example.org", "email": "data@example.org", "roles": ["contact"]},
    ]
    assert package["homepage"] == "https://example.org/regatta/"
    assert package["description"].endswith("The words remain those of their speakers.")


@pytest.mark.parametrize("name", ["dcat.jsonld", "schema-org.jsonld"])
def test_catalogues_name_every_file(offer: Offer, name: str) -> None:
    """Every file that was there before them, with its size and digest; the checksums are made after them."""
    found = json.dumps(read(offer, name))
    for one in artefacts("0.2.0", "0.1.0"):
        if one.name in ("SHA256SUMS", "dcat.jsonld", "schema-org.jsonld"):
            continue
        assert f'"{one.name}"' in found
        assert file_digest(offer.newest / one.name) in found


def test_catalogue_knows_the_release_before(offer: Offer) -> None:
    """DCAT 3 chains the versions below the home of the dataset."""
    found = read(offer, "dcat.jsonld")
    assert found["@id"] == "https://example.org/regatta/releases/0.2.0"
    assert found["dcat:previousVersion"] == {"@id": "https://example.org/regatta/releases/0.1.0"}
    assert found["dcat:isVersionOf"] == {"@id": "https://example.org/regatta/"}


def test_croissant_has_a_record_set_for_each_table(offer: Offer) -> None:
    """Fields and files by the names of columns and tables."""
    found = read(offer, "croissant.json")
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    expected = {one.type: list(one.header) for one in layouts()}
    expected |= {link.name: list(link.header) for one in layouts() for link in one.links}
    assert {one["name"]: [field["name"] for field in one["field"]] for one in found["recordSet"]} == expected
    assert {one["name"] for one in found["distribution"]} == {f"{name}.csv" for name in expected}


def test_citation_has_what_its_format_demands(offer: Offer) -> None:
    """CITATION.cff is of the release, its date and its creators."""
    found = YAML(typ="safe", pure=True).load((offer.newest / "CITATION.cff").read_text("utf-8"))
    assert found["cff-version"] == "1.2.0"
    assert found["version"] == "0.2.0"
    assert str(found["date-released"]) == "2032-01-02"
    assert found["authors"] == [
        {"name": "The “Made-up” Archive", "website": "https://example.org/archive"},
        {"name": "Nobody: known"},
    ]
    assert found["type"] == "dataset"


def test_readme_counts_the_records(offer: Offer) -> None:
    """README.md names the release, its records and its files."""
    text = (offer.newest / "README.md").read_text("utf-8")
    assert "release 0.2.0" in text
    assert "| claims | 60 |" in text
    assert all(f"| {one.name} |" in text for one in artefacts("0.2.0", "0.1.0"))
    assert offer.log[-1].sha256 in text


@pytest.mark.parametrize("name", MAKERS)
def test_a_spare_dataset_is_described(name: str) -> None:
    """A name and a title are enough; nothing that is absent leaves null or nothing behind."""
    text = describe(name, about(SPARE)).decode()
    assert "None" not in text
    assert "null" not in text.replace("cell is null", "").replace("without null", "")
    assert text.endswith("\n")
    if name.endswith(("json", "jsonld")):
        assert "Spare" in text


def test_a_licence_expression_is_no_identifier() -> None:
    """Several licences in one SPDX expression have no page in its list, and so no address is made up."""
    found = json.loads(describe("datapackage.json", about({**SPARE, "licence": "CC-BY-4.0 AND CC0-1.0"})))
    assert "licenses" not in found
    assert "license" not in describe("CITATION.cff", about({**SPARE, "licence": "CC-BY-4.0 AND CC0-1.0"})).decode()


def test_no_address_of_a_host(offer: Offer) -> None:
    """Files are named relative to their description, so they hold wherever they are served."""
    for name, members in {"croissant.json": ("contentUrl",), "schema-org.jsonld": ("contentUrl",)}.items():
        for file in read(offer, name)["distribution"]:
            assert all((offer.newest / file[member]).exists() for member in members)
    for file in read(offer, "dcat.jsonld")["dcat:distribution"]:
        assert Path(offer.newest / file["dcat:downloadURL"]["@id"]).exists()
