"""Records and releases in other forms than JSON: citations and linked data, chosen by `Accept` or by a path.

What is said in them is made in `dataset.citing`; here a form is chosen and sent. The operations at `/citation` and
`/jsonld` are in `api.resources.citations`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response

from api import examples
from api.documented import Form
from api.negotiation import JSON, chosen
from api.reading import View, files
from dataset.canonical import canonical
from dataset.citing.formats import BIBTEX, CSL, FORMATS, RIS, Citation, Format, csl, plain
from dataset.citing.gathering import Cited, about_release, gather
from dataset.citing.linked import LINKED, as_text, linked
from dataset.citing.naming import cite_record, cite_release
from dataset.exports.descriptors.about import About
from dataset.exports.descriptors.catalogue import schema_org
from dataset.store.reading import release_of

_BY_MEDIA_TYPE: Final = {form.media_type: form for form in FORMATS.values()}

#: What a citation may be sent as, what the document says of `format`.
CITED: Final = (JSON, *_BY_MEDIA_TYPE)
#: What a record or a release may be sent as.
REPRESENTATIONS: Final = (*CITED, LINKED)


def about_of(view: View) -> About:
    """The release that is read, to be described without its files."""
    stored = release_of(view.connection, view.release.version)
    assert stored is not None  # a view is of a release that is there
    return about_release(view.connection, view.release, stored)


def with_files(view: View, about: About) -> About:
    """A release with the files that it has for download by now."""
    shelf = files().shelf(view.catalogue.by_version[about.version])
    return replace(about, files={file.name: file for file in shelf.index.files} if shelf else {})


def wanted(named: str | None) -> str:
    """The media type of a citation: of the format that the address names, else the best that `Accept` admits.

    Raises:
        RequestProblem: `Accept` admits none.
    """
    return chosen(CITED if named is None else (FORMATS[named].media_type,))


def citation_of(view: View, type: str, body: str) -> Citation:
    """The citation of a record, given as its canonical JSON."""
    return cite_record(gather(view.connection, view.release, about_of(view), type, body))


def represented(view: View, type: str, body: str, media_type: str) -> Response:
    """A record, given as its canonical JSON, in a form that is not JSON."""
    if media_type != LINKED:
        return send_citation(citation_of(view, type, body), media_type)
    about = about_of(view)
    if type == "dataset":
        return send_linked(schema_org(about))
    return send_linked(linked(gather(view.connection, view.release, about, type, body)))


def represented_release(view: View, media_type: str) -> Response:
    """The release that is read, in a form that is not JSON."""
    about = about_of(view)
    if media_type != LINKED:
        return send_citation(cite_release(about), media_type)
    return send_linked(schema_org(with_files(view, about), beside=f"/v1/releases/{about.version}/files/"))


def send_citation(citation: Citation, media_type: str) -> Response:
    """A citation as a text, under a name by which a citation manager knows what it is."""
    form: Format = _BY_MEDIA_TYPE[media_type]
    content_type = media_type if form is CSL else f"{media_type}; charset=utf-8"
    headers = {"Content-Disposition": f'inline; filename="{citation.key}{form.suffix}"'}
    return Response(form.write(citation), content_type=content_type, headers=headers)


def send_linked(document: dict[str, Any]) -> Response:
    """An answer of JSON-LD."""
    return Response(as_text(document), content_type=LINKED)


def citation_members(citation: Citation) -> dict[str, Any]:
    """A citation in JSON: to be read, and in each form."""
    return {
        "key": citation.key,
        "title": citation.title,
        "url": citation.url,
        "text": plain(citation),
        "csl": csl(citation),
        **{form.name: form.write(citation) for form in (BIBTEX, RIS)},
    }


# --- what the document shows, made from its made-up records -------------------------------------------------------


def _example(type: str) -> Cited:
    dataset = {**examples.DATASET, "homepage": "https://example.org/bridge/"}
    about = About(dataset, examples.VERSION, None, "2024-07-01", "First release.", {}, examples.DIGEST, {})
    named = {one["id"]: one for one in (examples.ACTOR, {"id": "overton-herald", "name": "The Overton Herald"})}
    text = canonical(examples.RECORDS[type]).decode()
    sources = {examples.SOURCE["id"]: examples.SOURCE}
    return Cited(about, type, text, sources, named, {examples.PLACE["id"]: examples.PLACE})


def example_citation(type: str) -> Citation:
    """The citation of the made-up record of a type, or of the made-up release."""
    return cite_release(_example("dataset").about) if type == "releases" else cite_record(_example(type))


def _example_linked(type: str) -> dict[str, Any]:
    return schema_org(_example("dataset").about) if type in ("dataset", "releases") else linked(_example(type))


def linked_form(type: str) -> Form:
    """JSON-LD, as the document tells it."""
    return Form(LINKED, _OBJECT, _example_linked(type))


_OBJECT: Final = {"type": "object", "description": "JSON-LD."}
#: The forms of a citation beside JSON, as the document tells them; its example of JSON has them all.
CITATION_FORMS: Final = (
    Form(CSL.media_type, {"type": "array", "items": {"type": "object", "description": "An item of CSL-JSON."}}),
    *(Form(form.media_type, {"type": "string"}) for form in (BIBTEX, RIS)),
)
#: The forms of a record beside JSON.
FORMS: Final = (*CITATION_FORMS, Form(LINKED, _OBJECT))
