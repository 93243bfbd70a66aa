"""What a reader typed into `q`, read strictly: words, "phrases" and prefix*, all of which must be found.

There are no other operators; AND, OR and NOT are words. What cannot be meant is refused with its place, so that no
query is answered as another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dataset.problems import shown
from dataset.search.words import is_syllable, spans, words

#: Characters of a query, words in it, and letters in front of a star.
LONGEST_QUERY: Final = 1000
MOST_WORDS: Final = 64
SHORTEST_PREFIX: Final = 3

#: All of them open and close a phrase.
QUOTATION_MARKS: Final = '"“”„‟«»＂'
_ALLOWED: Final = 'words, "phrases in quotation marks" and prefix*'
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_CHUNK = re.compile(rf"[{QUOTATION_MARKS}]|[^\s{QUOTATION_MARKS}]+")


class QueryError(ValueError):
    """A query that cannot be read: at which character (from 0), what was found there, and what is allowed."""

    def __init__(self, position: int, found: str, allowed: str) -> None:
        self.position, self.found, self.allowed = position, found, allowed
        super().__init__(f"found {found} at character {position}; allowed: {allowed}")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must follow one another; of a `prefix` the last one is but the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False

    def __str__(self) -> str:
        if self.prefix:
            return f"{'-'.join(self.words)}*"
        return self.words[0] if len(self.words) == 1 else f'"{" ".join(self.words)}"'


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be asked. `str` is its one form: queries with the same form have the same answers."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def phrase(self) -> Term | None:
        """All words in their order, as one term; None where a prefix stands before the end."""
        if any(term.prefix for term in self.terms[:-1]):
            return None
        return Term(tuple(word for term in self.terms for word in term.words), self.terms[-1].prefix)

    @property
    def tiers(self) -> tuple[int, ...]:
        """The tiers that can hold a hit, the best first.

        0: the whole phrase stands in the main field; 1: all terms do, elsewhere than in one phrase; 2: all terms are
        found, not all of them in the main field.
        """
        if len(self.terms) == 1:
            return (0, 2)
        return (0, 1, 2) if self.phrase else (1, 2)


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: it is empty or too long, holds no word or too many, an open quotation mark, a phrase without words,
            a star that is not right behind three letters or digits, NUL or a lone surrogate.
    """
    if len(text) > LONGEST_QUERY:
        raise QueryError(LONGEST_QUERY, f"{len(text)} characters", f"at most {LONGEST_QUERY}")
    if unwritable := _UNWRITABLE.search(text):
        raise QueryError(unwritable.start(), f"U+{ord(unwritable[0]):04X}", "text without NUL and lone surrogates")
    terms: list[Term] = []
    position = 0
    while found := _CHUNK.search(text, position):
        position = found.end()
        if found[0] not in QUOTATION_MARKS:
            terms += _bare(found[0], found.start())
            continue
        end = _CLOSING.search(text, position)
        if end is None:
            raise QueryError(found.start(), f"a quotation mark {found[0]} that is not closed", "a second one behind it")
        inside = text[position : end.start()]
        terms.append(_phrase(inside, found.start()))
        position = end.end()
    count = sum(len(term.words) for term in terms)
    if count > MOST_WORDS:
        raise QueryError(0, f"{count} words", f"at most {MOST_WORDS}")
    if not terms:
        raise QueryError(0, f"{shown(text)} without a letter or digit" if text.strip() else "nothing", _ALLOWED)
    return Query(tuple(terms))


_CLOSING = re.compile(f"[{QUOTATION_MARKS}]")


def _phrase(inside: str, position: int) -> Term:
    found = tuple(words(inside))
    if not found:
        raise QueryError(position, "a phrase without a letter or digit", "words between the quotation marks")
    return Term(found)


def _bare(chunk: str, position: int) -> list[Term]:
    """The terms of characters between white space and quotation marks: at most one."""
    star = chunk.find("*")
    found = spans(chunk if star < 0 else chunk[:star])
    if star < 0:
        return [Term(tuple(word.word for word in found))] if found else []
    place = position + star
    if star < len(chunk) - 1:
        raise QueryError(place, "a star in front of more", "a star at the end of a word, as in contain*")
    if not found or found[-1].end != star:
        raise QueryError(place, "a star that is not right behind a word", "a star at the end of a word, as in contain*")
    last = found[-1].word
    if len(last) < SHORTEST_PREFIX and not is_syllable(last):
        raise QueryError(place, f"a prefix of {len(last)}", f"at least {SHORTEST_PREFIX} letters or digits")
    return [Term(tuple(word.word for word in found), prefix=not is_syllable(last))]
