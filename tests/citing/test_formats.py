"""The forms of a citation, letter by letter; what citation managers make of them is asked in tests/check."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dataset.citing.formats import TEX, Citation, bibtex, csl, csl_json, plain, ris

CITATION = Citation(
    key="regatta-1.0.0-quotes-gazette.q1",
    title="“50 % & more_{boats}” — É \\ #1 (words of Åse Ö)",
    authors=("The Archive and Sons", "Müller, Ltd."),
    container="The regatta $ that ~never~ was^",
    issued="2032-01-04",
    version="1.0.0",
    licence="CC-BY-4.0",
    url="https://example.org/regatta/quotes/gazette.q1?release=1.0.0&x=%20_",
    note="Record quotes/gazette.q1.",
    abstract="Two\r\nlines\tand a\u2028separator",
    keywords=("boats", "wind & weather"),
)
TEXTS = st.text(max_size=40)


def test_csl() -> None:
    """An array of one item, with numbers in the date and nothing that is empty."""
    [item] = json.loads(csl_json(CITATION))
    assert item == csl(CITATION)
    assert item["issued"] == {"date-parts": [[2032, 1, 4]]}
    assert item["author"] == [{"literal": "The Archive and Sons"}, {"literal": "Müller, Ltd."}]
    assert (item["type"], item["container-title"]) == ("entry", CITATION.container)
    assert item["note"] == "Record quotes/gazette.q1. Licence: CC-BY-4.0."
    spare = csl(replace(CITATION, container=None, url=None, licence=None, abstract=None, keywords=()))
    assert spare["type"] == "dataset"
    assert not spare.keys() & {"URL", "container-title", "abstract", "keyword"}


def test_bibtex() -> None:
    """What TeX would run is written out; names stay whole, letters stay as they are, the address is left alone."""
    text = bibtex(CITATION)
    assert text.startswith("@misc{regatta-1.0.0-quotes-gazette.q1,\n")
    assert r"  title = {{“50 \% \& more\_\textbraceleft{}boats\textbraceright{}” — É \textbackslash{} \#1" in text
    assert "  author = {{The Archive and Sons} and {Müller, Ltd.}}," in text
    assert (
        r"  howpublished = {The regatta \$ that \textasciitilde{}never\textasciitilde{} was\textasciicircum{}, " in text
    )
    assert "  url = {https://example.org/regatta/quotes/gazette.q1?release=1.0.0&x=%20_},\n" in text
    assert "  abstract = {Two lines and a separator},\n" in text
    assert "  year = {2032},\n  month = {1},\n" in text


@given(TEXTS, TEXTS)
def test_bibtex_of_anything(title: str, name: str) -> None:
    """Braces are even everywhere, and no text ends its field or the entry."""
    text = bibtex(replace(CITATION, title=title, authors=(name,)))
    depth = 0
    for place, sign in enumerate(text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth > 0 or place in (*range(6), len(text) - 2, len(text) - 1), "closed before its end"
    assert depth == 0
    [line] = re.findall(r"^  title = \{\{(.*)\}\},$", text, flags=re.MULTILINE)
    back = line
    for sign, written in sorted(TEX.items(), key=lambda pair: -len(pair[1])):
        back = back.replace(written, f"\x00{ord(sign)}\x01")
    assert not set(back) & set(TEX)


def test_ris() -> None:
    """A tag and a value a line, CRLF, from TY to ER; names end with the comma that keeps them in one piece."""
    text = ris(CITATION)
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    assert (lines[0], lines[-1]) == ("TY  - DATA", "ER  - ")
    assert [line for line in lines if line.startswith("AU")] == ["AU  - The Archive and Sons,", "AU  - Müller, Ltd.,"]
    assert "DA  - 2032/01/04" in lines
    assert "AB  - Two lines and a separator" in lines
    assert [line for line in lines if line.startswith("KW")] == ["KW  - boats", "KW  - wind & weather"]


@given(TEXTS)
def test_ris_of_anything(title: str) -> None:
    """No text makes a line of its own."""
    lines = ris(replace(CITATION, title=title)).splitlines()
    assert len(lines) == len(ris(CITATION).splitlines())
    assert sum(line.startswith(("TY  - ", "ER  - ")) for line in lines) == 2


def test_to_be_read() -> None:
    """Who, when, what, of what, under which licence, where."""
    text = plain(replace(CITATION, title="Heat 1 (event)", container="The regatta", authors=("The Archive",)))
    assert text == f"The Archive (2032). Heat 1 (event). The regatta, release 1.0.0. CC-BY-4.0. {CITATION.url}"
    assert "The regatta, release 1.0.0" in plain(replace(CITATION, title="The regatta", container=None))
