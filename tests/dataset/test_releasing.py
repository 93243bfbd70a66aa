"""Cutting releases: each rule of the log, through the folder that a curator edits and the files that are frozen."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dataset.log import read_log, replay
from dataset.plan import Plan, draft_plan, read_plan
from dataset.problems import Problems
from dataset.records import read_records
from dataset.releasing import changelog, cut, state_of, write
from dataset.state import FILE_ORDER, lines

Rewrite = Callable[[str, str], Path]
C1 = ("claims", "gazette-1.c1")
C2 = ("claims", "gazette-1.c2")


class Curator:
    """Edits a folder, cuts releases from it, and reads what is refused."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def release(self, plan: Plan | None = None, date: str = "2021-05-04", **said: str) -> str:
        records, problems = read_records(self.folder)
        assert problems == []
        (name,) = records.bodies["dataset"]
        plan = plan or Plan(**{"notes": "Notes.", **said})  # type: ignore[arg-type]
        ready = cut(read_log(self.log), state_of(records.bodies), plan, name=name, date=date)
        write(self.log, ready)
        return ready.release.version

    def refused(self, plan: Plan | None = None, date: str = "2021-05-04", **said: str) -> str:
        before = sorted(self.log.rglob("*"))
        with pytest.raises(Problems) as caught:
            self.release(plan, date, **said)
        assert sorted(self.log.rglob("*")) == before
        return str(caught.value)


@pytest.fixture
def curator(folder: Path, tmp_path: Path) -> Curator:
    return Curator(folder, tmp_path / "releases")


def test_the_first_release(curator: Curator) -> None:
    assert curator.release() == "0.1.0"
    (release,) = read_log(curator.log)
    assert release.manifest["counts"]["claims"] == 2
    assert release.manifest["changes"] == {"added": 10, "changed": 0, "merged": 0, "withdrawn": 0}
    assert [change.operation for change in release.changes] == ["added"] * 10
    data = (curator.log / "0.1.0" / "changes.jsonl").read_bytes()
    assert hashlib.sha256(data).hexdigest() == release.manifest["changes_sha256"]


def test_digests_are_those_of_the_json_lines_files(curator: Curator) -> None:
    curator.release()
    (release,) = read_log(curator.log)
    state = replay([release]).state
    whole = hashlib.sha256()
    for type in FILE_ORDER:
        data = b"".join(lines(state.get(type, {})))
        assert release.manifest["types"][type] == hashlib.sha256(data).hexdigest()
        whole.update(data)
    assert release.sha256 == whole.hexdigest()


def test_a_changed_record_is_a_patch_and_wants_a_reason(curator: Curator) -> None:
    curator.release()
    curator.edit("sources/gazette-1.yaml", "More than 40", "Over 40")
    assert "claims/gazette-1.c1: reason: the record is changed and nothing says why" in curator.refused()
    assert curator.release(Plan(notes="Wording.", reasons={C1: "Shorter."})) == "0.1.1"
    assert replay(read_log(curator.log)).state["claims"]["gazette-1.c1"].count(b"Over 40 ships") == 1


def test_a_withdrawn_record_is_a_minor_step_leaves_a_tombstone_and_its_id_is_gone_for_ever(curator: Curator) -> None:
    curator.release()
    file = curator.folder / "sources/gazette-1.yaml"
    whole = file.read_text("utf-8")
    file.write_text(whole[: whole.index("  - id: gazette-1.c2")], "utf-8")
    assert curator.release(Plan(notes="Out.", reasons={C2: "Not in the text."})) == "0.2.0"
    tombstone = replay(read_log(curator.log)).tombstones["claims"]["gazette-1.c2"]
    assert (tombstone.operation, tombstone.reason) == ("withdrawn", "Not in the text.")
    file.write_text(whole, "utf-8")
    assert "ids are never used again; found withdrawn before: Not in the text." in curator.refused()


def test_a_merged_record_names_one_that_is_there(curator: Curator) -> None:
    curator.release()
    file = curator.folder / "sources/gazette-1.yaml"
    whole = file.read_text("utf-8")
    file.write_text(whole[: whole.index("  - id: gazette-1.c2")], "utf-8")
    for target in ("gazette-1.c2", "gazette-1.c9", "ada"):
        plan = Plan(notes="One.", reasons={C2: "The same."}, merged_into={C2: target})
        assert "merged into a record that is not there" in curator.refused(plan)
    plan = Plan(notes="One.", reasons={C2: "The same."}, merged_into={C2: "gazette-1.c1"})
    assert curator.release(plan) == "0.2.0"
    assert replay(read_log(curator.log)).tombstones["claims"]["gazette-1.c2"].replaced_by == "gazette-1.c1"


def test_versions_follow_the_rule_or_take_a_larger_step(curator: Curator) -> None:
    assert "allowed: 0.1.0, 1.0.0" in curator.refused(version="2.0.0")
    curator.release(version="1.0.0")
    curator.edit("actors.yaml", "- id: dockers", "- id: eve\n  name: Eve\n- id: dockers")
    refusal = curator.refused(version="1.0.1")
    assert "found 1.0.1; allowed: 1.1.0, 2.0.0" in refusal
    assert curator.release() == "1.1.0"
    curator.edit("actors.yaml", "name: Eve", "name: Eve B.")
    assert curator.release(Plan(notes="Name.", reasons={("actors", "eve"): "Full."}, version="2.0.0")) == "2.0.0"


def test_nothing_to_release_but_a_step_that_is_a_decision(curator: Curator) -> None:
    curator.release()
    assert "nothing to release" in curator.refused()
    assert curator.release(version="1.0.0") == "1.0.0"


def test_notes_dates_and_names_are_checked(curator: Curator) -> None:
    assert "a release needs notes" in curator.refused(notes="")
    assert "not a day" in curator.refused(date="yesterday")
    curator.release(date="2021-05-04")
    curator.edit("actors.yaml", "name: Ada", "name: Ada L.")
    plan = Plan(notes="Name.", reasons={("actors", "ada"): "Full."})
    assert "before the last release's" in curator.refused(plan, date="2021-05-03")
    curator.edit("dataset.yaml", "harbour-talks", "other-talks")
    assert "the log is another dataset's" in curator.refused(plan)


def test_a_draft_asks_for_every_reason_and_reads_back(curator: Curator, tmp_path: Path) -> None:
    from dataset.difference import difference

    curator.release()
    curator.edit("sources/gazette-1.yaml", "More than 40", "Over 40")
    curator.edit("topics.yaml", "- id: trade\n  label: Trade\n", "")
    records, _ = read_records(curator.folder)
    gap = difference(replay(read_log(curator.log)).state, state_of(records.bodies))
    file = tmp_path / "plan.yaml"
    file.write_text(draft_plan(gap), "utf-8")
    refusal = curator.refused(read_plan(file))
    assert f"{file}: notes: a release needs notes" in refusal
    assert refusal.count("nothing says why") == 2
    filled = file.read_text("utf-8").replace("notes:", "notes: New.").replace("reason:", "reason: Because.")
    file.write_text(filled, "utf-8")
    assert curator.release(read_plan(file)) == "0.2.0"


def test_a_plan_that_speaks_of_what_is_not_so(curator: Curator, tmp_path: Path) -> None:
    curator.release()
    curator.edit("actors.yaml", "name: Ada", "name: Ada L.")
    file = tmp_path / "plan.yaml"
    text = "notes: N\nchanges:\n"
    text += "  - {type: actors, id: ada, reason: Full, replaced_by: bob}\n  - {type: actors, id: bob, reason: None}\n"
    file.write_text(text, "utf-8")
    refusal = curator.refused(read_plan(file))
    assert (
        f"{file}:3: actors/ada: the plan speaks of what is not so; found replaced_by for a record that stays" in refusal
    )
    assert f"{file}:4: actors/bob: the plan speaks of what is not so; found a record that did not change" in refusal
    file.write_text("notes: N\nchange: []\nchanges: [{type: actors}]\n", "utf-8")
    with pytest.raises(Problems) as caught:
        read_plan(file)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


@pytest.mark.parametrize(
    ("member", "value"), [("sha256", "0" * 64), ("counts", {}), ("changes", {"added": 9}), ("types", {})]
)
def test_a_manifest_that_the_log_does_not_give_is_found(curator: Curator, member: str, value: object) -> None:
    curator.release()
    file = curator.log / "0.1.0" / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), member: value}), "utf-8")
    with pytest.raises(Problems, match="the log does not give what its manifest says"):
        replay(read_log(curator.log))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"operation":"added"', '"operation":"changed"', "changed, though it does not exist"),
        ('"operation":"added"', '"operation":"lost"', "no such operation"),
        ('"name":"Ada"', '"name":"Eva"', "does not have the digest"),
        ('"operation":"added"', '"operation":"withdrawn"', "withdrawn, though it does not exist"),
        ('"operation"', '"colour"', "not a change"),
        ("{", "", "not a change"),
    ],
)
def test_a_damaged_log_is_found(curator: Curator, old: str, new: str, message: str) -> None:
    curator.release()
    file = curator.log / "0.1.0" / "changes.jsonl"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(Problems, match=message):
        replay(read_log(curator.log))


def test_a_log_with_a_gap_is_refused(curator: Curator) -> None:
    curator.release()
    curator.release(version="1.0.0")
    (curator.log / "0.1.0").rename(curator.log / ".hidden")
    with pytest.raises(Problems, match=r"1\.0\.0 does not follow"):
        read_log(curator.log)


def test_the_changelog_tells_every_release_and_every_reason(curator: Curator) -> None:
    curator.release()
    curator.edit("sources/gazette-1.yaml", "More than 40", "Over 40")
    curator.release(Plan(notes="Better words.", reasons={C1: "Shorter."}), date="2021-06-01")
    text = (curator.log / "CHANGELOG.md").read_text("utf-8")
    assert text == changelog(read_log(curator.log))
    assert text.index("## 0.1.1 (2021-06-01)") < text.index("## 0.1.0 (2021-05-04)")
    assert "- changed: `claims/gazette-1.c1`: Shorter." in text


def test_what_a_killed_program_left_is_cleared(curator: Curator) -> None:
    stale = curator.log / ".cutting-abc"
    stale.mkdir(parents=True)
    (stale / "changes.jsonl").write_text("half", "utf-8")
    curator.release()
    assert sorted(path.name for path in curator.log.iterdir()) == ["0.1.0", "CHANGELOG.md"]


@pytest.mark.slow
def test_a_full_disk_is_told_with_its_place_and_leaves_no_release(curator: Curator) -> None:
    """A limit on the size of files stands for the disk: like it, it names no file when a write fails."""
    environment = {**os.environ, "ONRECORD_RECORDS": str(curator.folder), "ONRECORD_RELEASES": str(curator.log)}
    command = [
        sys.executable,
        "-c",
        "from dataset.cli import main; main()",
        "release",
        "--log-only",
        "--notes",
        "First.",
    ]

    def run(most: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY)),
        )

    failed = run(1000)
    assert failed.returncode == 1
    assert f"{curator.log}" in failed.stderr
    assert "File too large" in failed.stderr
    assert read_log(curator.log) == []
    assert run(10_000_000).returncode == 0
    assert [release.version for release in read_log(curator.log)] == ["0.1.0"]
