"""`onrecord anchor`: the anchor of words in a captured text, ready to paste into a record.

Finds words exactly as they stand, or tells what stands there instead; it anchors nothing that is not in the text.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError

from dataset import anchors, scalars, yamlfile
from dataset.canonical import Body
from dataset.problems import Problems, suggestion
from dataset.schemas.parts import SourceText
from dataset.settings import Settings, read_settings
from dataset.texts import Stretch, TextFolder, zone_at

#: Columns before a pasted block: a field of a quote or claim in its source's file.
MARGIN = "    "
CONTEXT = 40
ESCAPE = re.compile(r"\\(?:[nrt\\]|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8}))")
ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\\": "\\"}

EXAMPLES = """
\b
Examples:
  onrecord anchor example-times-2024 "We shall see"
  onrecord anchor example-times-2024 "shall" --occurrence 2
  onrecord anchor example-times-2024 "The minister" --to "three days." --claim
  onrecord anchor example-times-2024 -e "We shall\\nsee"     a line end inside
  onrecord anchor example-times-2024 --at 1204:1216
  onrecord anchor capture.txt "We shall see"                 before the record exists

WORDS are taken literally, a real line end between the quotes of the shell included. With -e the escapes \\n, \\r, \\t,
\\xa0, \\u2019, \\U0001f600 and \\\\ stand for characters, as near misses show them. Where words run over line ends, the
first and the last ones are easier: --to takes the nearest last words behind the first.
"""


@click.command("anchor", epilog=EXAMPLES, short_help="Print the anchor of words in a text.")
@click.argument("source")
@click.argument("words", required=False)
@click.option("--to", "last", metavar="WORDS", help="Last words of the stretch; WORDS are then its first.")
@click.option("--at", "place", metavar="START:END", help="A stretch by its code points, instead of words.")
@click.option("--occurrence", type=click.IntRange(1), help="Which one, when the words stand there several times.")
@click.option("--claim", is_flag=True, help="For a claim: the stretch alone, no text, prefix and suffix.")
@click.option("-e", "--escapes", is_flag=True, help="Read \\n, \\u2019 and the like in the words.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: occurrences, the anchor, near misses.")
def anchor(
    *,
    source: str,
    words: str | None,
    last: str | None,
    place: str | None,
    occurrence: int | None,
    claim: bool,
    escapes: bool,
    as_json: bool,
) -> None:
    """Print the anchor of WORDS in the text of SOURCE (its id, or the name of a file in ONRECORD_TEXTS).

    Lists every occurrence when there are several, and what comes near when there is none; then the exit status is 1.
    """
    if (words is None) == (place is None) or (last is not None and words is None) or words == "" or last == "":
        raise click.UsageError("give WORDS (with or without --to), or --at START:END")
    if escapes:
        words, last = (None if part is None else _unescape(part) for part in (words, last))
    stretch, zones = _find_source(source, read_settings())
    if place is not None:
        stretches = [_parse_place(place, stretch)]
    else:
        assert words is not None
        stretches = list(_stretches(stretch, words, last))
    if occurrence is not None and stretches and occurrence > len(stretches):
        raise click.ClickException(f"--occurrence: found {occurrence}; allowed: 1 to {len(stretches)}")
    chosen = (occurrence or 1) - 1 if len(stretches) == 1 or (occurrence and stretches) else None
    answer: Body = {"source": source} | _answer(stretch, zones, stretches)
    if chosen is not None:
        start, end = stretches[chosen]
        answer |= {"chosen": chosen + 1} | ({} if claim else {"text": stretch.text.content[start:end]})
        answer["anchor"] = anchors.make_anchor(stretch.text.content, start, end, quote=not claim)
    if not stretches:
        answer["near"] = _near(stretch, words or "", last)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    elif chosen is not None:
        _show_place(answer["occurrences"][chosen], len(stretches))
        click.echo(block(answer), nl=False)
    elif stretches:
        click.echo(f"{len(stretches)} occurrences in {stretch.text.file}; choose with --occurrence N")
        for found in answer["occurrences"]:
            _show_place(found, len(stretches), err=False)
    else:
        _show_near(answer["near"], stretch, words or "", last)
    sys.exit(0 if chosen is not None else 1)


def block(answer: Body) -> str:
    """The YAML to paste: a quote's `text` with its anchor, or a claim's anchor."""
    lines = []
    if "text" in answer:
        lines += ["text: ", *scalars.lines(answer["text"], len(MARGIN) + 6, len(MARGIN) + 2)]
        lines[:2] = ["".join([MARGIN, *lines[:2]])]
    lines.append(f"{MARGIN}anchor:")
    for name, value in answer["anchor"].items():
        lines.append(f"{MARGIN}  {name}: {scalars.inline(str(value))}")
    return "".join(line + "\n" for line in lines)


def _unescape(words: str) -> str:
    """The words with their escapes read; what is no escape stays as it is typed."""

    def read(found: re.Match[str]) -> str:
        number = found["x"] or found["u"] or found["U"]
        return chr(int(number, 16)) if number else ESCAPES[found[0]]

    try:
        return ESCAPE.sub(read, words)
    except (ValueError, OverflowError):
        raise click.ClickException("an escape beyond U+10FFFF") from None


def _find_source(name: str, settings: Settings) -> tuple[Stretch, list[Body]]:
    """The stretch that the source is, with its zones; every way in which there is none is told."""
    if settings.texts is None:
        raise click.ClickException("ONRECORD_TEXTS is not set: it names the folder of the captured texts")
    texts = TextFolder(settings.texts)
    try:
        record = _text_of(name, settings.records)
        if record is None:
            names = texts.names()
            if name in names:
                text = texts.get(name)
                assert text is not None
                return Stretch(text, 0, text.characters), []
            known = [*(path.stem for path in settings.records.glob("sources/*.yaml")), *names]
            raise click.ClickException(f"there is no source {name!r}{suggestion(name, known)}")
        whole = (_text_of(record["part_of"], settings.records) or {}) if "part_of" in record else record
        text = texts.get(whole.get("file", ""))
    except Problems as error:
        raise click.ClickException(str(error)) from None
    if text is None:
        raise click.ClickException(f"the text of {name} is missing: {settings.texts / whole['file']}")
    if text.sha256 != whole["sha256"]:
        click.echo(f"warning: {text.file} is not the text that the record of {name} describes", err=True)
    start, end = (record["start"], record["end"]) if "part_of" in record else (0, text.characters)
    return Stretch(text, start, min(end, text.characters)), record.get("zones", [])


def _text_of(name: str, records: Path) -> Body | None:
    """The checked `text` of a source; None when there is no such source. The rest of its file is not judged here."""
    path = records / "sources" / f"{name}.yaml"
    if "/" in name or not path.is_file():
        return None
    plain = yamlfile.read(path).plain()
    text: Any = plain.get("text") if isinstance(plain, dict) else None
    if text is None:
        raise click.ClickException(f"{path}: the source has no text; give the name of its file instead of {name}")
    try:
        body: Body = SourceText().load(text)
    except ValidationError as error:
        raise click.ClickException(f"{path}: text: {error.messages}") from None
    return body


def _parse_place(place: str, stretch: Stretch) -> tuple[int, int]:
    start, colon, end = place.partition(":")
    allowed = f"START:END within {stretch.start}:{stretch.end}"
    if not (colon and start.isascii() and start.isdigit() and end.isascii() and end.isdigit()):
        raise click.ClickException(f"--at: found {place}; allowed: {allowed}")
    if not stretch.start <= int(start) < int(end) <= stretch.end:
        raise click.ClickException(f"--at: found {place}; allowed: {allowed}")
    return int(start), int(end)


def _stretches(stretch: Stretch, words: str, last: str | None) -> Iterator[tuple[int, int]]:
    """Every stretch that is `words`, or that begins with them and ends with the nearest `last`."""
    content = stretch.text.content
    for start in anchors.occurrences(content, words, stretch.start, stretch.end):
        end = start + len(words)
        if last is not None:
            begin = max(start, end - len(last))  # the last words may overlap the first ones, not end before them
            at = content.find(last, begin, stretch.end)
            if at == -1:
                continue
            end = at + len(last)
        yield start, end


def _answer(stretch: Stretch, zones: list[Body], stretches: list[tuple[int, int]]) -> Body:
    content = stretch.text.content
    return {
        "file": stretch.text.file,
        "occurrences": [
            {
                "number": number,
                "start": start,
                "end": end,
                "zone": zone_at(zones, start),
                "before": content[max(stretch.start, start - CONTEXT) : start],
                "words": content[start:end],
                "after": content[end : min(stretch.end, end + CONTEXT)],
            }
            for number, (start, end) in enumerate(stretches, 1)
        ],
    }


def _near(stretch: Stretch, words: str, last: str | None) -> list[Body]:
    """Near misses of the words that are not there; of the last ones when the first are."""
    content = stretch.text.content
    phrases = [phrase for phrase in (words, last) if phrase]
    return [
        {"phrase": phrase, **asdict(miss)}
        for phrase in phrases
        if not anchors.occurrences(content, phrase, stretch.start, stretch.end)
        for miss in anchors.near_misses(content, phrase, stretch.start, stretch.end)
    ]


def _show_place(found: Body, total: int, err: bool = True) -> None:
    words = found["words"]
    if len(words) > 3 * CONTEXT:
        words = f"{words[:CONTEXT]} […] {words[-CONTEXT:]}"
    shown = f"…{scalars.visible(found['before'])}[[{scalars.visible(words)}]]{scalars.visible(found['after'])}…"
    zone = f" {found['zone']}" if found["zone"] else ""
    click.echo(f"{found['number']} of {total}: {found['start']}:{found['end']}{zone} {shown}", err=err)


def _show_near(near: list[Body], stretch: Stretch, words: str, last: str | None) -> None:
    content = stretch.text.content
    for phrase in (part for part in (words, last) if part):
        if anchors.occurrences(content, phrase, stretch.start, stretch.end):
            continue
        click.echo(f"not in {stretch.text.file}: {scalars.visible(phrase)}")
        misses = [miss for miss in near if miss["phrase"] == phrase]
        for miss in misses:
            other = ", ".join(miss["differs"])
            click.echo(f"  near, other in {other}: {miss['start']}:{miss['end']} {scalars.visible(miss['words'])}")
        at, length = anchors.longest_beginning(content, phrase, stretch.start, stretch.end)
        if not misses and length > len(phrase) // 4:
            goes_on = scalars.visible(content[at + length : min(stretch.end, at + length + CONTEXT)])
            click.echo(f"  its first {length} characters stand at {at}; there the text goes on: {goes_on}")
    if last is not None and anchors.occurrences(content, words, stretch.start, stretch.end):
        click.echo("the last words stand nowhere behind the first ones")
