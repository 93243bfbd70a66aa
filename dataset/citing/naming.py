"""The citation of a record, a release or a result: what it is called, and all that its dataset says for it.

The authors are those who made the dataset, for the words of a claim and the making of every record are theirs; who
claims or speaks, and in which source, stands in the title.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dataset.canonical import Body, digest
from dataset.citing.addresses import Addresses
from dataset.citing.formats import Citation
from dataset.citing.gathering import Cited
from dataset.citing.results import Figures
from dataset.exports.descriptors.about import About

#: Characters of a statement or a quote that a title repeats.
SHORT: Final = 120

#: How a title puts the modality of a claim.
CLAIMED: Final = {
    "asserted": "claim by",
    "denied": "denial by",
    "predicted": "prediction by",
    "opinion": "opinion of",
    "urged": "call by",
}


def cite_record(cited: Cited) -> Citation:
    """The citation of a record of a release; the record of the dataset itself is cited as the release."""
    if cited.type == "dataset":
        return cite_release(cited.about)
    about, release = cited.about, f"release {cited.about.version} of {cited.about.date}"
    return Citation(
        key=f"{about.name}-{about.version}-{cited.type}-{cited.id}",
        title=TITLES[cited.type](cited),
        authors=tuple(one["name"] for one in about.creators),
        container=about.title,
        issued=about.date,
        version=about.version,
        licence=about.licence,
        url=cited.addresses.pinned(cited.type, cited.id, about.version),
        note=f"Record {cited.type}/{cited.id} in {release}, SHA-256 {cited.sha256}.",
        abstract=_whole(cited),
    )


def cite_release(about: About) -> Citation:
    """The citation of a release."""
    return Citation(
        key=f"{about.name}-{about.version}",
        title=about.title,
        authors=tuple(one["name"] for one in about.creators),
        container=None,
        issued=about.date,
        version=about.version,
        licence=about.licence,
        url=Addresses(about.homepage).release(about.version) if about.homepage else None,
        note=f"Release {about.version} of {about.date}, state SHA-256 {about.sha256}.",
        abstract=about.dataset.get("description"),
        keywords=tuple(about.keywords),
    )


def cite_result(about: About, type: str, query: str, wording: str, found: Figures) -> Citation:
    """The citation of what a query found: `query` is its one form with release and figures, `wording` is for people."""
    records = f"{found.count} record" + ("" if found.count == 1 else "s")
    return Citation(
        key=f"{about.name}-{about.version}-{type}-{digest(query.encode())[:12]}",
        title=f"{type.capitalize()}{' with ' if wording else ''}{wording} ({records})",
        authors=tuple(one["name"] for one in about.creators),
        container=about.title,
        issued=about.date,
        version=about.version,
        licence=about.licence,
        url=Addresses(about.homepage).result(type, query),
        note=f"Result of a query on release {about.version} of {about.date}: {records}, SHA-256 {found.sha256}.",
    )


def shortened(text: str, most: int = SHORT) -> str:
    """A text of at most `most` characters, cut behind a word where it is longer."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[most // 2 :] else cut).rstrip(" ,;:–—-") + "…"


def _whole(cited: Cited) -> str | None:
    """A statement or quote, where the title has but its beginning."""
    text = cited.body.get({"claims": "statement", "quotes": "text"}.get(cited.type, ""))
    return text if text and shortened(text) != text else None


def _claim(cited: Cited) -> str:
    who = _voice(cited, "claimant")
    told = CLAIMED.get(cited.body["modality"], "claim by")
    return f"“{shortened(cited.body['statement'])}” ({told} {who}, in {_source(cited.source, cited)})"


def _quote(cited: Cited) -> str:
    who = _voice(cited, "speaker")
    return f"“{shortened(cited.body['text'])}” (words of {who}, in {_source(cited.source, cited)})"


def _voice(cited: Cited, role: str) -> str:
    named = cited.actor(cited.body.get(role))
    return named or ("its author" if cited.body[f"{role}_basis"] == "author" else "nobody named")


def _source(source: object, cited: Cited) -> str:
    """A source in short: title, publisher and date, as far as they are known."""
    if not isinstance(source, dict):
        return str(cited.body.get("source", cited.id))
    title = f"“{shortened(source['title'])}”" if "title" in source else source["id"]
    parts = (title, cited.actor(source.get("publisher")), _day(source))
    return ", ".join(part for part in parts if part)


def _day(body: Body, field: str = "published") -> str:
    """A date for people: EDTF, its intervals in words."""
    start, _, end = body.get(field, "").partition("/")
    if start == "..":
        return f"until {end}"
    return f"{start} or later" if end == ".." else f"{start} to {end}" if end else start


def _event(cited: Cited) -> str:
    told = ", ".join(filter(None, ("event", _day(cited.body, "date"))))
    return f"{shortened(cited.body['title'])} ({told})"


def _kind(member: str, kind: str) -> Callable[[Cited], str]:
    return lambda cited: f"{shortened(cited.body[member])} ({kind})"


#: The title of a record, by type.
TITLES: Final[dict[str, Callable[[Cited], str]]] = {
    "sources": lambda cited: f"{_source(cited.body, cited)} (source)",
    "quotes": _quote,
    "claims": _claim,
    "events": _event,
    "actors": _kind("name", "actor"),
    "places": _kind("name", "place"),
    "topics": _kind("label", "topic"),
    "questions": _kind("question", "question"),
}
