"""YAML as curators write it, read strictly: text only, with the line of every value.

YAML would make `no` a boolean, `2024` a number and `2024-06-18` a date, and would keep the last of two equal
keys without a word. Here every scalar is the string that stands in the file, null or nothing is None, and
what makes a file ambiguous is refused: duplicate keys, anchors, aliases, tags, directives, several documents,
tabs, odd line ends, invisible control characters. `dataset.records` reads the record files through this door,
`dataset.formatting` writes them back.

All mistakes of a file are collected and raised together; only a mistake of syntax ends the reading, because
nothing after it can be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from dataset.problems import Problem, Problems, shown

#: Bytes of one file; more is refused before it is parsed.
MAX_BYTES = 16 * 1024 * 1024
#: Lists and mappings inside one another; the records need six.
MAX_DEPTH = 20
#: Code points of a key.
MAX_KEY = 200

#: Plain scalars that mean null (YAML 1.2, core schema); quoted they are words like any other.
NULLS = frozenset({"", "~", "null", "Null", "NULL"})

Plain = str | list["Plain"] | dict[str, "Plain"] | None

# What may not stand in a file as itself: C0 controls but line feed, DEL, C1 controls (next line among them),
# the two Unicode separators that some programs take for line ends, a byte order mark after the first character,
# noncharacters.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands: code-point offsets into the file's text and the style it is written in.

    `style` is the scalar's (`"`, `'`, `|`, `>` or empty for plain), `{`/`[` for flow and empty for block
    collections.
    """

    start: int
    end: int
    style: str


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place. `line` counts from 1; for a member of a mapping it is the line of its key."""

    value: str | list[Node] | dict[str, Node] | None
    line: int
    span: Span = field(default=Span(0, 0, ""), compare=False, repr=False)
    keys: dict[str, Span] = field(default_factory=dict, compare=False, repr=False)

    def plain(self) -> Plain:
        """The value without places: strings, None, lists and mappings."""
        if isinstance(self.value, dict):
            return {key: member.plain() for key, member in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def line_at(self, path: Sequence[str | int]) -> int:
        """The line of the deepest node that exists on `path` (keys and list positions)."""
        node = self
        for step in path:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and 0 <= step < len(node.value):
                node = node.value[step]
            else:
                break
        return node.line


def read(path: Path) -> Node:
    """The one document of a file; an empty file is a Node of None at line 1.

    Raises:
        Problems: everything that is wrong with it, each with file and line.
        OSError: the file cannot be read.
    """
    return parse(load_text(path), str(path))


def load_text(path: Path) -> str:
    """The file as text: UTF-8, line ends LF (CRLF is taken for LF), without a byte order mark.

    Raises:
        Problems: too large or not UTF-8.
        OSError: the file cannot be read.
    """
    file = str(path)
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        found, allowed = f"{len(data)} bytes", f"{MAX_BYTES} bytes"
        raise Problems([Problem(message="the file is too large", file=file, found=found, allowed=allowed)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problems(
            [
                Problem(
                    message="not UTF-8",
                    file=file,
                    line=data.count(b"\n", 0, error.start) + 1,
                    found=f"byte 0x{data[error.start]:02x} at byte offset {error.start}",
                    allowed="text saved as UTF-8",
                )
            ]
        ) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def parse(text: str, file: str | None = None) -> Node:
    """The one document of `text`; `file` is the name for messages.

    Raises:
        Problems: everything that is wrong with it, each with its line.
    """
    problems = list(_bad_characters(text, file))
    if problems:
        raise Problems(problems)
    composer = _Composer(text, file)
    node = composer.document()
    if composer.problems:
        raise Problems(sorted(composer.problems, key=lambda problem: problem.line or 0))
    return node


def _bad_characters(text: str, file: str | None) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        match = _UNPRINTABLE.search(line)
        if match is None:
            continue
        column = f"column {match.start() + 1}"
        character = match.group()
        if character == "\t":
            message, found = "a tab", f"a tab at {column}"
            allowed = 'spaces to indent; inside a value "\\t" between double quotes'
        elif character == "\r":
            message, found = "a carriage return without a line feed", f"U+000D at {column}"
            allowed = 'lines that end with a line feed; inside a value "\\r" between double quotes'
        else:
            message, found = "a control character", f"U+{ord(character):04X} at {column}"
            allowed = (
                "none in the file; NUL in no value either"
                if character == "\0"
                else f'inside a value "\\u{ord(character):04x}" between double quotes'
            )
        yield Problem(message=message, file=file, line=number, found=found, allowed=allowed)


class _Composer:
    """Builds nodes from the library's events, one file long."""

    def __init__(self, text: str, file: str | None) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []

    def document(self) -> Node:
        """The first document; a second one, a directive or a mistake of syntax is a problem."""
        root: Node | None = None
        documents = 0
        events: Iterator[Event] = YAML(typ="safe", pure=True).parse(self.text)
        try:
            for event in events:
                if isinstance(event, DocumentStartEvent):
                    documents += 1
                    if event.version or event.tags:
                        self._problem(event, "a YAML directive", allowed="none")
                    if documents > 1:
                        self._problem(event, "a second document", found="---", allowed="one document a file")
                        break
                elif isinstance(event, NodeEvent):
                    root = self._node(event, events, 0)
        except ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            message, found = "a character YAML does not allow", shown(error.reason)
            self.problems.append(Problem(message=message, file=self.file, line=line, found=found))
        except MarkedYAMLError as error:
            self.problems.append(self._syntax(error))
        except (YAMLError, ValueError, OverflowError) as error:
            found = shown(str(error), 200)
            self.problems.append(Problem(message="not YAML", file=self.file, line=1, found=found))
        return root or Node(None, 1)

    def _node(self, event: Event, events: Iterator[Event], depth: int, line: int | None = None) -> Node:
        """The node that begins with `event`; takes its events from `events`."""
        here = event.start_mark.line + 1
        line = line or here
        self._refuse_references(event)
        if depth > MAX_DEPTH:
            self._problem(event, "nested too deeply", allowed=f"{MAX_DEPTH} levels")
            raise Problems(self.problems)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, events, depth, line)
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            for following in events:
                if isinstance(following, SequenceEndEvent):
                    break
                items.append(self._node(following, events, depth + 1))
            return Node(items, line, self._span(event, "["))
        if isinstance(event, ScalarEvent):
            style = event.style or ""
            value: str | None = event.value
            if not style and value in NULLS:
                value = None
            elif value is not None and "\0" in value:
                self._problem(event, "a NUL character", found='"\\0"', allowed="text without NUL")
            elif value is not None and any("\ud800" <= character <= "\udfff" for character in value):
                self._problem(event, "half of a surrogate pair", allowed='beyond U+FFFF write "\\U0001F600"')
            return Node(value, line, Span(event.start_mark.index, event.end_mark.index, style))
        return Node(None, line, self._span(event, ""))  # an alias, told above

    def _mapping(self, start: MappingStartEvent, events: Iterator[Event], depth: int, line: int) -> Node:
        members: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        lines: dict[str, int] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key_line = event.start_mark.line + 1
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1, key_line)
            if not isinstance(key.value, str):
                self._problem(event, "a key that is not text", allowed="a field name")
            elif len(key.value) > MAX_KEY:
                found, allowed = f"{len(key.value)} characters", f"at most {MAX_KEY}"
                self._problem(event, "a key that is too long", found, allowed)
            elif key.value == "<<" and not key.span.style:
                self._problem(event, "a merge key", found="<<", allowed="the members written out")
            elif key.value in members:
                self._problem(
                    event,
                    f"the key {shown(key.value)} stands twice in one mapping",
                    found=f"first at line {lines[key.value]}",
                    allowed="each key once",
                )
            else:
                members[key.value] = value
                keys[key.value] = key.span
                lines[key.value] = key_line
        return Node(members, line, self._span(start, "{"), keys)

    def _refuse_references(self, event: Event) -> None:
        if isinstance(event, AliasEvent):
            self._problem(event, "an alias", found=f"*{event.anchor}", allowed="the value written out")
        elif isinstance(event, NodeEvent) and event.anchor:
            self._problem(event, "an anchor", found=f"&{event.anchor}", allowed="plain values")
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) and event.ctag is not None:
            self._problem(event, "a tag", found=str(event.tag), allowed="plain values")

    @staticmethod
    def _span(event: Event, flow: str) -> Span:
        style = flow if getattr(event, "flow_style", False) else ""
        return Span(event.start_mark.index, event.end_mark.index, style)

    def _problem(self, event: Event, message: str, found: str | None = None, allowed: str | None = None) -> None:
        line = event.start_mark.line + 1
        self.problems.append(Problem(message=message, file=self.file, line=line, found=found, allowed=allowed))

    def _syntax(self, error: MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        message = "not YAML: " + " ".join(str(part) for part in (error.context, error.problem) if part)
        if error.context_mark is not None and error.context_mark.line + 1 != line:
            message += f" (begun at line {error.context_mark.line + 1})"
        lines = self.text.split("\n")
        found = shown(lines[line - 1].strip()) if line <= len(lines) else "the end of the file"
        return Problem(message=message, file=self.file, line=line, found=found)
