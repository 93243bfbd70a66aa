"""Redactions: the records whose bodies were taken out of every release, the one exception to "nothing ever changes".

    releases/redactions.json    the records, each with day and reason; what is left of each release that held one

A redacted record keeps its id, its digest and its place in the log; its body is gone from every change-set. A release
that held it is known by the same version and the same digests as ever, and beside them by those of what is left of it:
the member `redacted` of its manifest, which is added when the log is read and never written into `manifest.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from dataset.canonical import Body
from dataset.problems import Problem, Problems

#: The file, beside the releases of the log.
FILE: Final = "redactions.json"
#: The member of a manifest.
MEMBER: Final = "redacted"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Redaction:
    """A record whose body was taken out: on which day (UTC), and why, for a reader."""

    type: str
    id: str
    date: str
    reason: str

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id


def redactions_of(manifest: Mapping[str, Any]) -> dict[Key, Redaction]:
    """The redacted records that a release held."""
    found = (Redaction(**one) for one in manifest.get(MEMBER, {}).get("records", ()))
    return {one.key: one for one in found}


def redacted_in(manifests: Iterable[Mapping[str, Any]]) -> dict[Key, Redaction]:
    """The redacted records of a whole log."""
    return {key: one for manifest in manifests for key, one in redactions_of(manifest).items()}


def remaining(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the records and changes that are left of a release give: `sha256`, `types`, `counts`, `changes_sha256`.

    Of a release that held no redacted record these are members of its manifest.
    """
    left = manifest.get(MEMBER, {})
    return {
        "sha256": left.get("sha256", manifest["sha256"]),
        "types": {**manifest["types"], **left.get("types", {})},
        "counts": {**manifest["counts"], **left.get("counts", {})},
        "changes_sha256": left.get("changes_sha256", manifest.get("changes_sha256")),
    }


def marked(
    manifest: Mapping[str, Any],
    records: Iterable[Redaction],
    *,
    sha256: str,
    types: Mapping[str, str],
    counts: Mapping[str, int],
    changes_sha256: str,
) -> dict[str, Any]:
    """A manifest with the member that says what is left when these records are taken out of the release."""
    told = sorted(records)
    kinds = sorted({one.type for one in told})
    left: Body = {
        "records": [asdict(one) for one in told],
        "sha256": sha256,
        "types": {type: types[type] for type in kinds},
        "counts": {type: counts[type] for type in kinds},
    }
    if manifest.get("changes_sha256") not in (None, changes_sha256):
        left["changes_sha256"] = changes_sha256
    return {**manifest, MEMBER: left}


def read_redactions(folder: Path) -> tuple[list[Redaction], dict[str, Body]]:
    """The redacted records of a log and, by version, the members `redacted` of the manifests; none without the file.

    Raises:
        Problems: the file cannot be read.
    """
    file = folder / FILE
    try:
        held = json.loads(file.read_text("utf-8"))
        return [Redaction(**one) for one in held["records"]], dict(held["releases"])
    except FileNotFoundError:
        return [], {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problems([Problem(message=f"no readable redactions: {error}", file=str(file))]) from None


def redactions_text(records: Sequence[Redaction], releases: Mapping[str, Body]) -> str:
    """The file as it stands in the log."""
    held = {"records": [asdict(one) for one in sorted(records)], "releases": dict(releases)}
    return json.dumps(held, indent=2, ensure_ascii=False) + "\n"
