"""Which descriptor is made when, and by whom: those in the archive before it, those that name the archive after it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from dataset.exports.artefacts import CHECKSUMS, Artefact
from dataset.exports.descriptors.about import About
from dataset.exports.descriptors.catalogue import dcat, schema_org
from dataset.exports.descriptors.croissant import croissant
from dataset.exports.descriptors.datapackage import data_package
from dataset.exports.descriptors.reading import citation_cff, readme
from dataset.exports.index import checksums


def _json(make: Callable[[About], object]) -> Callable[[About], str]:
    return lambda about: json.dumps(make(about), indent=2, ensure_ascii=False) + "\n"


def _checksums(about: About) -> str:
    return checksums({name: file.sha256 for name, file in about.files.items()})


MAKERS: Final[dict[str, Callable[[About], str]]] = {
    "datapackage.json": _json(data_package),
    "croissant.json": _json(croissant),
    "dcat.jsonld": _json(dcat),
    "schema-org.jsonld": _json(schema_org),
    "CITATION.cff": citation_cff,
    "README.md": readme,
    CHECKSUMS: _checksums,
}


def describe(name: str, about: About) -> bytes:
    """The contents of a descriptor."""
    return MAKERS[name](about).encode()


def early(listed: Sequence[Artefact]) -> list[Artefact]:
    """The descriptors that lie in the archive and are made before it; its checksums are its own."""
    return [one for one in listed if one.form == "descriptor" and one.zipped and one.name != CHECKSUMS]


def late(listed: Sequence[Artefact]) -> list[Artefact]:
    """The descriptors that tell of the archive too, the checksums of all files last."""
    found = [one for one in listed if one.form == "descriptor" and not one.zipped]
    return found + [one for one in listed if one.name == CHECKSUMS]
