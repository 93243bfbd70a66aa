"""A curator's desk for tests: a folder of made-up texts that hold every trap we know, and records anchored in them.

Nothing here is taken from a real text. `desk.source(...)` anchors phrases where they stand, so that the offsets in the
records are as exact as a curator's; tests then bend what they want to see refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from dataset import anchors, formatting
from dataset.cli import main
from dataset.texts import decode

# a busy machine is no mistake of the code under test
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

#: A byte order mark, CRLF and lone CR, a no-break space, straight and curly marks, a letter with a combining accent, a
#: character outside the BMP, a sentence broken by a line end, and a translation in the same file.
HERALD = (
    "\ufeffHarbour talks end\r\n\r\n"
    'Mayor Ola Quist said “the ferry\u00a0sails at noon”, while others\r\nspoke of "a farce". '
    "Some 40 boats \U0001f6a2 waited near the cafe\u0301.\rOne 'strange' word. "
    "The ferry is late; the ferry is full.\r\n\r\n"
    "Übersetzung\r\n\r\nBürgermeisterin Ola Quist sagte: „die Fähre fährt mittags“.\r\n"
)

DATASET = {"id": "harbour", "title": "The harbour talks", "licence": "CC-BY-4.0"}
ACTORS = [{"id": "ola-quist", "name": "Ola Quist", "kind": "person", "named": "true"}]


@dataclass
class Desk:
    """Folders of texts and records, and the program over them."""

    folder: Path
    environment: dict[str, str | None] = field(default_factory=dict)

    @property
    def texts(self) -> Path:
        return self.folder / "texts"

    @property
    def records(self) -> Path:
        return self.folder / "records"

    def text(self, name: str, content: str) -> None:
        self.texts.mkdir(exist_ok=True)
        (self.texts / name).write_bytes(content.encode())

    def write(self, name: str, plain: object) -> Path:
        """A record file in canonical form."""
        path = self.records / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(plain, ensure_ascii=False).replace("\ufeff", "\\ufeff").replace("\u007f", "\\u007f")
        path.write_text(formatting.formatted(text, formatting.order_for(path)), "utf-8")
        return path

    def source(
        self,
        id: str,
        file: str,
        quotes: Sequence[tuple[str, dict[str, Any]]] = (),
        claims: Sequence[tuple[str, dict[str, Any]]] = (),
        within: tuple[str, int, int] | None = None,
        **fields: Any,
    ) -> Path:
        """A source whose quotes and claims are anchored at the first place where their words stand in its stretch."""
        text = decode((self.texts / file).read_bytes(), file)
        block = {"file": file, "sha256": text.sha256, "characters": str(text.characters)}
        start = 0
        if within is not None:
            whole, start, end = within
            block = {"part_of": whole, "start": str(start), "end": str(end)}

        def hanging(letter: str, items: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
            made = []
            for number, (words, more) in enumerate(items, 1):
                at = text.content.index(words, start)
                anchor = anchors.make_anchor(text.content, at, at + len(words), quote=letter == "q")
                plain = {name: str(value) for name, value in anchor.items()}
                made.append({"id": f"{id}.{letter}{number}", "anchor": plain, **more})
                if letter == "q":
                    made[-1]["text"] = words
            return made

        body = {"id": id, **fields, "text": {**block, **fields.get("text", {})}}
        return self.write(
            f"sources/{id}.yaml", {**body, "quotes": hanging("q", quotes), "claims": hanging("c", claims)}
        )

    def run(self, *arguments: str, texts: bool = True) -> Result:
        """The program, as a curator calls it."""
        environment = {"ONRECORD_RECORDS": str(self.records), "ONRECORD_TEXTS": str(self.texts) if texts else ""}
        return CliRunner(env={**environment, **self.environment}).invoke(main, arguments)


@pytest.fixture
def bare(tmp_path: Path) -> Desk:
    """A dataset with one actor and no source."""
    desk = Desk(tmp_path)
    desk.texts.mkdir()
    desk.write("dataset.yaml", DATASET)
    desk.write("actors.yaml", ACTORS)
    return desk


@pytest.fixture
def desk(bare: Desk) -> Desk:
    """The harbour: one text with a translation under it, two sources, quotes and claims."""
    bare.text("herald.txt", HERALD)
    spoken = {"kind": "direct", "speaker": "ola-quist", "speaker_basis": "stated"}
    bare.source(
        "herald",
        "herald.txt",
        title="Harbour talks end",
        quotes=[
            ("the ferry\u00a0sails at noon", spoken),
            ("a farce", {"kind": "partial", "speaker_basis": "unknown"}),
            ("strange", {"kind": "scare", "speaker_basis": "author"}),
        ],
        claims=[
            (
                'while others\r\nspoke of "a farce"',
                {"statement": "Some called it a farce.", "claimant_basis": "unknown", "modality": "opinion"},
            ),
            (
                "Some 40 boats \U0001f6a2 waited near the cafe\u0301.\r",
                {"statement": "About forty boats waited.", "claimant_basis": "author", "modality": "asserted"},
            ),
        ],
    )
    start = HERALD.index("Bürgermeisterin")
    bare.source(
        "herald-de",
        "herald.txt",
        within=("herald", start, len(HERALD)),
        language="de",
        quotes=[("die Fähre fährt mittags", {**spoken, "printing_of": "herald.q1"})],
    )
    return bare
