"""How one string is written in YAML: the shortest form that reads back as exactly this string and shows what it holds.

Plain where YAML allows it, quoted where it must be; what cannot be seen (a no-break space, a byte order mark, a line
end that matters) is written as an escape. Long strings are folded at single spaces, several lines of plain text stand
as a literal block. `dataset.formatting` writes files with this, `onrecord anchor` the words of a quote.
"""

from __future__ import annotations

import re
from typing import Final

from dataset.yamlfile import NULLS

#: Columns of a line, where the words allow it.
WIDTH: Final = 100

# Invisible or unsafe, by ranges written out: a file's form must not depend on the Unicode version of the program.
_ESCAPED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    "\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
# A plain scalar may not begin like anything else in YAML, nor hold what ends it.
_NOT_PLAIN = re.compile(r"""^(?:[,\[\]{}#&*!|>'"%@`]|[-?:](?![^\s:?-])|<<$|=$|---|\.\.\.)|:(?:\s|$)|\s\#|^\s|\s$|\n""")
_BREAK = re.compile(r"(?<=[^ ]) (?=[^ ])")


def inline(text: str) -> str:
    """The string on one line: plain, in double quotes, or in single quotes where it holds double ones."""
    if _ESCAPED.search(text) or "\n" in text:
        return f'"{_escape(text)}"'
    if text not in NULLS and not _NOT_PLAIN.search(text):
        return text
    if ('"' in text or "\\" in text) and "'" not in text:
        return f"'{text}'"
    return f'"{_escape(text)}"'


def lines(text: str, column: int, indent: int) -> list[str]:
    """The string from `column` on, as lines; those after the first carry `indent` spaces.

    A block scalar's first line is its header.
    """
    one = inline(text)
    margin = " " * indent
    clean = not _ESCAPED.search(text)
    if "\n" in text and clean and all(line == line.rstrip(" ") for line in text.split("\n")) and _literal(text):
        return ["|-", *(margin + line if line else "" for line in text.split("\n"))]
    if column + len(one) <= WIDTH or not _BREAK.search(text):
        return [one]
    if clean and "\n" not in text and text == text.strip(" "):
        return [">-", *(margin + part for part in _wrap(text, WIDTH - indent, WIDTH - indent))]
    parts = _wrap(one, WIDTH - column, WIDTH - indent)
    return [parts[0], *(margin + part for part in parts[1:])]


def visible(text: str) -> str:
    """The string on one line with everything invisible as an escape, for people to look at."""
    return _ESCAPED.sub(_numbered, re.sub(r"[\n\r\t]", lambda found: _NAMED[found[0]], text))


def _literal(text: str) -> bool:
    return text[0] not in " \n" and not text.endswith("\n")


def _escape(text: str) -> str:
    escaped = re.sub(r'[\n\r\t"\\]', lambda found: _NAMED[found[0]], text)
    return _ESCAPED.sub(_numbered, escaped)


def _numbered(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _wrap(text: str, first: int, width: int) -> list[str]:
    """`text` broken at single spaces into parts of at most `width` (`first`) characters where that is possible."""
    words = _BREAK.split(text)
    parts = [words[0]]
    for word in words[1:]:
        if len(parts[-1]) + 1 + len(word) <= max(first if len(parts) == 1 else width, 40):
            parts[-1] += " " + word
        else:
            parts.append(word)
    return parts
