"""Cutting a release: the records that curators edit become one more change-set of the log.

The curator's part is a *plan*: notes for the release, a reason for each record that changed or went, and for each that
went into another the id of that other. `draft_plan` writes the plan with all that is asked for, reasons left empty.
A release is written beside the log and renamed into it, so that the log always ends in a whole one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as calendar_day
from pathlib import Path
from typing import Final

from dataset.canonical import Body, canonical, digest, parse
from dataset.difference import Difference, difference
from dataset.durable import sync
from dataset.log import OPERATIONS, Change, Release, Replay, from_manifest, read_log, replay
from dataset.plan import Plan
from dataset.problems import Problem, Problems, shown
from dataset.schemas import SCHEMA_VERSION, TYPES
from dataset.state import State, digests
from dataset.store.steps import Observer, Steps, ignore
from dataset.versions import Version, allowed_versions, smallest_step

#: The steps of writing a release into the log.
FREEZE: Final = "freeze"
PLACE: Final = "place"
CHANGELOG: Final = "changelog"
STEPS: Final = (FREEZE, PLACE, CHANGELOG)


def state_of(bodies: Mapping[str, Mapping[str, Body]]) -> dict[str, dict[str, bytes]]:
    """The canonical bytes of bodies that the schemas have accepted."""
    return {type: {id: canonical(body) for id, body in records.items()} for type, records in bodies.items()}


@dataclass(frozen=True, slots=True)
class Cut:
    """A release ready to be written, with the difference that it makes."""

    release: Release
    gap: Difference
    before: State
    after: State


def cut(releases: Sequence[Release], after: State, plan: Plan, *, name: str, date: str) -> Cut:
    """The next release of a log: the change-set from its last state to `after`, checked against every rule.

    Raises:
        Problems: everything that stands against it: a reason or the notes missing, an id used before, a merge into
            nothing, a version smaller than the rule asks, a date before the last release's, nothing to release.
    """
    past = replay(list(releases))
    last = releases[-1] if releases else None
    gap = difference(past.state, after)
    step = smallest_step_of(last, gap)
    versions = allowed_versions(last.version if last else None, step)
    version = plan.version or versions[0]
    problems = [*_objections(plan, gap, past, after, name=name, last=last)]
    if version not in versions:
        message = f"the version does not follow {last.version if last else 'nothing'} by a {step} step or a larger one"
        problems.append(_plan_problem(plan, message, "version", version, ", ".join(versions)))
    if not gap and not (plan.version and last and plan.version != versions[0]):
        problems.append(_plan_problem(plan, "there is nothing to release", None, "no difference", "a changed record"))
    try:
        calendar_day.fromisoformat(date)
        if last and date < last.date:
            problems.append(_plan_problem(plan, "the date is before the last release's", "date", date, last.date))
    except ValueError:
        problems.append(_plan_problem(plan, "not a day", "date", date, "a day such as 2024-06-18"))
    if problems:
        raise Problems(problems)
    changes = tuple(_changes(gap, plan, after))
    sums = digests(after)
    manifest = {
        "name": name,
        "version": version,
        "ordinal": len(releases) + 1,
        "parent": last.version if last else None,
        "date": date,
        "schema_version": SCHEMA_VERSION,
        "notes": plan.notes,
        "counts": sums.counts,
        "changes": {operation: sum(change.operation == operation for change in changes) for operation in OPERATIONS},
        "sha256": sums.state,
        "types": sums.types,
        "changes_sha256": digest(b"".join(change.line() for change in changes)),
    }
    return Cut(from_manifest(manifest, held=changes), gap, past.state, after)


def smallest_step_of(last: Release | None, gap: Difference) -> str:
    """The smallest step that a difference asks for, after the last release."""
    if last is None:
        return "minor"
    return smallest_step(
        Version.parse(last.version), resized=gap.resized, schema_before=last.schema_version, schema_now=SCHEMA_VERSION
    )


def _plan_problem(plan: Plan, message: str, field: str | None, found: str | None, allowed: str) -> Problem:
    return Problem(message=message, file=plan.file, field=field, found=found, allowed=allowed)


def _objections(
    plan: Plan, gap: Difference, past: Replay, after: State, *, name: str, last: Release | None
) -> Iterator[Problem]:
    if last and last.name != name:
        yield _plan_problem(
            plan, "the log is another dataset's", "id", shown(name), f"{last.name!r}, a new id is a new log"
        )
    if not plan.notes:
        yield _plan_problem(plan, "a release needs notes", "notes", "nothing", "what is new, for a reader")
    for type, id in [*gap.changed, *gap.gone]:
        if not plan.reasons.get((type, id)):
            state = "gone" if (type, id) in gap.gone else "changed"
            yield Problem(
                message=f"the record is {state} and nothing says why",
                file=plan.file,
                line=plan.lines.get((type, id)),
                record=f"{type}/{id}",
                field="reason",
                found="nothing",
                allowed="the reason, for a reader",
            )
    for type, id in gap.added:
        if tombstone := past.tombstones.get(type, {}).get(id):
            yield Problem(
                message="ids are never used again",
                file=plan.file,
                record=f"{type}/{id}",
                found=f"{tombstone.operation} before: {tombstone.reason}",
                allowed="an id that was never used",
            )
        if redaction := past.redacted.get((type, id)):
            yield Problem(
                message="the record was redacted",
                record=f"{type}/{id}",
                found=f"redacted on {redaction.date}: {redaction.reason}",
                allowed="take it out of the records",
            )
    for (type, id), target in plan.merged_into.items():
        if (type, id) in gap.gone and (target == id or target not in after.get(type, {})):
            yield Problem(
                message="it is merged into a record that is not there",
                file=plan.file,
                line=plan.lines.get((type, id)),
                record=f"{type}/{id}",
                field="replaced_by",
                found=shown(target),
                allowed=f"the id of one of the {type} in this release",
            )
    touched = {*gap.changed, *gap.gone}
    for key, line in plan.lines.items():
        if key not in touched or (key in plan.merged_into and key not in gap.gone):
            found = "replaced_by for a record that stays" if key in touched else "a record that did not change"
            yield Problem(
                message="the plan speaks of what is not so",
                file=plan.file,
                line=line,
                record="/".join(key),
                found=found,
                allowed="changed records, and records that are gone",
            )


def _changes(gap: Difference, plan: Plan, after: State) -> Iterator[Change]:
    operations = dict.fromkeys(gap.added, "added") | dict.fromkeys(gap.changed, "changed")
    for key in gap.gone:
        operations[key] = "merged" if key in plan.merged_into else "withdrawn"
    order = list(TYPES)
    for key in sorted(operations, key=lambda key: (order.index(key[0]), key[1])):
        operation, (type, id) = operations[key], key
        data = after[type][id] if operation in ("added", "changed") else None
        yield Change(
            type=type,
            id=id,
            operation=operation,  # type: ignore[arg-type]
            body=parse(data) if data is not None else None,
            digest=digest(data) if data is not None else None,
            reason=plan.reasons.get(key),
            replaced_by=plan.merged_into.get(key) if operation == "merged" else None,
        )


def write(folder: Path, cut: Cut, observer: Observer = ignore) -> Path:
    """Write a release into the log, all of it or nothing, and bring the data's changelog up to date.

    Raises:
        FileExistsError: another program cut the same version in the meantime.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(".cutting-*"):
        shutil.rmtree(stale, ignore_errors=True)
    beside = Path(tempfile.mkdtemp(prefix=".cutting-", dir=folder))
    target = folder / cut.release.version
    steps = Steps(observer)
    try:
        with steps.step(FREEZE):
            _write(beside / "changes.jsonl", b"".join(change.line() for change in cut.release.changes))
            _write(beside / "manifest.json", manifest_text(cut.release).encode())
            beside.chmod(0o755)
            sync(beside)
        if target.exists():
            raise FileExistsError(f"{target} exists already")
        with steps.step(PLACE):
            beside.rename(target)
            sync(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    with steps.step(CHANGELOG):
        write_changelog(folder)
    return target


def manifest_text(release: Release) -> str:
    """`manifest.json` as it stands in the log."""
    return json.dumps(release.manifest, indent=2, ensure_ascii=False) + "\n"


def write_changelog(folder: Path) -> None:
    """Write `CHANGELOG.md` beside the releases, from them, unless it says what it should already."""
    beside, target = folder / ".changelog-new", folder / "CHANGELOG.md"
    releases = read_log(folder)
    text = changelog(releases).encode()
    if not releases or (target.exists() and target.read_bytes() == text):
        return
    _write(beside, text)
    beside.replace(target)
    sync(folder)


def changelog(releases: Sequence[Release]) -> str:
    """The data's changelog, newest first: notes, counts, and each record changed or gone with its reason."""
    text = "# Changelog of the data\n\nWritten from the log; the code has a changelog of its own.\n"
    for release in reversed(releases):
        counts = ", ".join(
            f"{number} {operation}" for operation, number in release.manifest["changes"].items() if number
        )
        text += f"\n## {release.version} ({release.date})\n\n{release.notes}\n\n"
        text += f"Records {counts or 'unchanged'}. State SHA-256 `{release.manifest['sha256']}`.\n"
        for one in sorted(release.redactions.values()):
            text += f"\n`{one.type}/{one.id}` was redacted on {one.date}: {one.reason}\n"
        reasons: dict[tuple[str, str, str], list[str]] = {}
        for change in release.changes:
            if change.operation != "added":
                target = f" into `{change.replaced_by}`" if change.replaced_by else ""
                key = (change.operation, target, change.reason or "")
                reasons.setdefault(key, []).append(f"{change.type}/{change.id}")
        for (operation, target, reason), records in reasons.items():
            names = ", ".join(f"`{record}`" for record in records)
            text += f"\n- {operation}{target}: {names}: {reason}"
        text += "\n" if reasons else ""
    return text


def _write(file: Path, data: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
