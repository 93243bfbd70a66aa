"""Citations and linked data of the real service before those who read them, in an environment of their own.

pandoc reads CSL-JSON, BibTeX, BibLaTeX and RIS and sets a bibliography; bibtexparser, rispy and citeproc-py read the
same by their own rules; pyld expands JSON-LD without a network. Each is shown a spoilt copy too.
"""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.check.support import Service, programs_of, run

#: Records of a type that are looked at, beside those with awkward texts.
EACH = 12
AWKWARD = "“”„‘’\"'&%#_$^~{}\\<>–ü"
TYPES = ("sources", "quotes", "claims", "events", "actors", "places", "topics", "questions")


def ask(service: Service, path: str, accept: str = "application/json") -> str:
    """What the service answers."""
    asked = urllib.request.Request(f"{service.url}{path}", headers={"Accept": accept})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


@pytest.fixture(scope="module")
def paths(service: Service) -> list[str]:
    """The records that are looked at: some of each type, and those in whose texts most can go wrong."""
    found = ["/v1/releases/1.0.0"]
    for type in TYPES:
        listed = json.loads(ask(service, f"/v1/{type}?limit=500"))["data"]
        texts = [record.get("statement") or record.get("text") or record.get("title") or "" for record in listed]
        strange = [
            record
            for record, text in zip(listed, texts, strict=True)
            if isinstance(text, str) and sum(sign in text for sign in AWKWARD) > 1
        ]
        found += [f"/v1/{type}/{id}" for id in dict.fromkeys(one["id"] for one in [*listed[:EACH], *strange[:20]])]
    return found


@pytest.fixture(scope="module")
def citations(service: Service, paths: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The citations of these records, of a release and of results, a file for each form."""
    asked = [f"{path}/citation" for path in paths]
    asked += ["/v1/citations/claims?modality=denied,urged", "/v1/citations/quotes?q=%22in+the%22+russia*"]
    told = [json.loads(ask(service, path)) for path in asked]
    folder = tmp_path_factory.mktemp("citations")
    (folder / "all.json").write_text(json.dumps([one["csl"] for one in told], ensure_ascii=False), "utf-8")
    (folder / "all.bib").write_text("\n".join(one["bibtex"] for one in told), "utf-8")
    (folder / "all.ris").write_bytes("\r\n".join(one["ris"] for one in told).encode())
    (folder / "told.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return folder


PANDOC = """
import html, json, re, sys
import pypandoc
told = {one["key"]: one for one in json.load(open("told.json", encoding="utf-8"))}

def flat(text):
    # markup, spaces and the turn of quotation marks are pandoc's own
    text = html.unescape(re.sub("<[^>]+>", "", text))
    return re.sub("[\\\\s\\u2018\\u2019\\u201c\\u201d\\u00ab\\u00bb\\u201e'\\"]+", "", text)

found = {}
for form, name in (("csljson", "all.json"), ("bibtex", "all.bib"), ("biblatex", "all.bib"), ("ris", "all.ris")):
    read = json.loads(pypandoc.convert_file(name, "csljson", format=form))
    by_url = {one["url"]: one for one in told.values()}
    wrong = [
        [one["URL"], one["title"]]
        for one in read
        if flat(one["title"]) != flat(by_url[one["URL"]]["title"])
        or [author.get("literal", author.get("family")) for author in one["author"]] != ["Onrecord contributors"]
        or one["issued"]["date-parts"][0][0] != by_url[one["URL"]]["csl"]["issued"]["date-parts"][0][0]
    ]
    found[form] = [len(read), wrong]
set_so = ["--citeproc", "--wrap=none"]
found["bibliography"] = pypandoc.convert_file("all.json", "plain", format="csljson", extra_args=set_so)
print(json.dumps(found))
"""


def test_pandoc_reads_every_form(citations: Path) -> None:
    """Each citation, whole, in all forms; its bibliography names the dataset, version and address."""
    told = json.loads((citations / "told.json").read_text("utf-8"))
    found = json.loads(run([programs_of("references") / "python", "-c", PANDOC], cwd=citations).stdout)
    bibliography = found.pop("bibliography")
    assert found == {form: [len(told), []] for form in ("csljson", "bibtex", "biblatex", "ris")}
    assert len({one["key"] for one in told}) == len(told)
    for one in told:
        assert one["url"] in bibliography
    assert bibliography.count("version 1.0.0") >= len(told) - 1


PARSERS = """
import json, sys, warnings
import bibtexparser, citeproc, rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
name = sys.argv[1]
library = bibtexparser.parse_file(f"{name}.bib")
ris = rispy.load(open(f"{name}.ris", encoding="utf-8", newline=""))
items = json.load(open(f"{name}.json", encoding="utf-8"))
variables = {one.replace("_", "-") for one in (*citeproc.VARIABLES, *citeproc.NAMES, *citeproc.DATES)}
warnings.simplefilter("ignore")
held = CiteProcJSON([one for one in items if one["type"] == "entry"])
book = CitationStylesBibliography(CitationStylesStyle("harvard-cite-them-right", validate=False), held, formatter.plain)
for key in held:
    book.register(Citation([CitationItem(key)]))
print(json.dumps({
    "bibtex": {entry.key: {field.key: field.value for field in entry.fields} for entry in library.entries},
    "failed": [block.raw[:60] for block in library.failed_blocks],
    "ris": {one.get("id"): one for one in ris},
    "variables": sorted({name for one in items for name in one} - variables - {"id", "type"}),
    "rendered": [str(one) for one in book.bibliography()],
}))
"""


def test_parsers_read_every_form(citations: Path) -> None:
    """By their own rules, field by field; a form that is broken is noticed."""
    told = {one["key"]: one for one in json.loads((citations / "told.json").read_text("utf-8"))}
    python = programs_of("references") / "python"
    found = json.loads(run([python, "-c", PARSERS, "all"], cwd=citations).stdout)
    assert found["failed"] == []
    assert found["variables"] == []
    assert found["bibtex"].keys() == found["ris"].keys() == told.keys()
    for key, one in told.items():
        bibtex, ris = found["bibtex"][key], found["ris"][key]
        assert (bibtex["url"], bibtex["version"], bibtex["copyright"]) == (one["url"], "1.0.0", "CC-BY-4.0")
        assert (ris["title"], ris["urls"], ris["type_of_reference"]) == (one["title"], [one["url"]], "DATA")
        assert ris["authors"] == ["Onrecord contributors,"]
    assert len(found["rendered"]) == sum(one["csl"]["type"] == "entry" for one in told.values())
    assert all("2026" in one and "who said what" in one for one in found["rendered"])
    spoilt = citations / "spoilt.bib"
    spoilt.write_text((citations / "all.bib").read_text("utf-8").replace("}},\n", "},\n", 1), "utf-8")
    (citations / "spoilt.ris").write_bytes((citations / "all.ris").read_bytes().replace(b"TI  - ", b"TI: ", 1))
    (citations / "spoilt.json").write_text('[{"id": "x", "type": "entry", "licence": "none"}]', "utf-8")
    found = json.loads(run([python, "-c", PARSERS, "spoilt"], cwd=citations).stdout)
    assert found["failed"] != [] or len(found["bibtex"]) < len(told)
    assert any("title" not in one for one in found["ris"].values())
    assert found["variables"] == ["licence"]


#: What the context of annotations says of the terms that are used here, as its standard has it (appendix A of
#: https://www.w3.org/TR/annotation-vocab/).
ANNOTATIONS: dict[str, Any] = {
    **{
        prefix: {"@id": iri, "@prefix": True}
        for prefix, iri in {
            "oa": "http://www.w3.org/ns/oa#",
            "dcterms": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "schema": "http://schema.org/",
        }.items()
    },
    "id": "@id",
    "type": "@type",
    **{
        name: f"oa:{name}"
        for name in ("Annotation", "SpecificResource", "TextQuoteSelector", "TextPositionSelector", "describing")
    },
    **{name: f"oa:{name}" for name in ("start", "end", "exact", "prefix", "suffix", "canonical")},
    "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": {"@id": "oa:hasTarget", "@type": "@id"},
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": {"@id": "oa:hasSelector", "@type": "@id"},
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
    "creator": {"@id": "dcterms:creator", "@type": "@id"},
    "rights": {"@id": "dcterms:rights", "@type": "@id"},
    "homepage": {"@id": "foaf:homepage", "@type": "@id"},
    "name": "foaf:name",
}

EXPAND = """
import json, sys
from pyld import jsonld
known = json.load(open("contexts.json", encoding="utf-8"))

def load(url, options):
    if url not in known:
        raise ValueError(f"asks for {url}")
    told = {"contextUrl": None, "documentUrl": url, "contentType": "application/ld+json"}
    return {**told, "document": {"@context": known[url]}}

found = []
for document in json.load(open("linked.json", encoding="utf-8")):
    dropped = []
    options = {"documentLoader": load, "base": "https://service.example/v1/x"}
    expanded = jsonld.expand(document, options, on_property_dropped=dropped.append)
    triples = [
        [one[part]["value"] for part in ("subject", "predicate", "object")]
        for graph in jsonld.to_rdf(expanded, options).values()
        for one in graph
    ]
    found.append({"dropped": dropped, "nodes": len(expanded), "triples": triples})
print(json.dumps(found))
"""
SCHEMA, OA, RDF = "http://schema.org/", "http://www.w3.org/ns/oa#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.fixture(scope="module")
def linked(service: Service, paths: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same records as linked data, with the contexts that standards name by their address."""
    folder = tmp_path_factory.mktemp("linked")
    told = [json.loads(ask(service, path, "application/ld+json")) for path in paths]
    (folder / "linked.json").write_text(json.dumps(told), "utf-8")
    schema = {"@vocab": SCHEMA, **{name: {"@type": "@id"} for name in ("url", "license", "contentUrl")}}
    contexts = {"http://www.w3.org/ns/anno.jsonld": ANNOTATIONS, "https://schema.org/": schema}
    (folder / "contexts.json").write_text(json.dumps(contexts), "utf-8")
    return folder


def test_linked_data_says_all_that_it_holds(linked: Path, paths: list[str]) -> None:
    """A processor drops no term, fetches nothing, and finds the triples that the record has."""
    python = programs_of("references") / "python"
    found = json.loads(run([python, "-c", EXPAND], cwd=linked).stdout)
    home = "https://onrecord.example/"
    told = json.loads((linked / "linked.json").read_text("utf-8"))
    kinds = set()
    for path, document, read in zip(paths, told, found, strict=True):
        assert (read["dropped"], read["nodes"]) == ([], 1), path
        iri = home + path.removeprefix("/v1/")
        own = {(predicate, value) for subject, predicate, value in read["triples"] if subject == iri}
        kinds |= {value for predicate, value in own if predicate == f"{RDF}type"}
        if "/quotes/" in path:
            assert {(f"{OA}motivatedBy", f"{OA}describing"), (f"{OA}hasBody", f"{iri}#words")} <= own
            triples = read["triples"]
            assert [one[2] for one in triples if one[1] == f"{OA}exact"] == [document["body"]["schema:text"]]
            assert [one[2] for one in triples if one[1] == f"{SCHEMA}text"] == [document["body"]["schema:text"]]
            assert [one[2] for one in triples if one[1] == f"{OA}start"] != []
            assert any(one[1] == f"{OA}hasSource" and one[2].startswith(f"{home}sources/") for one in triples)
        elif "/claims/" in path:
            assert (f"{SCHEMA}text", document["text"]) in own
            assert (f"{SCHEMA}appearance", document["appearance"]["@id"]) in own
            assert {value for predicate, value in own if predicate == f"{SCHEMA}citation"} == {
                one["@id"] for one in document.get("citation", [])
            }
            assert {predicate for predicate, _ in own} >= {"urn:onrecord:modality", "urn:onrecord:claimant_basis"}
    assert kinds >= {
        f"{SCHEMA}{name}" for name in ("Dataset", "Claim", "Event", "Person", "City", "Question", "Article")
    }
    assert kinds >= {f"{OA}Annotation", "http://www.w3.org/2004/02/skos/core#Concept", f"{SCHEMA}DefinedTerm"}


def test_a_dropped_term_is_noticed(linked: Path, tmp_path: Path) -> None:
    """The processor tells of a term that its context does not know."""
    (tmp_path / "contexts.json").write_text((linked / "contexts.json").read_text("utf-8"), "utf-8")
    quote = next(one for one in json.loads((linked / "linked.json").read_text("utf-8")) if one.get("type"))
    (tmp_path / "linked.json").write_text(json.dumps([{**quote, "unheard": "of"}]), "utf-8")
    found = json.loads(run([programs_of("references") / "python", "-c", EXPAND], cwd=tmp_path).stdout)
    assert found[0]["dropped"] == ["unheard"]
