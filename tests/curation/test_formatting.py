"""`onrecord fmt`: one stable form; comments stay, values never change, and what cannot be read is left as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from dataset import formatting, scalars, yamlfile
from dataset.problems import Problems
from dataset.settings import PACKAGE
from tests.curation.conftest import Desk

#: Left out by `make test-fast`: many requests or files, each worth its time but not at every save.
pytestmark = pytest.mark.slow

SOURCE = formatting.order_for(Path("sources/some.yaml"))
LIST = formatting.order_for(Path("actors.yaml"))

AWKWARD = list(" \n\r\t:#-?[]{}&*!|>'\"%@`,\\a.<=~\u00a0\ufeff\u2028é\u0301\U0001f600")
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(AWKWARD))
phrases = any_text | st.lists(any_text, max_size=40).map(" ".join)


@given(phrases)
def test_a_string_reads_back_as_itself_wherever_it_stands(text: str) -> None:
    member = "k: " + "\n".join(scalars.lines(text, 3, 2)) + "\nz: 1\n"
    assert yamlfile.parse(member).plain() == {"k": text, "z": "1"}
    item = "- - " + "\n".join(scalars.lines(text, 4, 6)) + "\n- 1\n"
    assert yamlfile.parse(item).plain() == [[text], "1"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words, with: no", '"plain words, with: no"'),
        ("2024-06-18", "2024-06-18"),
        ("no", "no"),
        ("null", '"null"'),
        ("", '""'),
        ("-5", "-5"),
        ("- 5", '"- 5"'),
        ('he said "so"', 'he said "so"'),
        ('"so" he said', "'\"so\" he said'"),
        ("a\u00a0b", '"a\\xa0b"'),
        ("a\r\nb", '"a\\r\\nb"'),
        ("\ufeffa", '"\\ufeffa"'),
        ("cafe\u0301 \U0001f600", "cafe\u0301 \U0001f600"),
    ],
)
def test_a_string_is_quoted_only_where_it_must_be(text: str, written: str) -> None:
    assert scalars.inline(text) == written


# Only our own form is drawn here: random trees, written by another program in several styles, with comments strewn in.
words = st.none() | st.text(st.sampled_from(list("ab #:-\"'\n\u00a0,[]{}x")), max_size=130)
names = st.sampled_from(["id", "note", "anchor", "start", "zzz", "# k", "quotes", "claims", "text", "via"])
trees = st.recursive(
    words, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=15
)


@st.composite
def commented_files(draw: st.DrawFn) -> tuple[str, list[str]]:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = draw(st.booleans())
    writer.width = draw(st.integers(20, 100))
    writer.indent = draw(st.integers(2, 4))
    stream = StringIO()
    writer.dump(draw(trees), stream)
    text = stream.getvalue().replace("...\n", "")
    try:
        value = yamlfile.parse(text).plain()
    except Problems:
        assume(False)
    lines, comments = text.split("\n"), []
    for number in range(draw(st.integers(0, 5))):
        at, comment = draw(st.integers(0, len(lines) - 1)), f"# comment {number}"
        if draw(st.booleans()):
            changed = [*lines[:at], " " * draw(st.integers(0, 6)) + comment, *lines[at:]]
        else:
            changed = [*lines[:at], f"{lines[at]} {comment}", *lines[at + 1 :]]
        try:
            unchanged = yamlfile.parse("\n".join(changed)).plain() == value
        except Problems:
            continue
        if unchanged:
            lines = changed
            comments.append(comment)
    return "\n".join(lines), comments


def unordered(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((unordered(item) for item in value), key=repr)
    if isinstance(value, dict):
        return sorted((name, unordered(member)) for name, member in value.items())
    return value


@given(commented_files(), st.sampled_from([SOURCE, LIST, formatting.Order()]))
def test_values_and_comments_stay_and_a_second_time_changes_nothing(
    file: tuple[str, list[str]], order: formatting.Order
) -> None:
    text, comments = file
    value = yamlfile.parse(text).plain()
    once = formatting.formatted(text, order)
    again = yamlfile.parse(once).plain()
    assert unordered(again) == unordered(value)
    if order == formatting.Order():
        assert again == value
    assert [once.count(comment) for comment in comments] == [1] * len(comments)
    assert formatting.formatted(once, order) == once
    formatting.check_same(text, once, "any.yaml")


MESSY = """\
# The file's own words.

# about the title
title: "Talks: an end"   # shown
id: herald
claims:
- id: herald.c2
  # an odd hedge
  hedge: is believed to
  anchor: {end: 20, start: 10, sha256: abc}
  statement: 'It was said that the talks would go on and on, for as long as anybody on either side could stand them.'
# the first claim
- id: herald.c10
  anchor: {start: 1, end: 3}
- id: herald.c1
  note: without an anchor
quotes: []
# the end
"""
NEAT = """\
# The file's own words.

id: herald
# about the title
title: "Talks: an end"  # shown

quotes: []

claims:
  # the first claim
  - id: herald.c10
    anchor:
      start: 1
      end: 3

  - id: herald.c2
    anchor:
      start: 10
      end: 20
      sha256: abc
    statement: >-
      It was said that the talks would go on and on, for as long as anybody on either side could
      stand them.
    # an odd hedge
    hedge: is believed to

  - id: herald.c1
    note: without an anchor
# the end
"""


def test_the_form_in_one_look() -> None:
    assert formatting.formatted(MESSY, SOURCE) == NEAT


def test_the_command_rewrites_and_then_has_nothing_to_do(desk: Desk) -> None:
    path = desk.records / "actors.yaml"
    path.write_text("- {name: Zed, id: zed}   # last\n- name: Abe\n  id: abe\n")
    told = desk.run("fmt", "--check")
    assert told.exit_code == 1
    assert f"{path}:1: not in canonical form" in told.output
    assert "- {name: Zed" in path.read_text()

    assert desk.run("fmt").exit_code == 0
    assert path.read_text() == "- id: abe\n  name: Abe\n\n- id: zed  # last\n  name: Zed\n"
    assert not list(desk.records.glob(".*"))
    after = desk.run("fmt", "--check")
    assert (after.exit_code, "0 to rewrite" in after.output) == (0, True)


def test_a_mistake_anywhere_leaves_every_file_as_it_is(desk: Desk) -> None:
    (desk.records / "actors.yaml").write_text("- {name: Zed, id: zed}\n")
    (desk.records / "places.yaml").write_text("- id: a\n  id: b\n- c: &x d\n")
    result = desk.run("fmt")
    assert result.exit_code == 1
    assert f"{desk.records / 'places.yaml'}:2: the key 'id' stands twice" in result.output
    assert f"{desk.records / 'places.yaml'}:3: an anchor" in result.output
    assert (desk.records / "actors.yaml").read_text() == "- {name: Zed, id: zed}\n"


def test_windows_line_ends_become_line_feeds(desk: Desk) -> None:
    path = desk.records / "actors.yaml"
    path.write_bytes(b"\xef\xbb\xbf# crew  \r\n\r\n- id: zed\r\n  name: Zed # last\r\n")
    assert desk.run("fmt").exit_code == 0
    assert path.read_bytes() == b"# crew\n\n- id: zed\n  name: Zed  # last\n"


def test_a_file_keeps_its_mode_and_is_replaced_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.records / "actors.yaml"
    path.write_text("- {name: Zed, id: zed}\n")
    path.chmod(0o640)

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuse)
        assert desk.run("fmt").exit_code != 0
    assert path.read_text() == "- {name: Zed, id: zed}\n"
    assert not list(desk.records.glob(".*"))
    assert desk.run("fmt").exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o640


def test_files_can_be_named(desk: Desk) -> None:
    for name in ("actors.yaml", "places.yaml"):
        (desk.records / name).write_text("- {name: Zed, id: zed}\n")
    assert desk.run("fmt", str(desk.records / "actors.yaml")).exit_code == 0
    assert (desk.records / "actors.yaml").read_text() == "- id: zed\n  name: Zed\n"
    assert (desk.records / "places.yaml").read_text() == "- {name: Zed, id: zed}\n"
    assert desk.run("fmt", "no-such-file.yaml").exit_code == 2


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("records/**/*.yaml")), ids=lambda path: path.name)
def test_the_committed_records_are_in_canonical_form(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert formatting.formatted(text, formatting.order_for(path), str(path)) == text, "run `onrecord fmt`"
