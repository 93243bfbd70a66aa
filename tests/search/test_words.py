"""The tokenizer: examples of each rule, and what must hold for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.search import words as module
from dataset.search.words import LONGEST, fold, is_syllable, spans, words

#: Left out by `make test-fast`: many requests, words or releases, each worth its time but not at every save.
pytestmark = pytest.mark.slow

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  … – “” ", []),
        ("Boats, boats!", ["boats", "boats"]),
        ("Son-hui's 9/11", ["son", "hui", "s", "9", "11"]),
        ("snake_case a.b", ["snake", "case", "a", "b"]),
        ("3,000 and 3.5", ["3", "000", "and", "3", "5"]),
        ("Café CAFÉ cafe\u0301", ["cafe", "cafe", "cafe"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("Łódź Ørsted Æsop ĐINH İzmir ısı", ["lodz", "orsted", "aesop", "dinh", "izmir", "isi"]),
        ("ﬁnal ＡＢＣ № ½", ["final", "abc", "no", "1", "2"]),
        ("co\u00adoperate a\u200db a\u200bb", ["cooperate", "ab", "a", "b"]),
        ("٣٠٠٠ ๓ १२", ["3000", "3", "12"]),
        ("Ёлка й", ["елка", "и"]),
        ("北朝鲜2024年", ["北", "朝", "鲜", "2024", "年"]),
        ("ｶﾞガか\u3099", ["カ\u3099", "カ\u3099", "か\u3099"]),
        ("한국이", ["한", "국", "이"]),
        ("हिन्दी", ["हिनदी"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("❤️ 👩‍👩‍👧", []),
        ("a" * 150 + " b", ["a" * LONGEST, "b"]),
        ("é" * 150 + " b", ["e" * LONGEST, "b"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == [unicodedata.normalize("NFKD", word) for word in expected]


@given(ANY)
def test_a_word_is_its_own_only_word(text: str) -> None:
    for word in words(text):
        assert words(word) == [word]
    assert words(" ".join(words(text))) == words(text)


@given(ANY | st.text(st.characters(max_codepoint=0x2FF)))
def test_the_short_way_to_places_finds_the_same(text: str) -> None:
    """Where every character becomes one, as in ASCII, places need not be counted."""
    assert spans(text) == module._shifted(text)


@given(ANY)
def test_places_and_words_agree(text: str) -> None:
    found = spans(text)
    assert [word.word for word in found] == words(text)
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert [word.start for word in found] == sorted(word.start for word in found)
    for word in found:
        assert word.word in words(text[word.start : word.end])


@given(st.text(max_size=60))
def test_composed_and_decomposed_are_the_same(text: str) -> None:
    assert words(unicodedata.normalize("NFC", text)) == words(unicodedata.normalize("NFD", text)) == words(text)


@given(st.text(max_size=60))
def test_case_makes_no_difference(text: str) -> None:
    assert words(text.casefold()) == words(text)


@given(st.text(st.characters(max_codepoint=127), max_size=300))
def test_the_short_way_for_ascii_is_the_long_way(text: str) -> None:
    assert words(text) == words(f"{text} é")[:-1]


@given(ANY)
def test_words_hold_no_character_that_an_engine_reads(text: str) -> None:
    """Letters, digits and marks alone: nothing that FTS5, tsquery or an entry takes for more than a word."""
    for word in words(text):
        assert not any(character.isspace() or unicodedata.category(character)[0] not in "LNM" for character in word)


def test_every_character_is_folded_once_and_for_all() -> None:
    for point in range(0x110000):
        folded = fold(chr(point))
        if folded not in ("", " ", chr(point)):
            assert "".join(map(fold, folded)) == folded, hex(point)


def test_the_memory_of_characters_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 50)
    for point in range(0x400, 0x600):
        words(chr(point))
    assert len(module._FOLDED) <= 50


@pytest.mark.parametrize(
    ("word", "alone"), [("北", True), ("한", True), ("か\u3099", True), ("a", False), ("ab", False)]
)
def test_syllables(word: str, alone: bool) -> None:
    assert is_syllable(words(word)[0]) is alone
