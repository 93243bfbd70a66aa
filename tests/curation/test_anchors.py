"""Texts exactly as captured, anchors that are exact or are told, and `onrecord anchor`."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import anchors, yamlfile
from dataset.problems import Problems
from dataset.texts import Stretch, Text, TextFolder, decode, is_plain_name, zone_at
from tests.curation.conftest import HERALD, Desk

captured = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120)


def stretch(content: str) -> Stretch:
    return Stretch(Text("some.txt", content.encode(), content), 0, len(content))


def test_nothing_is_translated_in_a_captured_text() -> None:
    text = decode(HERALD.encode(), "herald.txt")
    assert text.content == HERALD
    assert text.characters == len(HERALD)
    assert text.content.startswith("\ufeff")
    assert text.content.count("\r") > text.content.count("\n")


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(Problems, match="byte 0xff at byte offset 2"):
        decode(b"ab\xff", "latin.txt")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/x", "a/b", "a\\b", "C:x", "x\0", "x\n", "con:x"])
def test_no_path_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    assert not is_plain_name(name)
    with pytest.raises(Problems, match="not the name of a text"):
        TextFolder(tmp_path).get(name)


def test_the_folder_remembers_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("words")
    (tmp_path / "folder").mkdir()
    texts = TextFolder(tmp_path)
    assert texts.get("there.txt") is not None
    assert texts.get("gone.txt") is None
    assert texts.get("folder") is None
    assert texts.missing == ["folder", "gone.txt"]
    assert TextFolder(None).get("there.txt") is None


def test_the_zone_of_an_offset() -> None:
    zones = [{"kind": "title", "start": 0, "end": 5}, {"kind": "body", "start": 5, "end": 9}]
    assert [zone_at(zones, offset) for offset in (0, 4, 5, 8, 9)] == ["title", "title", "body", "body", None]


@given(captured, st.data())
def test_an_anchor_that_was_made_verifies_and_a_bent_one_does_not(content: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    quote = data.draw(st.booleans())
    anchor = anchors.make_anchor(content, start, end, quote=quote)
    body = {"id": "x.q1", "anchor": anchor} | ({"text": content[start:end]} if quote else {})
    assert anchors.verify(stretch(content), body).status == "ok"
    assert anchors.verify(stretch(content), body).problems == []
    assert anchors.verify(None, body).status == "missing text"
    assert all(len(anchor.get(side, "")) <= anchors.CONTEXT for side in ("prefix", "suffix"))

    bent = {**anchor, "end": end + data.draw(st.sampled_from([-1, 1]))}
    verdict = anchors.verify(stretch(content), {**body, "anchor": bent})
    assert verdict.status != "ok"
    assert verdict.problems


@given(captured, st.data())
def test_occurrences_are_exact(content: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content) - 1))
    phrase = content[start : data.draw(st.integers(start + 1, len(content)))]
    places = anchors.occurrences(content, phrase)
    assert start in places
    assert all(content.startswith(phrase, place) for place in places)
    assert [
        miss for miss in anchors.near_misses(content, phrase) if miss.start in places and miss.words == phrase
    ] == []


def test_overlapping_occurrences_are_all_told() -> None:
    assert anchors.occurrences("aaaa", "aa") == [0, 1, 2]
    assert anchors.occurrences("aaaa", "") == []


@pytest.mark.parametrize(
    ("content", "phrase", "words", "differs"),
    [
        ("said “so it is”.", '"so it is"', "“so it is”", ["quote marks"]),
        ("it’s done", "it's done", "it’s done", ["quote marks"]),
        ("a\u00a0b  c", "a b c", "a\u00a0b  c", ["spaces or line ends"]),
        ("one\r\ntwo", "one two", "one\r\ntwo", ["spaces or line ends"]),
        ("one\rtwo", "one\ntwo", "one\rtwo", ["spaces or line ends"]),
        ("2–3 — x", "2-3 - x", "2–3 — x", ["dashes"]),
        ("The End", "the end", "The End", ["case"]),
        ("cafe\u0301 au", "caf\u00e9 au", "cafe\u0301 au", ["unicode form"]),
        ("a\u00adb\u200bc", "abc", "a\u00adb\u200bc", ["invisible characters"]),
        ("“A\u00a0b”", "'a b'", "“A\u00a0b”", ["quote marks", "spaces or line ends", "case"]),
        ("x\U0001f600Y", "x\U0001f600y", "x\U0001f600Y", ["case"]),
    ],
)
def test_near_misses_say_in_what_they_differ(content: str, phrase: str, words: str, differs: list[str]) -> None:
    assert anchors.occurrences(content, phrase) == []
    (miss,) = anchors.near_misses(f"before {content} after", phrase)
    assert (miss.words, miss.differs) == (words, differs)
    assert f"before {content} after"[miss.start : miss.end] == words


def test_a_near_miss_never_cuts_a_letter_from_its_accent() -> None:
    assert anchors.near_misses("cafe\u0301", "CAFE") == []


@given(captured)
def test_another_normal_form_is_near(content: str) -> None:
    other = unicodedata.normalize("NFD", unicodedata.normalize("NFC", content))
    if content.strip() and content not in other and not unicodedata.combining(content[0]):
        misses = anchors.near_misses(other, content)
        assert all(miss.differs for miss in misses)


def moved_body(content: str, words: str, **more: Any) -> dict[str, Any]:
    at = content.index(words)
    return {"id": "x.q1", "anchor": anchors.make_anchor(content, at, at + len(words), quote=bool(more)), **more}


def test_words_that_stand_elsewhere_are_told_and_not_moved() -> None:
    body = moved_body("One two three.", "two", text="two")
    verdict = anchors.verify(stretch("And one. One two three."), body)
    assert (verdict.status, verdict.at) == ("moved", (13, 16))
    assert verdict.problems[-1].message.startswith("moved")
    assert body["anchor"]["start"] == 4


def test_a_claims_words_are_found_by_their_digest() -> None:
    verdict = anchors.verify(stretch("And one. One two three."), moved_body("One two three.", "two three"))
    assert (verdict.status, verdict.at) == ("moved", (13, 22))


def test_prefix_and_suffix_choose_among_several() -> None:
    body = moved_body("a two b", "two", text="two")
    assert anchors.verify(stretch("two, then a two b, two"), body).at == (12, 15)
    assert anchors.verify(stretch("two, then two c, two"), body).at is None


def test_words_that_stand_nowhere_are_lost() -> None:
    verdict = anchors.verify(stretch("Nothing of it."), moved_body("One two three.", "two", text="two"))
    assert verdict.status == "lost"
    assert verdict.problems[-1].message == "lost: the words stand nowhere in the text"


def test_a_changed_surrounding_is_told_though_the_words_stand() -> None:
    body = moved_body("One two three.", "two", text="two")
    verdict = anchors.verify(stretch("Any two three!"), body)
    assert verdict.status == "ok"
    assert [problem.field for problem in verdict.problems] == ["anchor.prefix", "anchor.suffix"]


# --- the command ---------------------------------------------------------------------------------------------


def test_the_block_is_ready_to_paste(desk: Desk) -> None:
    result = desk.run("anchor", "herald", "a farce")
    assert result.exit_code == 0
    at = HERALD.index("a farce")
    block = yamlfile.parse(result.stdout).plain()
    anchor = anchors.make_anchor(HERALD, at, at + 7, quote=True)
    assert block == {"text": "a farce", "anchor": {name: str(value) for name, value in anchor.items()}}
    assert "\r" not in result.stdout


def test_pasted_into_a_record_it_passes_the_check(desk: Desk) -> None:
    block = desk.run("anchor", "herald", "The ferry is late").stdout
    path = desk.records / "sources" / "herald.yaml"
    path.write_text(
        path.read_text().replace("quotes:\n", f"quotes:\n  - id: herald.q9\n    speaker_basis: author\n{block}\n")
    )
    assert desk.run("fmt").exit_code == 0
    result = desk.run("check")
    assert (result.exit_code, "7 of 7 anchors verified" in result.output) == (0, True), result.output


def test_several_occurrences_are_listed_and_one_is_chosen(desk: Desk) -> None:
    result = desk.run("anchor", "herald", "he ferry")
    assert result.exit_code == 1
    places = anchors.occurrences(HERALD, "he ferry")
    assert len(places) == 3
    for number, place in enumerate(places, 1):
        assert f"{number} of 3: {place}:{place + 8}" in result.stdout
    chosen = desk.run("anchor", "herald", "he ferry", "--occurrence", "3")
    assert (chosen.exit_code, f"start: {places[2]}" in chosen.stdout) == (0, True)
    beyond = desk.run("anchor", "herald", "he ferry", "--occurrence", "4")
    assert (beyond.exit_code, "allowed: 1 to 3" in beyond.output) == (1, True)


def test_what_is_not_there_is_not_anchored(desk: Desk) -> None:
    for phrase in ("the ferry sails at noon", '"the ferry', "others spoke", "the caf\u00e9", "A FARCE"):
        result = desk.run("anchor", "herald", phrase)
        assert result.exit_code == 1
        assert "near, other in" in result.output
        assert "anchor:" not in result.output


def test_how_far_the_words_go_is_told(desk: Desk) -> None:
    result = desk.run("anchor", "herald", "Mayor Ola Quist denied everything")
    assert result.exit_code == 1
    assert "its first 16 characters stand at" in result.output
    assert "there the text goes on: said “the ferry" in result.output


def test_line_ends_by_escapes_and_by_last_words(desk: Desk) -> None:
    typed = desk.run("anchor", "herald", "-e", 'others\\r\\nspoke of "a farce"', "--claim")
    ends = desk.run("anchor", "herald", "others", "--to", 'a farce"', "--claim")
    assert typed.exit_code == ends.exit_code == 0
    assert typed.stdout == ends.stdout
    assert set(
        json.loads(desk.run("anchor", "herald", "others", "--to", "farce", "--claim", "--json").stdout)["anchor"]
    ) == {
        "start",
        "end",
        "sha256",
    }
    literal = desk.run("anchor", "herald", 'others\\r\\nspoke of "a farce"')
    assert literal.exit_code == 1


def test_a_stretch_by_its_offsets(desk: Desk) -> None:
    at = HERALD.index("a farce")
    assert (
        desk.run("anchor", "herald", "--at", f"{at}:{at + 7}").stdout == desk.run("anchor", "herald", "a farce").stdout
    )
    for wrong in ("x", "5", "7:3", f"0:{len(HERALD) + 1}", "-1:4"):
        result = desk.run("anchor", "herald", "--at", wrong)
        assert (result.exit_code, "allowed: START:END within" in result.output) == (1, True)


def test_a_source_that_is_part_of_another_is_searched_alone(desk: Desk) -> None:
    assert "1 of 1" in desk.run("anchor", "herald-de", "Ola Quist").output
    assert "1 of 2" in desk.run("anchor", "herald", "Ola Quist").output


def test_json_holds_everything(desk: Desk) -> None:
    answer = json.loads(desk.run("anchor", "herald", "the ferry\u00a0sails", "--json").stdout)
    assert answer["chosen"] == 1
    assert answer["text"] == "the ferry\u00a0sails"
    missed = json.loads(desk.run("anchor", "herald", "the ferry sails", "--json").stdout)
    assert missed["occurrences"] == []
    assert [(miss["words"], miss["differs"]) for miss in missed["near"]] == [
        ("the ferry\u00a0sails", ["spaces or line ends"])
    ]


def test_a_text_can_be_searched_before_its_record_exists(desk: Desk) -> None:
    assert desk.run("anchor", "herald.txt", "a farce").stdout == desk.run("anchor", "herald", "a farce").stdout


def test_errors_say_what_is_wrong(desk: Desk) -> None:
    cases: list[tuple[list[str], int, str]] = [
        (["heralt", "x"], 1, "there is no source 'heralt' (did you mean 'herald'?)"),
        (["../herald", "x"], 1, "there is no source"),
        (["herald"], 2, "give WORDS"),
        (["herald", ""], 2, "give WORDS"),
        (["herald", "x", "--at", "1:2"], 2, "give WORDS"),
        (["herald", "-e", "\\UFFFFFFFF"], 1, "beyond U+10FFFF"),
    ]
    for arguments, code, message in cases:
        result = desk.run("anchor", *arguments)
        assert (result.exit_code, message in result.output) == (code, True), result.output
    unset = desk.run("anchor", "herald", "x", texts=False)
    assert (unset.exit_code, "ONRECORD_TEXTS is not set" in unset.output) == (1, True)
    (desk.texts / "herald.txt").unlink()
    missing = desk.run("anchor", "herald", "x")
    assert (missing.exit_code, "the text of herald is missing" in missing.output) == (1, True)


def test_another_capture_is_told(desk: Desk) -> None:
    desk.text("herald.txt", HERALD + "more")
    assert "is not the text that the record of herald describes" in desk.run("anchor", "herald", "a farce").output
