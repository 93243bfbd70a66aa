"""The reviewer behind `onrecord check`: what texts hold and no record covers, what records leave open, exceptions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dataset.anchors import sha256
from tests.curation.conftest import Desk

NEWS = (
    "The ferry returns\n\n"
    "On Monday the harbour office said that 12 boats had left. The captain called it “a small wonder”.\n\n"
    "Nobody counted the nets, which a clerk named “the ‘big’ ones”, and a song called “Home again was heard.\n\n"
    "The office denied on 3 May that two crews had stayed.\n\n"
    "Print this page 7 times\n"
)
AUTHOR = {"claimant_basis": "author", "modality": "asserted"}


def items(desk: Desk, rule: str | None = None) -> list[dict[str, Any]]:
    answer = json.loads(desk.run("check", "--json").stdout)
    found: list[dict[str, Any]] = answer["review"]["items"]
    return [item for item in found if rule is None or item["rule"] == rule]


def claim(statement: str, **more: Any) -> dict[str, Any]:
    return {"statement": statement, **AUTHOR, **more}


def zones() -> list[dict[str, str]]:
    end = NEWS.index("Print this page")
    return [
        {"kind": "body", "start": "0", "end": str(end)},
        {"kind": "boilerplate", "start": str(end), "end": str(len(NEWS))},
    ]


@pytest.fixture
def news(bare: Desk) -> Desk:
    """One source without any quote or claim."""
    bare.text("news.txt", NEWS)
    bare.source("news", "news.txt", language="en", text={"zones": zones()})
    return bare


def places(desk: Desk, rule: str) -> list[str]:
    return [NEWS[item["start"] : item["end"]] for item in items(desk, rule)]


def test_an_uncovered_text_is_told_place_by_place(news: Desk) -> None:
    assert places(news, "unquoted_marks") == ["“a small wonder”", "“the ‘big’ ones”", "‘big’"]
    assert [place[:11] for place in places(news, "unpaired_mark")] == ["“Home again"]
    assert places(news, "unclaimed_number") == ["12", "two"]
    assert places(news, "unclaimed_date") == ["Monday", "3 May"]
    assert [place[:10] for place in places(news, "unclaimed_paragraph")] == [
        "The ferry ",
        "On Monday ",
        "Nobody cou",
        "The office",
    ]
    told = items(news, "unclaimed_date")[1]
    assert (told["file"], told["line"], told["source"]) == (str(news.texts / "news.txt"), 7, "news")
    assert news.run("check").exit_code == 0


def test_records_that_cover_it_bring_the_report_to_zero(news: Desk) -> None:
    news.source(
        "news",
        "news.txt",
        language="en",
        text={"zones": zones()},
        quotes=[
            (words, {"kind": "term", "speaker_basis": "author"})
            for words in ("a small wonder", "the ‘big’ ones", "big", "Home again")
        ],
        claims=[
            ("The ferry returns", claim("The ferry is coming back.")),
            ("On Monday the harbour office said that 12 boats had left", claim("Boats left.")),
            ("Nobody counted the nets", claim("The nets were not counted.")),
            ("The office denied on 3 May that two crews had stayed", claim("No crew stayed.")),
        ],
    )
    assert items(news) == []


def test_a_quote_around_marks_does_not_cover_what_is_quoted_inside(news: Desk) -> None:
    quotes = [("the ‘big’ ones", {"kind": "term", "speaker_basis": "author"})]
    news.source("news", "news.txt", text={"zones": zones()}, quotes=quotes)
    assert places(news, "unquoted_marks") == ["“a small wonder”", "‘big’"]


def test_a_part_of_a_text_is_its_own_sources(desk: Desk) -> None:
    found = {(item["source"], item["rule"]) for item in items(desk) if item["rule"] == "unclaimed_paragraph"}
    assert ("herald-de", "unclaimed_paragraph") in found
    held = [item for item in items(desk, "unclaimed_paragraph") if item["source"] == "herald"]
    assert not any("Bürgermeisterin" in item["found"] for item in held)


def test_quotes_of_claims(news: Desk) -> None:
    news.write("actors.yaml", [{"id": "ada", "name": "Ada Bo", "kind": "person"}, {"id": "cem", "name": "Cem Dy"}])
    spoken = {"kind": "partial", "speaker": "ada", "speaker_basis": "stated"}
    sentence = "The captain called it “a small wonder”"

    def records(*claims: dict[str, Any]) -> None:
        news.source("news", "news.txt", quotes=[("a small wonder", spoken)], claims=[(sentence, one) for one in claims])

    opinion = {"statement": "It is a wonder.", "claimant_basis": "stated", "modality": "opinion"}
    records({**opinion, "claimant": "ada"})
    (item,) = items(news, "unlinked_quote")
    assert (item["record"], item["other"]) == ("news.c1", "news.q1")

    records({**opinion, "claimant": "ada", "quotes": ["news.q1"]})
    assert items(news, "unlinked_quote") == items(news, "other_speaker") == []

    records({**opinion, "claimant": "cem", "quotes": ["news.q1"]})
    (item,) = items(news, "other_speaker")
    assert item["found"] == "news.q1 by ada, claimed by cem"

    # of two claims on one stretch one may name the quote alone
    records({**opinion, "claimant": "ada", "quotes": ["news.q1"]}, {**opinion, "claimant": "ada"})
    assert items(news, "unlinked_quote") == []


def test_siblings_actors_and_events(news: Desk) -> None:
    news.write(
        "actors.yaml",
        [
            {"id": "jan-hoek", "name": "Jan Hoek", "kind": "person"},
            {"id": "jan-hoek-2", "name": "Jän-Hoek", "kind": "person"},
            {"id": "hoek-jan", "name": "Hoek Jan", "kind": "person"},
            {"id": "jon-doorman", "name": "Jon Doorman", "kind": "person"},
            {"id": "jon-dorman", "name": "Jon Dorman", "kind": "person"},
            {"id": "some-crew", "name": "Jan Hoek", "kind": "group", "named": "false"},
        ],
    )
    spelt = {(item["record"], item["other"]) for item in items(news, "actor_spelling")}
    assert spelt == {
        ("jan-hoek", "jan-hoek-2"),
        ("hoek-jan", "jan-hoek"),
        ("hoek-jan", "jan-hoek-2"),
        ("jon-doorman", "jon-dorman"),
    }

    news.write("events.yaml", [{"id": "return", "title": "Return"}, {"id": "count", "title": "Count"}])
    news.write("questions.yaml", [question("how-many")])
    boats = {"quantity": {"value": "12", "qualifier": "exact", "unit": "items", "of": "boats"}}
    answers = {"answers": [{"question": "how-many", "position": "one"}]}
    news.source(
        "news",
        "news.txt",
        claims=[
            ("12 boats", claim("Twelve boats.", **boats, **answers, events=["return"])),
            ("12 boats had", claim("A dozen boats.", **boats)),
            ("12 boats had left", claim("They left.", events=["return"])),
            ("the nets", claim("There are nets.")),
        ],
    )
    assert [item["record"] for item in items(news, "unanswered_quantity")] == ["news.c2"]
    assert [item["record"] for item in items(news, "unanswered_event")] == ["news.c3"]
    assert [item["record"] for item in items(news, "unnamed_event")] == ["count"]


def question(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "question": "How many?",
        "positions": [{"key": "one", "label": "One"}, {"key": "two", "label": "Two"}],
    }


def test_a_question_needs_two_positions_and_two_voices(news: Desk) -> None:
    news.write("actors.yaml", [{"id": "ada", "name": "Ada Bo"}])
    news.write("questions.yaml", [question("how-many")])

    def records(*taken: tuple[str, str | None]) -> None:
        claims = []
        for position, claimant in taken:
            who = {"claimant": claimant, "claimant_basis": "stated"} if claimant else {}
            answers = [{"question": "how-many", "position": position}]
            claims.append(("12 boats", claim("So many.", **who, answers=answers) | who))
        news.source("news", "news.txt", claims=claims)

    records(("one", None))
    (error,) = items(news, "too_few_positions")
    assert error["severity"] == "error"
    assert error["line"] == 3
    assert news.run("check").exit_code == 1

    records(("one", None), ("two", None))
    assert items(news, "too_few_positions") == []
    assert items(news, "too_few_voices")[0]["found"] == "1: news"
    assert news.run("check").exit_code == 0

    records(("one", None), ("two", "ada"))
    assert items(news, "too_few_voices") == []


# --- copies --------------------------------------------------------------------------------------------------

RUN = "said that 12 boats had left. The captain called it “a small wonder"  # thirteen words


@pytest.mark.parametrize(
    "written",
    [
        RUN,
        RUN.upper(),
        RUN.replace(" ", "\\n"),
        RUN.replace(" ", "\n# "),
        RUN.replace(" ", "&nbsp;"),
        RUN.replace("“", "*").replace(".", " –"),
        json.dumps(RUN),
        RUN.replace("captain", "capta\\u0069n"),
    ],
)
def test_a_run_of_twelve_words_anywhere_is_an_error(news: Desk, written: str) -> None:
    (news.folder / "pyproject.toml").write_text("")
    (news.folder / "docs").mkdir()
    (news.folder / "docs" / "page.md").write_text(f"One line.\nAs was told: {written}")
    result = news.run("check")
    assert result.exit_code == 1
    (item,) = items(news, "verbatim_run")
    assert item["file"].endswith("docs/page.md")
    assert (item["line"], item["source"]) == (2, "news")
    assert "captain called" not in item["found"]


def test_eleven_words_a_quotes_own_words_and_a_title_may_stand(news: Desk) -> None:
    (news.folder / "pyproject.toml").write_text("")
    page = news.folder / "page.md"
    page.write_text(" ".join(RUN.split()[:11]))
    assert items(news, "verbatim_run") == []
    page.write_text(" ".join(RUN.split()[:12]))
    assert len(items(news, "verbatim_run")) == 1

    page.write_text(RUN)
    news.source("news", "news.txt", quotes=[(RUN, {"speaker_basis": "author"})])
    assert items(news, "verbatim_run") == []

    page.write_text(RUN + "”. Nobody counted")
    assert len(items(news, "verbatim_run")) == 1

    page.write_text(RUN)
    news.source("news", "news.txt", title=RUN)
    assert items(news, "verbatim_run") == []


def test_statements_and_notes_are_read_too_and_tools_are_not(news: Desk) -> None:
    news.source("news", "news.txt", claims=[("12 boats", claim(RUN.replace("“", "")))])
    (item,) = items(news, "verbatim_run")
    assert item["file"].endswith("sources/news.yaml")
    news.source("news", "news.txt")
    (news.folder / "pyproject.toml").write_text("")
    for folder in (".git", "node_modules", "var"):
        (news.folder / folder).mkdir()
        (news.folder / folder / "page.md").write_text(RUN)
    (news.folder / "picture.bin").write_bytes(b"\0" + RUN.encode())
    assert items(news, "verbatim_run") == []


# --- exceptions ----------------------------------------------------------------------------------------------


def excepted(desk: Desk, *records: dict[str, Any]) -> None:
    desk.write("exceptions.yaml", list(records))


def at(words: str, rule: str, **more: Any) -> dict[str, Any]:
    start = NEWS.index(words)
    anchor = {"start": str(start), "end": str(start + len(words)), "sha256": sha256(words)}
    return {"rule": rule, "source": "news", "anchor": anchor, "reason": "Made up.", **more}


def test_an_exception_takes_an_item_away_and_is_counted(news: Desk) -> None:
    excepted(news, at("12", "unclaimed_number"), at("On Monday", "unclaimed_date"))
    assert places(news, "unclaimed_number") == ["two"]
    assert places(news, "unclaimed_date") == ["3 May"]
    answer = json.loads(news.run("check", "--json").stdout)
    assert answer["review"]["exceptions"] == {"unclaimed_number": 1, "unclaimed_date": 1}
    assert "exceptions: 1 unclaimed_number, 1 unclaimed_date" in news.run("check").output
    assert news.run("fmt", "--check").exit_code == 0


def test_an_exception_from_nothing_is_told(news: Desk) -> None:
    excepted(news, at("12 boats had left", "unclaimed_date"))
    (item,) = items(news, "unused_exception")
    assert (item["line"], item["file"]) == (1, str(news.records / "exceptions.yaml"))
    # without the text nobody can tell
    assert "unused_exception" not in news.run("check", texts=False).output


def test_a_record_is_excepted_by_its_id(news: Desk) -> None:
    news.write("events.yaml", [{"id": "return", "title": "Return"}])
    excepted(news, {"rule": "unnamed_event", "type": "events", "record": "return", "reason": "It comes later."})
    assert items(news, "unnamed_event") == items(news, "unused_exception") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "verbatim_run"}, "found 'verbatim_run'"),
        ({"rule": "unclaimed_numbers"}, "did you mean 'unclaimed_number'?"),
        ({"reason": None}, "missing"),
        ({"source": None}, "allowed: source and anchor, or type and record"),
        ({"source": "nws"}, "there is no such source"),
        ({"anchor": {"start": "1", "end": "2", "sha256": "0" * 64}}, "the digest is not that of the words there"),
        ({"reasn": "x"}, "unknown field"),
    ],
)
def test_a_mistaken_exception_is_an_error_with_its_line(news: Desk, change: dict[str, Any], message: str) -> None:
    excepted(news, at("12", "unclaimed_number") | change)
    result = news.run("check")
    assert result.exit_code == 1
    assert f"{news.records / 'exceptions.yaml'}:" in result.output
    assert message in result.output
    assert "12" in places(news, "unclaimed_number")


def test_the_report_can_be_narrowed(news: Desk) -> None:
    output = news.run("check", "--rule", "unclaimed_date").output
    assert "unclaimed_date: a date in a text that no claim covers, at" in output
    assert "unclaimed_number: a number in a text that no claim covers, at" not in output
    assert "2 unclaimed_number" in output
    assert ", at " not in news.run("check", "--source", "other").output
    assert news.run("check", "--rule", "nonsense").exit_code == 2
