r"""A citation as texts: CSL-JSON, BibTeX and RIS, as citation managers read them.

CSL-JSON: an array of items with the variables of CSL 1.0.2 and no others; the licence, for which it has none, stands in
`note` (https://docs.citationstyles.org/en/stable/specification.html). BibTeX: one `@misc`, which every style knows; the
letters stay UTF-8, and what TeX would take for a command is written as one. RIS: lines of a tag and a value, CRLF; a
value cannot hold a line end, and nothing else needs an escape.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from dataset.exports.descriptors.about import present


@dataclass(frozen=True, slots=True)
class Citation:
    """What a bibliography says of a record, a release or a result.

    `container` is the title of the dataset where the thing itself is not the dataset; `url` is None where the dataset
    names no home; `issued` is the day of the release.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    container: str | None
    issued: str
    version: str
    licence: str | None
    url: str | None
    note: str
    abstract: str | None = None
    keywords: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """The note, the licence in it."""
        return f"{self.note} Licence: {self.licence}." if self.licence else self.note


def csl(citation: Citation) -> dict[str, Any]:
    """An item of CSL-JSON."""
    return present(
        {
            "id": citation.key,
            "type": "entry" if citation.container else "dataset",
            "title": citation.title,
            "container-title": citation.container,
            "author": [{"literal": name} for name in citation.authors],
            "issued": {"date-parts": [[int(part) for part in citation.issued.split("-")]]},
            "version": citation.version,
            "URL": citation.url,
            "abstract": citation.abstract,
            "keyword": ", ".join(citation.keywords),
            "note": citation.remark,
        }
    )


def csl_json(citation: Citation) -> str:
    """CSL-JSON: an array of one item."""
    return json.dumps([csl(citation)], ensure_ascii=False, indent=2) + "\n"


#: What TeX takes for a command, and how it is written instead; braces in a way that keeps BibTeX's count of them even.
TEX: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}


def bibtex(citation: Citation) -> str:
    """BibTeX. Braces around names and title keep them as they are; an address is taken as it stands."""
    year, month, _ = citation.issued.split("-")
    held = f"{citation.container}, release" if citation.container else "Release"
    fields = present(
        {
            "author": " and ".join(f"{{{_tex(name)}}}" for name in citation.authors),
            "title": f"{{{_tex(citation.title)}}}",
            "howpublished": _tex(f"{held} {citation.version}"),
            "year": year,
            "month": str(int(month)),
            "version": citation.version,
            "url": citation.url,
            "note": _tex(citation.remark),
            "copyright": citation.licence and _tex(citation.licence),
            "abstract": citation.abstract and _tex(citation.abstract),
            "keywords": ", ".join(_tex(word) for word in citation.keywords),
        }
    )
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{citation.key},\n{lines}\n}}\n"


def ris(citation: Citation) -> str:
    """RIS: `TY` first, `ER` last."""
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in _ris(citation))


def _ris(citation: Citation) -> Iterator[tuple[str, str]]:
    yield "TY", "DATA"
    yield "ID", citation.key
    yield from (("AU", f"{name},") for name in citation.authors)  # the comma keeps a name in one piece
    yield "TI", citation.title
    if citation.container:
        yield "T2", citation.container
    yield "PY", citation.issued[:4]
    yield "DA", citation.issued.replace("-", "/")
    yield "ET", citation.version
    if citation.url:
        yield "UR", citation.url
    if citation.abstract:
        yield "AB", citation.abstract
    yield from (("KW", word) for word in citation.keywords)
    yield "N1", citation.remark
    yield "ER", ""


def plain(citation: Citation) -> str:
    """A citation to be read: who, when, what, where."""
    held = [citation.title, citation.container] if citation.container else [citation.title]
    held[-1] = f"{held[-1]}, release {citation.version}"
    parts = [f"{'; '.join(citation.authors)} ({citation.issued[:4]})", *held, citation.licence or ""]
    text = ". ".join(_line(part).rstrip(".") for part in parts if part) + "."
    return f"{text} {citation.url}" if citation.url else text


@dataclass(frozen=True, slots=True)
class Format:
    """A form of a citation: its media type, what a file of it ends with, and who writes it."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Citation], str]


CSL: Final = Format("csl", "application/vnd.citationstyles.csl+json", ".json", csl_json)
BIBTEX: Final = Format("bibtex", "application/x-bibtex", ".bib", bibtex)
RIS: Final = Format("ris", "application/x-research-info-systems", ".ris", ris)

#: The forms of a citation by name.
FORMATS: Final = {form.name: form for form in (CSL, BIBTEX, RIS)}


def _tex(text: str) -> str:
    return "".join(TEX.get(sign, sign) for sign in _line(text))


def _line(text: str) -> str:
    """A text in one line, without characters that stand for none."""
    spaced = re.sub(r"\s+", " ", text).strip()
    return "".join(sign for sign in spaced if unicodedata.category(sign) not in ("Cc", "Cs"))
