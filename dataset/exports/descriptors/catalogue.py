"""`dcat.jsonld` (DCAT 3) and `schema-org.jsonld` (schema.org Dataset): the release and its files as linked data.

https://www.w3.org/TR/vocab-dcat-3/, https://schema.org/Dataset. Addresses of files are relative to the description,
which lies beside them, so they hold wherever the files are served.
"""

from __future__ import annotations

from typing import Any, Final

from dataset.exports.artefacts import Artefact
from dataset.exports.descriptors.about import About, present
from dataset.exports.index import File

DCAT_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
IANA: Final = "https://www.iana.org/assignments/media-types/"


def dcat(about: About) -> dict[str, Any]:
    """The release as a `dcat:Dataset`, each file as a `dcat:Distribution`."""
    contact = about.dataset.get("contact")
    previous = f"{about.homepage.rstrip('/')}/releases/{about.parent}" if about.homepage and about.parent else None
    return present(
        {
            "@context": DCAT_CONTEXT,
            "@id": about.iri,
            "@type": "dcat:Dataset",
            "dcterms:identifier": f"{about.name} {about.version}",
            "dcterms:title": about.title,
            "dcterms:description": about.description,
            "dcterms:issued": _day(about.date),
            "dcterms:creator": [
                present({"@type": "foaf:Agent", "foaf:name": one["name"], "foaf:homepage": _id(one.get("url"))})
                for one in about.creators
            ],
            "dcterms:license": _id(about.licence_url),
            "dcterms:rights": {"@type": "dcterms:RightsStatement", "rdfs:label": about.rights}
            if about.rights
            else None,
            "dcterms:language": about.languages,
            "dcat:keyword": about.keywords,
            "dcat:contactPoint": _contact(contact, about.email),
            "dcat:landingPage": _id(about.homepage),
            "dcat:isVersionOf": _id(about.homepage),
            "dcat:previousVersion": _id(previous),
            "dcat:version": about.version,
            "dcat:distribution": [_distribution(about, one, file) for one, file in about.described()],
        }
    )


def _contact(contact: str | None, email: str | None) -> dict[str, Any] | None:
    if not contact:
        return None
    return present({"@type": "vcard:Kind", "vcard:fn": contact, "vcard:hasEmail": _id(email and f"mailto:{email}")})


def _distribution(about: About, one: Artefact, file: File) -> dict[str, Any]:
    media_type = one.media_type.partition(";")[0]
    inside = one.name.removesuffix(".gz")
    packed = one.suffix in (".gz", ".zip")
    found = {
        "@id": f"{about.iri}/files/{one.name}" if about.homepage else f"#{one.name}",
        "@type": "dcat:Distribution",
        "dcterms:title": one.name,
        "dcterms:description": one.description,
        "dcterms:issued": _day(about.date),
        "dcterms:license": _id(about.licence_url),
        "dcat:downloadURL": _id(one.name),
        "dcat:mediaType": _id(IANA + media_type),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _id("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }
    if packed and inside != one.name:
        plain = Artefact(inside, one.description, one.form).media_type.partition(";")[0]
        found |= {"dcat:mediaType": _id(IANA + plain), "dcat:compressFormat": _id(IANA + media_type)}
    elif packed:
        found |= {"dcat:packageFormat": _id(IANA + media_type)}
    return present(found)


def schema_org(about: About, beside: str = "") -> dict[str, Any]:
    """The release as a `Dataset`, each file as a `DataDownload`; `beside` is where the files lie, seen from here."""
    return present(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": about.iri,
            "name": about.title,
            "alternateName": about.name,
            "identifier": f"{about.name} {about.version}",
            "description": about.description,
            "url": about.homepage,
            "version": about.version,
            "datePublished": about.date,
            "creator": [
                present({"@type": "Organization", "name": one["name"], "url": one.get("url")}) for one in about.creators
            ],
            "license": about.licence_url or about.licence,
            "usageInfo": {"@type": "CreativeWork", "text": about.rights} if about.rights else None,
            "keywords": about.keywords,
            "inLanguage": about.languages,
            "isAccessibleForFree": True,
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": one.name,
                    "description": one.description,
                    "contentUrl": f"{beside}{one.name}",
                    "encodingFormat": one.media_type.partition(";")[0],
                    "contentSize": f"{file.bytes} B",
                    "sha256": file.sha256,
                }
                for one, file in about.described()
            ],
        }
    )


def _id(iri: str | None) -> dict[str, str] | None:
    return {"@id": iri} if iri else None


def _day(day: str) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": day}
