"""Quotation marks in a captured text, paired by rules.

Counting does not do: an apostrophe is the same character as a closing mark, texts mix straight and curly marks, turn
inner marks the wrong way round and leave some open. So each mark is judged by the characters beside it, and a mark that
may be an apostrophe opens only when something in its paragraph closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: Marks that can only open in one language and only close in another are judged by what is open.
DOUBLE: Final = frozenset('"“”„‟″＂')
SINGLE: Final = frozenset("'‘’‚‛`´")
ANGLE: Final = frozenset("«»")
SINGLE_ANGLE: Final = frozenset("‹›")
_PARAGRAPH: Final = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?=[\r\n])")


@dataclass(frozen=True, slots=True)
class Marked:
    """Words between two marks: `open` and `close` are the offsets of the marks; `close` is None where none was found.

    Without an `open` the mark at `close` closes nothing.
    """

    open: int | None
    close: int | None


@dataclass(slots=True)
class _Open:
    at: int
    kind: frozenset[str]


def paragraphs(content: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between blank lines."""
    at = start
    for blank in _PARAGRAPH.finditer(content, start, end):
        if blank.start() > at:
            yield at, blank.start()
        at = blank.end()
    if at < end:
        yield at, end


def marked(content: str, start: int, end: int) -> list[Marked]:
    """Every pair of marks in the stretch, and every mark without a partner, in the order of the text.

    A pair may enclose others. Words that go on in a following paragraph which opens with a mark again are one.
    """
    found: list[Marked] = []
    going_on: int | None = None
    for first, last in paragraphs(content, start, end):
        pairs = _Pairing(content, first, last).pairs()
        opens = _first_word(content, first, last)
        if going_on is not None:
            again = next((pair for pair in pairs if pair.open is not None and pair.open == opens), None)
            if again is None:
                found.append(Marked(going_on, None))
                going_on = None
            else:
                pairs.remove(again)
                pairs.append(Marked(going_on, again.close))
                going_on = None
        left = [pair for pair in pairs if pair.close is None and content[pair.open or 0] in DOUBLE]
        if left:
            pairs.remove(left[-1])
            going_on = left[-1].open
        found += pairs
    if going_on is not None:
        found.append(Marked(going_on, None))
    return sorted(found, key=lambda pair: pair.open if pair.open is not None else pair.close or 0)


def _first_word(content: str, start: int, end: int) -> int:
    while start < end and content[start].isspace():
        start += 1
    return start


class _Pairing:
    """One paragraph's marks, with what is open at each."""

    def __init__(self, content: str, start: int, end: int) -> None:
        self.content, self.start, self.end = content, start, end
        self.open: list[_Open] = []
        self.found: list[Marked] = []

    def pairs(self) -> list[Marked]:
        for at in range(self.start, self.end):
            mark = self.content[at]
            if mark in DOUBLE:
                self._double(at, mark)
            elif mark in SINGLE:
                self._single(at, mark)
            elif mark in ANGLE | SINGLE_ANGLE:
                self._angle(at, mark)
        self.found += [Marked(left.at, None) for left in self.open]
        return self.found

    def _beside(self, at: int) -> tuple[str, str]:
        before = self.content[at - 1] if at > self.start else " "
        after = self.content[at + 1] if at + 1 < self.end else " "
        return before, after

    def _may_open(self, at: int) -> bool:
        """Something to open stands behind, nothing to close in front."""
        before, after = self._beside(at)
        return not after.isspace() and not (before.isalnum() or before in ".,;:!?…%)]}")

    def _may_close(self, at: int) -> bool:
        before, _ = self._beside(at)
        return not before.isspace()

    def _is_open(self, kind: frozenset[str]) -> bool:
        return any(left.kind is kind for left in self.open)

    def _double(self, at: int, mark: str) -> None:
        _, after = self._beside(at)
        if mark == "„":
            opening = True
        elif self._is_open(DOUBLE):
            # inside, only a mark with a space in front and a word behind opens anew: what was open stays without end
            opening = not self._may_close(at) or (mark == "“" and self._may_open(at) and self._top(DOUBLE) != "„")
        else:
            opening = mark == "“" or self._may_open(at) or (mark != "”" and not after.isspace())
        self._either(at, DOUBLE, opening=opening)

    def _angle(self, at: int, mark: str) -> None:
        """French «…» and German »…«: the first one opens, its like opens inside it, the other closes."""
        kind = ANGLE if mark in ANGLE else SINGLE_ANGLE
        self._either(at, kind, opening=self._top(kind) in {"", mark})

    def _top(self, kind: frozenset[str]) -> str:
        return next((self.content[left.at] for left in reversed(self.open) if left.kind is kind), "")

    def _single(self, at: int, mark: str) -> None:
        before, after = self._beside(at)
        if before.isalnum() and after.isalnum():
            return  # an apostrophe inside a word
        if self._is_open(SINGLE) and self._may_close(at) and not after.isalnum():
            if not self._closes_later(at) or not before.isalnum() or not self._is_plural(at):
                self._either(at, SINGLE, opening=False)
        elif before.isalnum() or after.isspace():
            return
        # an elision ('tis, ’90s) opens nothing: a mark that may be one opens only where the paragraph closes it
        elif mark in "‘‚" or ((after.isalnum() or after in "[(…") and self._closes_later(at)):
            self._either(at, SINGLE, opening=True)

    def _is_plural(self, at: int) -> bool:
        """A possessive such as the singers’ inside single marks: an s before, a small letter behind the space."""
        behind = self.content[at + 1 : at + 3]
        return self.content[at - 1] in "sS" and len(behind) == 2 and behind[0] == " " and behind[1].islower()

    def _closes_later(self, at: int) -> bool:
        """Whether a single mark that may close stands behind `at`, before the double marks around it close."""
        for later in range(at + 1, self.end):
            mark = self.content[later]
            if mark in DOUBLE and self._is_open(DOUBLE):
                return False
            if mark in SINGLE:
                before, after = self._beside(later)
                if not before.isspace() and not after.isalnum():
                    return True
        return False

    def _either(self, at: int, kind: frozenset[str], *, opening: bool) -> None:
        if opening:
            if kind is DOUBLE and self._is_open(DOUBLE):
                self._leave_open(DOUBLE)
            self.open.append(_Open(at, kind))
        elif self._is_open(kind):
            while self.open[-1].kind is not kind:
                left = self.open.pop()
                self.found.append(Marked(left.at, None))
            self.found.append(Marked(self.open.pop().at, at))
        else:
            self.found.append(Marked(None, at))

    def _leave_open(self, kind: frozenset[str]) -> None:
        while self._is_open(kind):
            self.found.append(Marked(self.open.pop().at, None))
