"""A made-up dataset on disk, as a curator has it, for the tests of records, log and releases."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "dataset.yaml": """
        id: harbour-talks
        title: The harbour talks
        """,
    "actors.yaml": """
        - id: ada
          name: Ada
        - id: bob
          name: Bob
        - id: dockers
          name: Dockers
          named: false
        - id: gazette
          name: Gazette
          kind: outlet
        """,
    "questions.yaml": """
        - id: ships
          question: How many ships lay in the harbour?
          answer: number
          positions:
            - key: over_40
              label: Over 40
            - key: thirty
              label: "30"
        """,
    "topics.yaml": """
        - id: trade
          label: Trade
        """,
    "sources/gazette-1.yaml": """
        id: gazette-1
        title: Harbour full
        authors:
          - bob
        publisher: gazette
        claims:
          - id: gazette-1.c1
            statement: More than 40 ships lay in the harbour.
            claimant: ada
            claimant_basis: stated
            modality: asserted
            quantity:
              value: 40
              qualifier: over
              unit: items
            answers:
              - question: ships
                position: over_40
          - id: gazette-1.c2
            statement: 30 ships lay in the harbour.
            claimant: dockers
            claimant_basis: stated
            modality: asserted
            quantity:
              value: 30
              qualifier: exact
              unit: items
            answers:
              - question: ships
                position: thirty
        """,
}

Write = Callable[[str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of sound records."""
    records = tmp_path / "records"
    for name, text in FILES.items():
        file = records / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip(), "utf-8")
    return records


@pytest.fixture
def write(folder: Path) -> Write:
    """Write one file of the folder anew."""

    def rewrite(name: str, text: str) -> Path:
        file = folder / name
        file.write_text(textwrap.dedent(text).lstrip(), "utf-8")
        return file

    return rewrite
