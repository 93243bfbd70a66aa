"""The pages that are written from the code, and the lists that stand in two places, agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dataset.generate import FILES, content
from dataset.schemas import codes
from dataset.schemas.fields import SLUG

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_from_the_schemas_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == content(name), "run: python -m dataset.generate"


LISTS = {name: values for name, values in vars(codes).items() if name.isupper()}


@pytest.mark.parametrize("name", LISTS)
def test_the_codebook_has_a_row_for_every_code(name: str) -> None:
    page = (ROOT / "docs" / "codebook.md").read_text("utf-8")
    defined = set(re.findall(r"^\| `([a-z_]+)` \| .+ \|$", page, re.MULTILINE))
    for listed in re.findall(r"(?:roles:|Ours:|Kinds:)[^.]*\.", page):
        defined |= set(re.findall(r"`([a-z_]+)`", listed))
    assert set(LISTS[name]) <= defined, sorted(set(LISTS[name]) - defined)


def test_the_pattern_of_ids_in_the_reference_is_the_one_enforced() -> None:
    assert f"`^{SLUG}$`" in (ROOT / "docs" / "fields.md").read_text("utf-8")
