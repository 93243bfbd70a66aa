"""Anchors: the stretch of a captured text that a quote or a claim rests on.

After the W3C Web Annotation selectors: `start` and `end` are a TextPositionSelector over code points of the file
decoded as UTF-8 with nothing translated; a quote's `text` with `prefix` and `suffix` is a TextQuoteSelector. `sha256`
covers the stretch's UTF-8 bytes. Everything here compares exactly: a phrase with other quote marks or spaces than the
text's is a near miss, shown and never anchored, and an anchor whose words stand elsewhere is told, never moved.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from dataset.canonical import Body
from dataset.problems import Problem, shown
from dataset.texts import Stretch

#: Code points of prefix and of suffix, at most: enough to find the place again, too little to be a copy.
CONTEXT = 32

#: Verdicts of a check. `moved` and `lost` need a new anchor, made by a curator.
Status = Literal["ok", "moved", "lost", "missing text"]

QUOTE_MARKS = frozenset("\"'`´‘’‚‛“”„‟‹›«»′″‵‶＂＇「」『』〝〞〟")
DASHES = frozenset("-‐‑‒–—―−﹘﹣－")
INVISIBLE = frozenset("\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


def sha256(words: str) -> str:
    """SHA-256 over the UTF-8 bytes of `words`, lower-case hexadecimal."""
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def occurrences(content: str, phrase: str, start: int = 0, end: int | None = None) -> list[int]:
    """Where `phrase` begins in `content` between the offsets, exactly and overlapping ones too."""
    if not phrase:
        return []
    places: list[int] = []
    at = content.find(phrase, start, end)
    while at != -1:
        places.append(at)
        at = content.find(phrase, at + 1, end)
    return places


def make_anchor(content: str, start: int, end: int, quote: bool) -> Body:
    """The anchor of a stretch as it stands in a record; `quote` adds prefix and suffix (none where the text ends).

    Raises:
        ValueError: empty, or outside `content`.
    """
    if not 0 <= start < end <= len(content):
        raise ValueError(f"found {start} to {end}; allowed: a stretch inside 0 to {len(content)}")
    anchor: Body = {"start": start, "end": end, "sha256": sha256(content[start:end])}
    if quote:
        around = {"prefix": content[max(0, start - CONTEXT) : start], "suffix": content[end : end + CONTEXT]}
        anchor |= {name: words for name, words in around.items() if words}
    return anchor


# --- verifying -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of one anchor; `at` is where moved words stand now (code points)."""

    status: Status
    problems: list[Problem] = field(default_factory=list)
    at: tuple[int, int] | None = None


def verify(stretch: Stretch | None, body: Body) -> Verdict:
    """Compare the anchor of a quote or claim with the text of its source; None stands for a missing text.

    The problems carry record and field; file and line are the caller's to add. A quote is known by its `text`. That
    the anchor lies inside its source's stretch is a matter between records: `dataset.references` tells it.
    """
    anchor = body["anchor"]
    if stretch is None:
        return Verdict("missing text")
    content = stretch.text.content
    start, end = anchor["start"], anchor["end"]
    exact = body.get("text")
    words = content[start:end] if 0 <= start < end <= len(content) else None

    def problem(field: str, message: str, found: str, allowed: str) -> Problem:
        return Problem(message=message, record=body.get("id"), field=field, found=found, allowed=allowed)

    problems: list[Problem] = []
    if words is None:
        problems.append(
            problem("anchor", "the anchor lies outside the text", f"{start} to {end}", f"0 to {len(content)}")
        )
    else:
        if sha256(words) != anchor["sha256"]:
            message = "the digest is not that of the words there"
            problems.append(problem("anchor.sha256", message, anchor["sha256"], sha256(words)))
        if exact is not None and exact != words:
            message = "the text is not the words at the anchor"
            problems.append(problem("text", message, shown(exact), shown(words)))
        problems.extend(_context_problems(body, content, problem))
    if not problems:
        return Verdict("ok")
    if words is not None and sha256(words) == anchor["sha256"] and exact in {None, words}:
        return Verdict("ok", problems)  # the words are there; what is told is about what stands around them
    return _moved_or_lost(stretch, body, problems)


def _context_problems(body: Body, content: str, problem: Callable[[str, str, str, str], Problem]) -> Iterator[Problem]:
    anchor = body["anchor"]
    prefix, suffix = anchor.get("prefix"), anchor.get("suffix")
    for name, words in (("prefix", prefix), ("suffix", suffix)):
        if words is not None and len(words) > CONTEXT:
            found = f"{len(words)} characters"
            yield problem(f"anchor.{name}", "too long", found, f"at most {CONTEXT} characters")
    if prefix is not None:
        there = content[max(0, anchor["start"] - len(prefix)) : anchor["start"]]
        if there != prefix:
            message = "the prefix is not what stands before the anchor"
            yield problem("anchor.prefix", message, shown(prefix), shown(there))
    if suffix is not None:
        there = content[anchor["end"] : anchor["end"] + len(suffix)]
        if there != suffix:
            message = "the suffix is not what stands after the anchor"
            yield problem("anchor.suffix", message, shown(suffix), shown(there))


def _moved_or_lost(stretch: Stretch, body: Body, problems: list[Problem]) -> Verdict:
    anchor = body["anchor"]
    exact = body.get("text")
    length = len(exact) if exact is not None else anchor["end"] - anchor["start"]
    # in another capture the bounds of a stretch may be wrong too: what is not in it may be elsewhere in the file
    places = _places(stretch, body) or _places(Stretch(stretch.text, 0, stretch.text.characters), body)
    if len(places) == 1:
        at = (places[0], places[0] + length)
        message = "moved: the words stand elsewhere; `onrecord anchor` makes the new anchor"
        found, allowed = f"{anchor['start']} to {anchor['end']}", f"{at[0]} to {at[1]}"
        moved = Problem(message=message, record=body.get("id"), field="anchor", found=found, allowed=allowed)
        return Verdict("moved", [*problems, moved], at)
    message = f"lost: the words stand {f'{len(places)} times' if places else 'nowhere'} in the text"
    lost = Problem(message=message, record=body.get("id"), field="anchor")
    return Verdict("lost", [*problems, lost])


def _places(stretch: Stretch, body: Body) -> list[int]:
    """Where in the stretch the words of an anchor stand; among several, prefix and suffix may choose one."""
    anchor, content = body["anchor"], stretch.text.content
    exact = body.get("text")
    if exact is None:
        return _places_of_digest(stretch, anchor["end"] - anchor["start"], anchor["sha256"])
    places = occurrences(content, exact, stretch.start, stretch.end)
    before, after = anchor.get("prefix", ""), anchor.get("suffix", "")
    fitting = [at for at in places if content[:at].endswith(before) and content.startswith(after, at + len(exact))]
    return fitting if len(fitting) == 1 else places


def _places_of_digest(stretch: Stretch, length: int, digest: str) -> list[int]:
    """Where a stretch of `length` code points has `digest`: a claim's words are known by nothing else."""
    content = stretch.text.content
    if length < 1 or length * (stretch.end - stretch.start) > 200_000_000:
        return []
    last = stretch.end - length
    return [at for at in range(stretch.start, last + 1) if sha256(content[at : at + length]) == digest]


# --- near misses ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Words that differ from a phrase only in the ways that `differs` names; `start` and `end` as in an anchor."""

    start: int
    end: int
    words: str
    differs: list[str]


Fold = Callable[[str], str]


def _form(cluster: str) -> str:
    keep = cluster[0].isspace() or cluster[0] in QUOTE_MARKS or cluster[0] in DASHES
    return cluster if keep else unicodedata.normalize("NFKD", cluster)


#: Each way in which a phrase may miss the words, by the name it is told under; applied in this order to a character
#: with its combining marks.
FOLDS: dict[str, Fold] = {
    "invisible characters": lambda cluster: "".join(c for c in cluster if c not in INVISIBLE),
    "quote marks": lambda cluster: '"' if cluster in QUOTE_MARKS else cluster,
    "dashes": lambda cluster: "-" if cluster in DASHES else cluster,
    "spaces or line ends": lambda cluster: " " if cluster.isspace() else cluster,
    "unicode form": lambda cluster: _form(cluster) if cluster else "",
    "case": str.casefold,
}


def near_misses(content: str, phrase: str, start: int = 0, end: int | None = None) -> list[NearMiss]:
    """Stretches that equal `phrase` once marks, spaces, dashes, case and Unicode form are set aside.

    Exact occurrences are not among them.
    """
    wanted = "".join(folded for folded, _ in _folded(phrase)).strip()
    if not wanted:
        return []
    clusters = list(_folded(content, start, end))
    line = "".join(folded for folded, _ in clusters)
    # folded position -> the cluster that begins there; a match inside a cluster is none
    begins: dict[int, int] = {}
    at = 0
    for number, (folded, _) in enumerate(clusters):
        if folded:
            begins[at] = number
        at += len(folded)
    begins[at] = len(clusters)
    stop = len(content) if end is None else end
    misses = []
    for place in occurrences(line, wanted):
        first, after = begins.get(place), begins.get(place + len(wanted))
        if first is None or after is None:
            continue
        last = max(number for number in range(first, after) if clusters[number][0])
        begin = clusters[first][1]
        finish = clusters[last + 1][1] if last + 1 < len(clusters) else stop
        words = content[begin:finish]
        if words != phrase:
            misses.append(NearMiss(begin, finish, words, differences(words, phrase)))
    return misses


def differences(words: str, phrase: str) -> list[str]:
    """The names of the folds without which the two are not equal."""

    def fold(text: str, without: str) -> str:
        return "".join(folded for folded, _ in _folded(text, without=without))

    # a ligature, for one, falls to two folds at once, so that neither alone is needed
    return [name for name in FOLDS if fold(words, name) != fold(phrase, name)] or ["unicode form"]


def longest_beginning(content: str, phrase: str, start: int = 0, end: int | None = None) -> tuple[int, int]:
    """Where the longest beginning of `phrase` that stands in `content` is, and its length; (start, 0) for none."""
    low, high, best = 0, len(phrase), start
    while low < high:
        middle = (low + high + 1) // 2
        at = content.find(phrase[:middle], start, end)
        if at == -1:
            high = middle - 1
        else:
            low, best = middle, at
    return best, low


def _folded(content: str, start: int = 0, end: int | None = None, without: str = "") -> Iterator[tuple[str, int]]:
    """Each cluster (a character with its combining marks) folded, with the offset where it begins.

    Of a run of spaces or of quote marks all but the first fold into nothing. `without` names a fold to leave out.
    """
    folds = [folding for name, folding in FOLDS.items() if name != without]
    runs = {" "} if without == "quote marks" else {'"'} if without == "spaces or line ends" else {" ", '"'}
    stop = len(content) if end is None else end
    at, previous = start, ""
    while at < stop:
        next_at = at + 1
        while next_at < stop and unicodedata.combining(content[next_at]):
            next_at += 1
        folded = content[at:next_at]
        for folding in folds:
            folded = folding(folded)
        if folded and folded == previous and folded in runs:
            folded = ""
        previous = folded or previous
        yield folded, at
        at = next_at
