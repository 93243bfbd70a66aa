"""The strict reader: text stays text, every value knows its line, and what is ambiguous is refused by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import yamlfile
from dataset.problems import Problem, Problems


def refused(text: str) -> list[Problem]:
    with pytest.raises(Problems) as caught:
        yamlfile.parse(text, "some.yaml")
    assert all(problem.file == "some.yaml" and problem.line for problem in caught.value.problems)
    return caught.value.problems


def test_every_scalar_is_text() -> None:
    text = "a: no\nb: 2024-06-18\nc: 012\nd: 1.0\ne: 12:30\nf: 'null'\ng: \"\"\nh: [1, {i: true}]\n"
    expected = {"a": "no", "b": "2024-06-18", "c": "012", "d": "1.0", "e": "12:30", "f": "null", "g": ""}
    assert yamlfile.parse(text).plain() == {**expected, "h": ["1", {"i": "true"}]}


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_null_is_none(nothing: str) -> None:
    assert yamlfile.parse(f"a: {nothing}\n").plain() == {"a": None}


def test_lines_are_those_of_keys_and_items() -> None:
    node = yamlfile.parse("# head\na: x\nb:\n  - c: y\n    d:\n      long\n      words\n\n  -\n    c: z\n")
    assert node.line_at(["a"]) == 2
    assert node.line_at(["b"]) == 3
    assert node.line_at(["b", 0, "c"]) == 4
    assert node.line_at(["b", 0, "d"]) == 5
    assert node.line_at(["b", 1, "c"]) == 10
    assert node.line_at(["b", 0, "no-such", "path"]) == 4
    assert node.line_at(["b", 7]) == 3


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("# nothing yet\n")
    assert yamlfile.read(path).plain() is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "stands twice"),
        ("a: &x 1\n", 1, "an anchor"),
        ("a: 1\nb: *x\n", 2, "an alias"),
        ("a: !!int 1\n", 1, "a tag"),
        ("a: !own 1\n", 1, "a tag"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("%YAML 1.1\n---\na: 1\n", 2, "a YAML directive"),
        ("a:\n\tb: 1\n", 2, "a tab"),
        ("a: x\ty\n", 1, "a tab"),
        ("a: x\rb: y\n", 1, "a carriage return"),
        ("a: x\0\n", 1, "a control character"),
        ("a: x\u2028y\n", 1, "a control character"),
        ("a: x\ufeffy\n", 1, "a control character"),
        ('a: "\\0"\n', 1, "a NUL character"),
        ('a: "\\ud800"\n', 1, "half of a surrogate pair"),
        ("? [a]\n: b\n", 1, "a key that is not text"),
        ("<<: {a: b}\n", 1, "a merge key"),
        (f"{'k' * 201}: b\n", 1, "a key that is too long"),
        ("a: b: c\n", 1, "not YAML"),
        ('a: 1\nb: "open\n', 3, "not YAML"),
        ("a: 1\n- b\n", 2, "not YAML"),
        ('a: "\\UFFFFFFFF"\n', 1, "not YAML"),
        ("[" * 30 + "]" * 30, 1, "nested too deeply"),
    ],
)
def test_what_is_ambiguous_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    (problem,) = refused(text)
    assert problem.line == line
    assert problem.message.startswith(message) or message in problem.message


def test_several_mistakes_are_told_at_once() -> None:
    problems = refused("a: 1\na: 2\nb: &x 3\nc: *x\nd: !!int 3\n")
    assert [problem.line for problem in problems] == [2, 3, 4, 5]


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: x\nb: caf\xe9\n")
    with pytest.raises(Problems) as caught:
        yamlfile.read(path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.found) == (2, "byte 0xe9 at byte offset 11")


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlfile, "MAX_BYTES", 10)
    path = tmp_path / "large.yaml"
    path.write_text("a: 123456789\n")
    with pytest.raises(Problems, match="too large"):
        yamlfile.read(path)


def test_crlf_and_a_leading_mark_read_as_their_plain_twin(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: x\r\nb: |-\r\n  y\r\n  z\r\n")
    assert yamlfile.read(path).plain() == {"a": "x", "b": "y\nz"}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read_or_refused_with_lines(text: str) -> None:
    problems: list[Problem] = []
    try:
        yamlfile.parse(text, "any.yaml")
    except Problems as error:
        problems = error.problems
    assert all(problem.line and 1 <= problem.line <= text.count("\n") + 2 for problem in problems)
