"""The one tokenizer: what a word is, for records and queries, on SQLite and on PostgreSQL.

A text is folded character by character: compatibility forms and composed characters are decomposed (NFKD), case is
folded (ß becomes ss), accents and other combining marks are left out, letters whose stroke is no mark lose it (ł, ø,
æ), digits of all scripts become 0 to 9, invisible characters go. Words are the longest runs of letters and digits then;
everything else parts them, hyphens and apostrophes too. Scripts that are written without spaces between words (Chinese,
Japanese, Thai, Lao, Khmer, Burmese) and Korean, whose particles stick to the word, give a word for each character or
syllable, so that a run of them is found as a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

#: Code points of a word that count; the rest of a longer one is cut off, in records and queries alike.
LONGEST: Final = 100
#: Characters whose folding is kept in memory.
_KEPT: Final = 20_000

#: Latin letters that decompose into nothing, though readers type them without their stroke.
_STROKES: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_VOICED: Final = "\u3099\u309a"  # か and が are two letters, not one with and without an accent
#: Parts words although Unicode calls it a format character, as all those that leave no trace.
_ZERO_WIDTH_SPACE: Final = "\u200b"
#: Marks of no combining class that change the look of a character alone.
_SELECTORS: Final = re.compile("[\u034f\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")

# Written out, so that a word does not depend on the Unicode version of the program more than it must.
_ALONE = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u104c-\u108f\u1780-\u17d3"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3098\u309b-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_LEAD, _VOWEL, _TAIL = "\u1100-\u115f\ua960-\ua97c", "\u1160-\u11a7\ud7b0-\ud7c6", "\u11a8-\u11ff\ud7cb-\ud7fb"
_SYLLABLE = f"[{_ALONE}][{_VOICED}]*|[{_LEAD}][{_VOWEL}]*[{_TAIL}]*"
_WORD = re.compile(f"{_SYLLABLE}|[^ {_ALONE}{_LEAD}]+")
_WHOLE_SYLLABLE = re.compile(_SYLLABLE)
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_ASCII_WORD = re.compile("[^ ]+")
_ASCII: Final = str.maketrans({point: chr(point).lower() if chr(point).isalnum() else " " for point in range(128)})
#: The same for the bytes of a text, which takes half of the time.
_BYTES: Final = bytes(ord(_ASCII[byte]) if byte < 128 else byte for byte in range(256))


class Word(NamedTuple):
    """A word of a text and where it stands: code points from `start` to before `end`."""

    word: str
    start: int
    end: int


def words(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    folded = text if text.isascii() else _NOT_ASCII.sub(_translated, text)
    if folded.isascii():  # ten times as fast, and true of most texts in Latin letters
        plain = folded.encode().translate(_BYTES).decode()
        return [word[:LONGEST] for word in plain.split()] if _may_be_cut(plain) else plain.split()
    return [word[:LONGEST] for word in _WORD.findall(text.translate(_FOLDED))]


def _may_be_cut(text: str) -> bool:
    """Whether so many characters in a row are without a space that a word among them may be too long."""
    start = 0
    while start + LONGEST < len(text):  # asking each word for its length takes four times as long
        start = text.rfind(" ", start, start + LONGEST + 1) + 1
        if not start:
            return True
    return False


def spans(text: str) -> list[Word]:
    """The words of a text with their places in it; marks behind the last letter belong to the word."""
    folded = even(text)
    if folded is None:
        return _shifted(text)
    found = _ASCII_WORD.finditer(folded) if folded.isascii() else _WORD.finditer(folded)
    return [Word(match[0][:LONGEST], match.start(), match.end()) for match in found]


def even(text: str) -> str | None:
    """The text folded, if each of its characters becomes one, so that places in both are the same; else None."""
    if text.isascii():
        return text.translate(_ASCII)
    if any(len(_FOLDED[ord(character)]) != 1 for character in set("".join(_NOT_ASCII.findall(text)))):
        return None
    return text.translate(_FOLDED)


def _shifted(text: str) -> list[Word]:
    """The words of a text whose characters do not become one character each."""
    pieces = [_FOLDED[ord(character)] for character in text]
    origins = [index for index, piece in enumerate(pieces) for _ in piece]
    found = []
    for match in _WORD.finditer("".join(pieces)):
        end = origins[match.end() - 1] + 1
        while end < len(pieces) and not pieces[end]:
            end += 1
        found.append(Word(match[0][:LONGEST], origins[match.start()], end))
    return found


def is_syllable(word: str) -> bool:
    """Whether a word is a character or syllable of a script that gives a word for each, so that it is no beginning."""
    return bool(_WHOLE_SYLLABLE.fullmatch(word))


def fold(character: str) -> str:
    """What becomes of a character: letters and digits, a space where it parts words, nothing where it goes."""
    folded, before = character, ""
    while folded != before:
        folded, before = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", folded).casefold()), folded
    return "".join(map(_kept, folded)).translate(_STROKES)


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] in "LN" or character in _VOICED:
        return character
    if category[0] == "M":
        gone = unicodedata.combining(character) or category == "Me" or _SELECTORS.match(character)
        return "" if gone else character
    return "" if category == "Cf" and character != _ZERO_WIDTH_SPACE else " "


def _translated(found: re.Match[str]) -> str:
    return found[0].translate(_FOLDED)


class _Folded(dict[int, str]):
    """Code point → what becomes of it, found out once; all are forgotten before there are too many."""

    def __missing__(self, point: int) -> str:
        if len(self) >= _KEPT:
            self.clear()
        folded = self[point] = fold(chr(point))
        return folded


_FOLDED: Final = _Folded()
