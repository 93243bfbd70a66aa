"""What a person reads: `README.md` and `CITATION.cff` of a release, and the README table of its SQLite file."""

from __future__ import annotations

import io
from typing import Any, Final

from ruamel.yaml import YAML

from dataset.exports.artefacts import CHECKSUMS, artefacts
from dataset.exports.descriptors.about import About, present
from dataset.exports.layout import layouts

#: How the files are read, for those who have nothing but them.
READING: Final = (
    "A line of `*.jsonl` is canonical JSON (RFC 8785) without null members and empty lists. Over the files of the nine",
    "types, in the order of their names, `cat *.jsonl | sha256sum` gives the state SHA-256 above.",
    "",
    "CSV is UTF-8 without byte order mark, RFC 4180 with CRLF; an empty cell is null. Members of a part are columns",
    "(`anchor_start`), lists are tables of their own with `position` counted from 1. A text that a spreadsheet would",
    "run as a formula has an apostrophe in front: take one away from a cell that begins with apostrophes and then `=`,",
    "`+`, `-`, `@`, a tab, a line end or a full-width form of these signs. Every other cell stands as it is.",
)


def facts(about: About) -> dict[str, str]:
    """The release in a few lines, each with its name."""
    creators = "; ".join(" ".join(filter(None, (one["name"], one.get("url")))) for one in about.creators)
    return present(
        {
            "title": about.title,
            "description": about.description,
            "dataset": about.name,
            "release": about.version,
            "date": about.date,
            "notes": about.notes,
            "creators": creators,
            "licence": about.licence,
            "rights": about.rights,
            "homepage": about.homepage,
            "contact": about.dataset.get("contact"),
            "state SHA-256": about.sha256,
            "redacted": "; ".join(f"{one.type}/{one.id} on {one.date}: {one.reason}" for one in about.redactions),
        }
    )


def readme(about: About) -> str:
    """`README.md`: what is in the release and how to read it. The same file lies in the archive."""
    listed = artefacts(about.version, about.parent)
    lines = [f"# {about.title}, release {about.version}", ""]
    lines += [f"- **{name}**: {text}" for name, text in facts(about).items() if name != "title"]
    lines += ["", "| type | records | what one is |", "|---|---:|---|"]
    lines += [f"| {one.type} | {about.counts.get(one.type, 0)} | {one.description} |" for one in layouts()]
    lines += ["", "## Files", "", "| file | what it is | in the archive |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.description} | {'yes' if one.zipped else ''} |" for one in listed]
    lines += ["", "## Reading them", "", *READING, "", f"Check the files with `sha256sum -c {CHECKSUMS}`.", ""]
    return "\n".join(lines)


def citation_cff(about: About) -> str:
    """`CITATION.cff`, Citation File Format 1.2.0."""
    contact = present({"name": about.creators[0]["name"], "email": about.email}) if about.email else None
    held: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite the release that you used.",
        "type": "dataset",
        "title": about.title,
        "abstract": about.description,
        "authors": [present({"name": one["name"], "website": one.get("url")}) for one in about.creators],
        "contact": [contact] if contact else None,
        "version": about.version,
        "date-released": about.date,
        "license": about.licence_id,
        "url": about.homepage,
        "keywords": about.keywords,
    }
    yaml = YAML()
    yaml.width = 10_000
    stream = io.StringIO()
    yaml.dump(present(held), stream)
    return stream.getvalue()
