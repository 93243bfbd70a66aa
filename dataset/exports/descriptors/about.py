"""What every description of a release says: the dataset record, the release and its files, with the choices made once.

The dataset record may lack anything but its name and title; each description leaves out what is absent, or says here
what stands in for it where a standard insists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dataset.canonical import Body
from dataset.exports.artefacts import Artefact, artefacts
from dataset.exports.index import File
from dataset.redactions import Redaction


@dataclass(frozen=True, slots=True)
class About:
    """A release to be described; `files` are those whose bytes are known by now.

    `redactions` are the records whose bodies were taken out of it; `counts` and `sha256` are of what is left.
    """

    dataset: Body
    version: str
    parent: str | None
    date: str
    notes: str
    counts: dict[str, int]
    sha256: str
    files: dict[str, File]
    redactions: Sequence[Redaction] = ()

    def refers_to_all(self, type: str) -> bool:
        """Whether references to records of a type lead somewhere, all of them: none of its records was redacted."""
        return all(one.type != type for one in self.redactions)

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return str(self.dataset["id"])

    @property
    def title(self) -> str:
        """Title of the dataset."""
        return str(self.dataset["title"])

    @property
    def description(self) -> str:
        """What it is; its title where nothing is said."""
        return str(self.dataset.get("description", self.title))

    @property
    def rights(self) -> str | None:
        """What the licence does not cover."""
        return self.dataset.get("rights_note")

    @property
    def creators(self) -> list[dict[str, Any]]:
        """Who made it, each with `name` and perhaps `url`; the dataset itself where nobody is named."""
        return self.dataset.get("creators") or [{"name": f"The makers of {self.title}"}]

    @property
    def keywords(self) -> list[str]:
        """Words to find it by."""
        return list(self.dataset.get("keywords", []))

    @property
    def languages(self) -> list[str]:
        """Languages of the texts, BCP 47."""
        return list(self.dataset.get("languages", []))

    @property
    def homepage(self) -> str | None:
        """Its home."""
        return self.dataset.get("homepage")

    @property
    def iri(self) -> str:
        """The IRI of the release: below the home of the dataset, or within the description itself where it has none."""
        return f"{self.homepage.rstrip('/')}/releases/{self.version}" if self.homepage else "#release"

    @property
    def email(self) -> str | None:
        """The address to write to, where the contact is one."""
        contact = self.dataset.get("contact", "")
        return contact if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact) else None

    @property
    def licence(self) -> str | None:
        """The licence of words and structure: an SPDX identifier."""
        return self.dataset.get("licence")

    @property
    def licence_id(self) -> str | None:
        """The licence where it is a plain identifier; an SPDX expression of several is none."""
        licence = self.licence
        return licence if licence and re.fullmatch(r"[-A-Za-z0-9.]+", licence) else None

    @property
    def licence_url(self) -> str | None:
        """The page of the licence in the SPDX list."""
        return f"https://spdx.org/licenses/{self.licence_id}.html" if self.licence_id else None

    def described(self) -> list[tuple[Artefact, File]]:
        """The files whose bytes are known, with what they are."""
        listed = artefacts(self.version, self.parent)
        return [(one, self.files[one.name]) for one in listed if one.name in self.files]


def present(members: dict[str, Any]) -> dict[str, Any]:
    """The members that are not None and not empty."""
    return {name: value for name, value in members.items() if value not in (None, [], {}, "")}
