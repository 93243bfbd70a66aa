"""The one stable form of the record files, so that every difference between two states of a file is a difference that
somebody meant.

Block style, two spaces a level; fields in the order their schema declares, unknown ones after them; quotes and claims
of a source by where they stand in its text, other records by id; strings as `dataset.scalars` writes them; LF and a
final newline. Values never change and lists that are part of a record keep their order. Comments stay: one on a line of
its own belongs to the entry below it (to the one above where it is indented deeper than what follows), one behind a
value to that value; a block of comments at the top that a blank line ends belongs to the file.

The tree is written by our own hand because the library's round trip ties a comment to the token in front of it, which
puts it beside another record as soon as records are put in order.
"""

from __future__ import annotations

import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Final

from marshmallow import Schema

from dataset import scalars, yamlfile
from dataset.problems import Problem, Problems
from dataset.records import EXCEPTIONS, HANGING
from dataset.review.exceptions import ExceptionRecord
from dataset.schemas import TYPES
from dataset.schemas.fields import Items, Part
from dataset.yamlfile import Node, Span

INDENT: Final = 2


@dataclass(frozen=True, slots=True)
class Order:
    """How one mapping is ordered: its fields, and the order of the mappings inside them.

    `records` says that a list of such mappings is a list of records, put in order by this key.
    """

    fields: tuple[str, ...] = ()
    inside: dict[str, Order] = field(default_factory=dict)
    records: Callable[[_Entry], tuple[object, ...]] | None = None


def by_id(entry: _Entry) -> tuple[object, ...]:
    """Records by id, in code points; those without one last, as they stand."""
    name = entry.find("id")
    return (name is None, name or "")


def by_anchor(entry: _Entry) -> tuple[object, ...]:
    """Quotes and claims by where they stand, then by number; those without an anchor last."""
    start, end, name = entry.find("anchor", "start"), entry.find("anchor", "end"), entry.find("id") or ""
    anchored = all(place is not None and place.isascii() and place.isdigit() for place in (start, end))
    number = re.search(r"[0-9]{1,9}$", name)
    place = (int(start or 0), int(end or 0)) if anchored else (0, 0)
    return (not anchored, *place, int(number[0]) if number else 0, name)


def order_of(schema: Schema, records: Callable[[_Entry], tuple[object, ...]] | None = None) -> Order:
    """The declared order of a schema's fields, at every depth."""
    inside: dict[str, Order] = {}
    for name, declared in schema.fields.items():
        inner = declared.inner if isinstance(declared, Items) else declared
        if isinstance(inner, Part):
            inside[name] = order_of(inner.schema)
    return Order(tuple(schema.fields), inside, records)


def order_for(path: Path) -> Order:
    """The order of the records in a file, known by its place: `sources/*.yaml`, or the type's name."""
    if path.parent.name == "sources":
        source = order_of(TYPES["sources"]())
        nested = {name: order_of(TYPES[name](), by_anchor) for name in HANGING}
        return Order((*source.fields, *HANGING), source.inside | nested)
    if path.stem in TYPES:
        return order_of(TYPES[path.stem](), by_id)
    if path.name == EXCEPTIONS:
        return order_of(ExceptionRecord())
    return Order()


def formatted(text: str, order: Order, file: str | None = None) -> str:
    """`text` in the canonical form.

    Raises:
        Problems: it is not a file that `dataset.yamlfile` takes.
    """
    node = yamlfile.parse(text, file)
    tree = _Reader(text, node).read()
    _arrange(tree.root, order)
    lines = list(tree.head)
    if node.value is not None:
        lines += [*([""] if lines else []), *_document(tree.root)]
    return "".join(line + "\n" for line in [*lines, *tree.foot])


def check_same(before: str, after: str, file: str) -> None:
    """A last look before a file is rewritten: the same values and the same comments, in whatever order.

    Raises:
        Problems: they are not; the file must stay as it is.
    """
    old, new = (_Reader(text, yamlfile.parse(text, file)) for text in (before, after))
    if old.contents() != new.contents():
        message = "the canonical form would not hold the same; the file is left as it is"
        raise Problems([Problem(message=message, file=file)])


def _arrange(entry: _Entry, order: Order) -> None:
    """Put the members of mappings and the records of lists in order, all the way down."""
    if isinstance(entry.node.value, dict):
        places = {name: number for number, name in enumerate(order.fields)}
        entry.entries.sort(key=lambda member: places.get(member.key or "", len(places)))
        for member in entry.entries:
            _arrange(member, order.inside.get(member.key or "", Order()))
    elif isinstance(entry.node.value, list):
        if order.records is not None:
            entry.entries.sort(key=order.records)
            entry.spaced = True
        for item in entry.entries:
            _arrange(item, order)


def write(path: Path, text: str) -> None:
    """Put `text` in place of a file: written beside it, then renamed, so that it is the old or the new one.

    Raises:
        OSError: it could not be written; the file is as it was.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


# --- reading: the tree with its comments ---------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Entry:
    """A member of a mapping or an item of a list, with the comments that belong to it."""

    key: str | None
    node: Node
    at: int
    column: int
    parent: _Entry | None
    entries: list[_Entry] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    spaced: bool = False

    def find(self, *path: str) -> str | None:
        """The scalar at `path` below this entry."""
        value = self.node.value
        for step in path:
            if not isinstance(value, dict) or step not in value:
                return None
            value = value[step].value
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class _Comment:
    """`alone` on its line, or behind something."""

    at: int
    column: int
    words: str
    alone: bool


@dataclass(slots=True)
class _Tree:
    root: _Entry
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


class _Reader:
    """Finds the comments of a file and gives each to an entry."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self.root = _Entry(None, root, 0, -1, None)
        self.entries: list[_Entry] = []
        self.spans: list[Span] = []
        self._collect(self.root)
        self.spans.sort(key=lambda span: span.start)

    def read(self) -> _Tree:
        """The tree, every comment of the file in it."""
        tree = _Tree(self.root)
        comments = list(self._comments())
        first = self.entries[0].at if self.entries else len(self.text)
        above = [comment for comment in comments if comment.at < first]
        of_file = [comment for comment in above if self._blank_between(comment.at, first)] if self.entries else above
        tree.head = [comment.words for comment in of_file]
        for comment in comments[len(of_file) :]:
            self._give(tree, comment)
        return tree

    def contents(self) -> list[str]:
        """Every scalar with the fields it is in, and every comment; sorted, because records may change places."""
        found = [f"# {comment.words}" for comment in self._comments()]
        for entry in [self.root, *self.entries]:
            value = entry.node.value
            leaf = _nothing(value) if not isinstance(value, str) else repr(value)
            path = "/".join(step.key or "-" for step in _upwards(entry))
            found.append(f"{path}: {leaf}")
        return sorted(found)

    def _collect(self, entry: _Entry) -> None:
        """The entries below `entry`, in the order of the file."""
        value, span = entry.node.value, entry.node.span
        if isinstance(value, dict):
            for key, node in value.items():
                place = entry.node.keys[key]
                self.spans.append(place)
                self._add(entry, key, node, place.start)
        elif isinstance(value, list):
            column = self._column(span.start)
            for node in value:
                self._add(entry, None, node, node.span.start if span.style else self._dash(node.span.start, column))
        else:
            self.spans.append(span)

    def _add(self, parent: _Entry, key: str | None, node: Node, at: int) -> None:
        entry = _Entry(key, node, at, self._column(at), parent)
        parent.entries.append(entry)
        self.entries.append(entry)
        self._collect(entry)

    def _line(self, at: int) -> int:
        return bisect_right(self.starts, at) - 1

    def _column(self, at: int) -> int:
        return at - self.starts[self._line(at)]

    def _dash(self, at: int, column: int) -> int:
        """The dash of the item whose value begins at `at`, in a list whose dashes stand in `column`."""
        number = self._line(at)
        while number and self.lines[number][column : column + 1] != "-":
            number -= 1
        return self.starts[number] + column

    def _blank_between(self, start: int, end: int) -> bool:
        return any(not line.strip() for line in self.lines[self._line(start) + 1 : self._line(end)])

    def _comments(self) -> Iterator[_Comment]:
        """Every comment, in the order of the file: `#` at a line's start or behind a space, outside all scalars."""
        begins = [span.start for span in self.spans]
        for number, line in enumerate(self.lines):
            column = line.find("#")
            while column != -1:
                at = self.starts[number] + column
                inside = bisect_right(begins, at) - 1
                span = self.spans[inside] if inside >= 0 else Span(0, 0, "")
                in_scalar = span.start <= at < span.end and not self._in_header(span, at)
                if not in_scalar and (column == 0 or line[column - 1] == " "):
                    alone = line[:column].strip() in {"", "---"}
                    yield _Comment(at, column, line[column:].rstrip(), alone)
                    break
                column = line.find("#", column + 1)

    def _in_header(self, span: Span, at: int) -> bool:
        """Whether `at` is in the first line of a block scalar, behind its indicators."""
        return span.style in {"|", ">"} and "\n" not in self.text[span.start : at]

    def _give(self, tree: _Tree, comment: _Comment) -> None:
        following = bisect_right(self.entries, comment.at, key=lambda entry: entry.at)
        above = self.entries[following - 1] if following else None
        below = self.entries[following] if following < len(self.entries) else None
        if not comment.alone and above is not None:
            above.beside.append(comment.words)
            return
        depth = below.column if below is not None else -1
        if comment.column > max(depth, 0) and above is not None:
            chain = [entry for entry in _upwards(above) if entry.column > depth]
            owner = next((entry for entry in chain if entry.column <= comment.column), chain[-1] if chain else None)
            if owner is not None:
                owner.after.append(comment.words)
                return
        (below.before if below is not None else tree.foot).append(comment.words)


def _upwards(entry: _Entry) -> Iterator[_Entry]:
    """The entry and those it is in, the root left out."""
    step: _Entry | None = entry
    while step is not None and step.parent is not None:
        yield step
        step = step.parent


# --- writing -------------------------------------------------------------------------------------------------


def _document(root: _Entry) -> list[str]:
    if not root.entries:
        value = root.node.value
        return [scalars.inline(value) if isinstance(value, str) else _nothing(value)]
    return _block(root, 0)


def _nothing(value: object) -> str:
    return "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else "null"


def _block(entry: _Entry, indent: int) -> list[str]:
    """The entries inside `entry`, a line each or more."""
    lines: list[str] = []
    below: list[str] = []  # comments behind an entry; where another follows, they read as standing above that one
    for number, inner in enumerate(entry.entries):
        comments, own = _entry(inner, indent)
        apart = number > 0 and (entry.spaced or inner.spaced)
        lines += [*([""] if apart else []), *(" " * indent + words for words in [*below, *comments]), *own]
        below = inner.after
    return lines + [" " * indent + words for words in below]


def _entry(entry: _Entry, indent: int) -> tuple[list[str], list[str]]:
    """The comments above an entry (without indentation) and its lines."""
    margin = " " * indent
    start = "-" if entry.key is None else scalars.inline(entry.key) + ":"
    comments, value = [*entry.before], entry.node.value
    if entry.entries and entry.key is None:
        lines = _block(entry, indent + INDENT)
        while lines[0].lstrip().startswith("#"):
            comments.append(lines.pop(0).lstrip())
        comments[len(entry.before) : len(entry.before)] = entry.beside
        lines[0] = f"{margin}- {lines[0].lstrip()}"
    else:
        words = [] if entry.entries else [_nothing(value)]
        if isinstance(value, str):
            words = scalars.lines(value, indent + len(start) + 1, indent + INDENT)
        lines = [margin + " ".join([start, *words[:1]]), *words[1:]]
        if entry.entries:
            lines += _block(entry, indent + INDENT)
        if len(words) > 1 or len(entry.beside) > 1:
            comments += entry.beside
        elif entry.beside:
            lines[0] += f"  {entry.beside[0]}"
    return comments, lines
