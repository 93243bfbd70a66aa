"""What a text holds and no record covers: words in quotation marks, numbers, dates, whole paragraphs.

Each place of a file belongs to one source: where a source is a stretch of another's file, to that one. Site boilerplate
and bylines make no claims; their numbers and paragraphs are not asked for, their quotation marks are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from dataset.canonical import Body
from dataset.records import Records
from dataset.review.figures import figures
from dataset.review.items import Item, in_text
from dataset.review.marks import Marked, marked
from dataset.scalars import visible
from dataset.texts import Stretch, zone_at

#: Zones whose numbers, dates and paragraphs need no claim.
SILENT_ZONES: Final = frozenset({"boilerplate", "byline"})
#: A line at least this long was not broken by hand or by a mailer: its end is a paragraph's.
LONG_LINE: Final = 120
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(slots=True)
class Held:
    """A source with its text at hand: its own parts of the file, and where its quotes and claims stand."""

    id: str
    stretch: Stretch
    parts: list[tuple[int, int]]
    zones: list[Body]
    language: str | None
    quotes: list[tuple[int, int]] = field(default_factory=list)
    claims: list[tuple[int, int]] = field(default_factory=list)


def held_sources(records: Records, stretches: Mapping[str, Stretch]) -> list[Held]:
    """The sources whose text is there, each with the parts of the file that no other source within it has."""
    held = []
    of_file: dict[str, list[tuple[str, Stretch]]] = defaultdict(list)
    for id, stretch in stretches.items():
        of_file[stretch.text.file].append((id, stretch))
    for id, stretch in stretches.items():
        body = records.bodies["sources"][id]
        within = [
            (other.start, other.end)
            for name, other in of_file[stretch.text.file]
            if name != id
            and stretch.start <= other.start
            and other.end <= stretch.end
            and (other.end - other.start) < (stretch.end - stretch.start)
        ]
        parts = list(_without(stretch.start, stretch.end, within))
        held.append(Held(id, stretch, parts, body["text"].get("zones", []), body.get("language")))
    by_id = {source.id: source for source in held}
    for type in ("quotes", "claims"):
        for body in records.bodies[type].values():
            source = by_id.get(body["source"])
            if source is not None and "anchor" in body:
                places = source.quotes if type == "quotes" else source.claims
                places.append((body["anchor"]["start"], body["anchor"]["end"]))
    return held


def uncovered(source: Held) -> Iterator[Item]:
    """Every finding of this module in one source, in the order of its text."""
    found: list[Item] = []
    for start, end in source.parts:
        found += _marks(source, start, end)
        found += _figures(source, start, end)
        found += _paragraphs(source, start, end)
    yield from sorted(found, key=lambda item: item.start or 0)


def _without(start: int, end: int, holes: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = start
    for first, last in sorted(holes):
        if first > at:
            yield at, first
        at = max(at, last)
    if at < end:
        yield at, end


def _item(source: Held, rule: str, start: int, end: int) -> Item:
    words = visible(source.stretch.text.content[start:end])
    found = words if len(words) <= 80 else f"{words[:50]} … {words[-25:]}"
    return in_text(rule, source.stretch.text, source.id, start, end, found=found)


# --- quotation marks -----------------------------------------------------------------------------------------


def _marks(source: Held, start: int, end: int) -> Iterator[Item]:
    content = source.stretch.text.content
    for pair in marked(content, start, end):
        if pair.open is None or pair.close is None:
            if not _met(source, pair):
                at = pair.open if pair.open is not None else pair.close
                assert at is not None
                yield _item(source, "unpaired_mark", at, min(at + 40, end) if pair.open is not None else at + 1)
        elif not _quoted(source, pair.open + 1, pair.close):
            yield _item(source, "unquoted_marks", pair.open, pair.close + 1)


def _met(source: Held, pair: Marked) -> bool:
    """Whether a quote begins behind a mark that nothing closes, or ends before one that nothing opens."""
    content = source.stretch.text.content
    for start, end in source.quotes:
        if pair.open is not None and start > pair.open and not content[pair.open + 1 : start].strip():
            return True
        if pair.open is None and pair.close is not None and end <= pair.close and not content[end : pair.close].strip():
            return True
    return False


def _quoted(source: Held, start: int, end: int) -> bool:
    """Whether quotes that lie between the marks cover every letter and digit there.

    A quote around them does not count: what is quoted inside a quote is a quote of its own.
    """
    content = source.stretch.text.content
    left = {at for at in range(start, end) if content[at].isalnum()}
    if not left:
        return True
    for first, last in source.quotes:
        if start - 1 <= first and last <= end + 1:
            left.difference_update(range(first, last))
    return not left


# --- numbers, dates, paragraphs ------------------------------------------------------------------------------


def _claimed(source: Held, start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in source.claims)


def _figures(source: Held, start: int, end: int) -> Iterator[Item]:
    for figure in figures(source.stretch.text.content, start, end, source.language):
        silent = zone_at(source.zones, figure.start) in SILENT_ZONES
        if not silent and not _claimed(source, figure.start, figure.end):
            yield _item(source, f"unclaimed_{figure.kind}", figure.start, figure.end)


def _paragraphs(source: Held, start: int, end: int) -> Iterator[Item]:
    content = source.stretch.text.content
    for first, last in text_paragraphs(content, start, end, source.zones):
        silent = zone_at(source.zones, first) in SILENT_ZONES
        if not silent and not any(begin < last and first < finish for begin, finish in source.claims):
            yield _item(source, "unclaimed_paragraph", first, last)


def text_paragraphs(content: str, start: int, end: int, zones: list[Body]) -> list[tuple[int, int]]:
    """The paragraphs of a stretch that hold a letter, without the white space around them.

    They end at blank lines and at the bounds of zones; at a single line end when the line is too long to have been
    broken for its width, or ends a sentence well before the width of the lines around it.
    """
    bounds = sorted({start, end, *(zone["start"] for zone in zones), *(zone["end"] for zone in zones)})
    bounds = [bound for bound in bounds if start <= bound <= end]
    found: list[tuple[int, int]] = []
    for first, last in pairwise(bounds):
        lines = [line for line in _LINE.finditer(content, first, last) if line.end() > line.start()]
        widths = [len(line[0].rstrip()) for line in lines]
        width = max((size for size in widths if size < LONG_LINE), default=0)
        begin = first
        for line, size in zip(lines, widths, strict=True):
            ends_sentence = line[0].rstrip().rstrip("\"'”’)»").endswith((".", "?", "!", "…", "|"))
            if size == 0 or size >= LONG_LINE or (ends_sentence and size < 0.75 * width):
                found.append((begin, line.end()))
                begin = line.end()
        found.append((begin, last))
    trimmed = (_trim(content, first, last) for first, last in found)
    return [(first, last) for first, last in trimmed if any(letter.isalpha() for letter in content[first:last])]


def _trim(content: str, start: int, end: int) -> tuple[int, int]:
    while start < end and content[start].isspace():
        start += 1
    while end > start and content[end - 1].isspace():
        end -= 1
    return start, end
