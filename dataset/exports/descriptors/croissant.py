"""`croissant.json`: Croissant 1.1, a record set for each table, for tools of machine learning.

References between tables are left to `datapackage.json`: the standard's own loader joins all tables that refer to one
another, and fails on a reference that is null.

http://mlcommons.org/croissant/1.1
"""

from __future__ import annotations

from typing import Any, Final

from dataset.exports.descriptors.about import About, present
from dataset.exports.layout import POSITION, Column, layouts

#: Terms of the vocabulary that stand for themselves, as in the appendix of the specification and in its validator.
_TERMS: Final = """annotation arrayShape citeAs column containedIn equivalentProperty excludes extract field fileObject
    fileProperty fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path readLines recordSet
    references regex repeated replace samplingRate sdVersion separator source subField transform unArchive value"""

CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
TYPES: Final = {
    "text": "sc:Text",
    "day": "sc:Date",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
}


def croissant(about: About) -> dict[str, Any]:
    """The description of the CSV files."""
    sets: list[dict[str, Any]] = []
    for one in layouts():
        fields = [_field(one.type, column.name, column) for column in one.columns]
        sets.append(_set(one.type, one.description, ["id"], fields))
        for link in one.links:
            key = _plain(link.name, link.key, f"The record, an id of {link.owner}.", "sc:Text")
            place = _plain(link.name, POSITION, "The place in the list, counted from 1.", "sc:Integer")
            fields = [key, place, *(_field(link.name, column.name, column) for column in link.columns)]
            sets.append(_set(link.name, link.description, [link.key, POSITION], fields))
    return present(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.1",
            "name": about.name,
            "alternateName": about.title,
            "description": about.description,
            "citeAs": citation(about),
            "creator": [
                present({"@type": "sc:Organization", "name": one["name"], "url": one.get("url")})
                for one in about.creators
            ],
            "datePublished": about.date,
            "inLanguage": about.languages,
            "keywords": about.keywords,
            "license": about.licence_url or about.licence or "unknown",
            "url": about.homepage or "README.md",
            "version": about.version,
            "distribution": [_file(about, f"{name}.csv") for name in _tables()],
            "recordSet": sets,
        }
    )


def citation(about: About) -> str:
    """The release as BibTeX."""
    authors = " and ".join("{%s}" % one["name"] for one in about.creators)
    key = about.name.replace("-", "_")
    members = [f"author = {{{authors}}}", f"title = {{{about.title}}}", f"year = {{{about.date[:4]}}}"]
    members.append(f"version = {{{about.version}}}")
    if about.homepage:
        members.append(f"url = {{{about.homepage}}}")
    return f"@misc{{{key}, {', '.join(members)}}}"


def _tables() -> list[str]:
    return [name for one in layouts() for name in (one.type, *(link.name for link in one.links))]


def _file(about: About, name: str) -> dict[str, Any]:
    file = about.files[name]
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": "text/csv",
        "sha256": file.sha256,
    }


def _set(name: str, description: str, key: list[str], fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": description,
        "key": [{"@id": f"{name}/{column}"} for column in key],
        "field": fields,
    }


def _field(table: str, name: str, column: Column) -> dict[str, Any]:
    kind = "sc:URL" if column.field.metadata.get("format") == "uri" else TYPES[column.kind]
    return _plain(table, name, column.description, kind)


def _plain(table: str, name: str, description: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": description,
        "dataType": kind,
        "source": {"fileObject": {"@id": f"{table}.csv"}, "extract": {"column": name}},
    }
