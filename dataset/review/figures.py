"""Numbers and dates in a captured text: digits, number words, and what names a day, a month, a season or a year.

Made to miss little rather than to be sparing: what is found only has to lie in some claim's stretch. Ordinals and the
pronoun in `one another` are left out where a rule can tell them. English and German words are known; in other languages
digits alone are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or a date as the text has it, at code points `start` to `end`."""

    kind: Literal["number", "date"]
    start: int
    end: int


_GAP: Final = r"\s+"

_DIGITS: Final = r"(?<![\w.,])[-−]?[$€£¥]?\d+(?:[.,:]\d+)*(?:[ \u00a0]?[%‰°])?"

_EN_UNITS: Final = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
)
_EN_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_EN_LARGE: Final = "hundreds?|thousands?|millions?|billions?|trillions?|dozens?|scores? of"
_EN_PARTS: Final = "half|halves|twice|thrice|doubled?|tripled?|quadrupled?|quarter|a couple of|zero|none"
# `one` counts, except as a pronoun or in a fixed phrase
_EN_ONE: Final = (
    r"(?<!no )(?<!any )(?<!some )(?<!every )(?<!each )(?<!this )(?<!that )(?<!which )"
    r"one(?![’']s)(?!,)(?!-on-one)(?<!on-one)"
    r"(?! (?:another|of|way or another|might|may|can|could|would|should|must|who|that)\b)"
)
_EN_NUMBER: Final = rf"\b(?:{_EN_ONE}|{_EN_UNITS}|{_EN_TENS}|{_EN_LARGE}|{_EN_PARTS})\b"

_DE_NUMBER: Final = (
    r"\b(?:null|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
    r"|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn|zwanzig|dreißig|dreissig|vierzig|fünfzig|sechzig|siebzig|achtzig"
    r"|neunzig|hunderte?n?|tausende?n?|million(?:en)?|milliarden?|dutzende?n?|halb(?:e[mnrs]?)?|hälfte|viertel|doppelt"
    r"|verdoppelt|zweimal|beiden?)"
    r"(?:seitig|jährig|stündig|tägig|wöchig|monatig|fach|köpfig|stellig|tausend|hundert|mal)?(?:e[mnrs]?)?\b"
)

_EN_MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:\.|\b)"
)
_EN_DAYS: Final = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_EN_TIMES: Final = (
    f"{_EN_DAYS}|(?:{_EN_MONTHS})|spring|summer|fall|autumn|winter|week(?:end)?|month|year|decade|century|night|quarter"
)
_EN_RELATIVE: Final = "last|this|next|past|previous|coming|following|recent|earlier this|later this|same"
_EN_BEFORE_MONTH: Final = "in|since|until|till|by|of|early|late|mid|before|after|during|from|through|to"
_EN_SPANS: Final = "hours?|days?|weeks?|months?|years?|decades?"
_NUMERIC: Final = r"\b\d{4}-\d\d(?:-\d\d)?\b(?!\d|-\d)|\b\d{4}/\d\d/\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
_YEAR: Final = r"(?<![\w.,])(?:1[5-9]|20)\d\d(?:s|[–/-]\d\d(?:\d\d)?)?(?![\w]|[.,]\d)"
_EN_DATE: Final = "|".join(
    [
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)?{_GAP}(?:{_EN_MONTHS})(?:,?{_GAP}\d{{4}})?",
        rf"\b(?:{_EN_MONTHS}){_GAP}\d{{1,2}}(?:st|nd|rd|th)?(?:[–-]\d{{1,2}})?(?:,?{_GAP}\d{{4}})?(?![\d:])",
        rf"\b(?:{_EN_MONTHS}),?{_GAP}(?:of{_GAP})?\d{{4}}\b",
        rf"\b(?:{_EN_RELATIVE}){_GAP}(?:few{_GAP}|several{_GAP})?(?:{_EN_TIMES})s?\b",
        r"\b(?:today|yesterday|tomorrow|tonight|midnight|overnight)\b",
        rf"\b{_EN_DAYS}\b",
        # months that are words besides count with a preposition
        rf"\b(?:{_EN_BEFORE_MONTH})[ -](?:May|March|August)\b",
        r"\b(?:January|February|April|June|July|September|October|November|December)\b",
        rf"\b(?:an?|several|few|many|{_EN_UNITS}|\d+)[ -](?:{_EN_SPANS}) (?:ago|earlier|later)\b",
        _NUMERIC,
        _YEAR,
    ]
)
_DE_MONTHS: Final = "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_DE_TIMES: Final = "Woche|Monat|Jahr|Frühjahr|Frühling|Sommer|Herbst|Winter|Tag|Stunde|Nacht"
_DE_DATE: Final = "|".join(
    [
        rf"\b\d{{1,2}}\.{_GAP}(?:{_DE_MONTHS})(?:{_GAP}\d{{4}})?",
        rf"\b(?:{_DE_MONTHS})(?:{_GAP}\d{{4}})?\b",
        r"\b(?:heute|heutige[mnrs]?|gestern|vorgestern|übermorgen|mitternacht)\b",
        r"\b(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)s?\b",
        rf"\b(?:letzte|vorige|vergangene|diese|nächste|kommende|jüngste)[mnrs]? (?:{_DE_TIMES})(?:e?[ns]?)\b",
        _NUMERIC,
        _YEAR,
    ]
)
_OTHER_DATE: Final = f"{_NUMERIC}|{_YEAR}"

_PATTERNS: Final[dict[str, tuple[str, str]]] = {
    "en": (_EN_NUMBER, _EN_DATE),
    "de": (_DE_NUMBER, _DE_DATE),
    "": (r"(?!)", _OTHER_DATE),
}


def _compiled(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words, dates = _PATTERNS[language]
    # the words of one number belong together: twenty-five thousand, 3.5 million, four and a half
    number = re.compile(
        rf"(?:{_DIGITS}(?:st|nd|rd|th)?|{words})(?:(?:[\s-]|{_GAP}and{_GAP}|-and-)?(?:{words}))*", re.IGNORECASE
    )
    # English months and weekdays are told from other words by their capital
    return number, re.compile(dates, 0 if language == "en" else re.IGNORECASE)


_COMPILED: Final = {language: _compiled(language) for language in _PATTERNS}


def figures(content: str, start: int, end: int, language: str | None) -> Iterator[Figure]:
    """The dates in a stretch, and the numbers that are no part of one, in the order of the text.

    `language` is a BCP 47 tag; none is taken for English.
    """
    primary = (language or "en").split("-", maxsplit=1)[0].lower()
    numbers, dates = _COMPILED.get(primary, _COMPILED[""])
    days = [Figure("date", found.start(), found.end()) for found in dates.finditer(content, start, end)]
    found = [
        Figure("number", number.start(), number.end())
        for number in numbers.finditer(content, start, end)
        if not any(day.start < number.end() and number.start() < day.end for day in days)
    ]
    yield from sorted([*days, *found], key=lambda figure: figure.start)
