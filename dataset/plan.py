"""The curator's part of a release: its notes, a reason for each record that changed or went, and where it went.

notes: What is new, for a reader.
version: 1.0.0            # only to take a larger step than the rule asks for
changes:
  - type: claims
    id: some-source.c4
    reason: It says the same as another.
    replaced_by: some-source.c2
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dataset import yamlfile
from dataset.difference import Difference
from dataset.problems import Problem, Problems, shown

Key = tuple[str, str]


@dataclass(slots=True)
class Plan:
    """What the curator says of a release: `reasons` and `merged_into` by (type, id); `file` is for messages."""

    notes: str = ""
    version: str | None = None
    reasons: dict[Key, str] = field(default_factory=dict)
    merged_into: dict[Key, str] = field(default_factory=dict)
    file: str | None = None
    lines: dict[Key, int] = field(default_factory=dict)


def read_plan(file: Path) -> Plan:
    """A plan from its YAML file.

    Raises:
        Problems: what is not a plan, with file and line.
    """
    node = yamlfile.read(file)
    plan = Plan(file=str(file))
    problems: list[Problem] = []

    def refuse(message: str, line: int, found: object = None, allowed: str | None = None) -> None:
        what = None if found is None else shown(found)
        problems.append(Problem(message=message, file=str(file), line=line, found=what, allowed=allowed))

    members = node.value if isinstance(node.value, dict) else {}
    if not isinstance(node.value, dict):
        refuse("not a plan", node.line, allowed="notes, version and changes")
    for name, member in members.items():
        if name in ("notes", "version") and isinstance(member.value, str | None):
            setattr(plan, name, (member.value or "").strip() or ("" if name == "notes" else None))
        elif name == "changes" and isinstance(member.value, list | None):
            for item in member.value or []:
                plain = item.plain()
                wrong = not isinstance(plain, dict) or not all(
                    isinstance(plain.get(key), str) for key in ("type", "id")
                )
                if wrong or set(plain) - {"type", "id", "reason", "replaced_by"}:  # type: ignore[arg-type]
                    refuse("not a change", item.line, plain, "type, id, reason, replaced_by")
                    continue
                assert isinstance(plain, dict)
                key = (str(plain["type"]), str(plain["id"]))
                if key in plan.lines:
                    refuse(f"{'/'.join(key)} stands twice", item.line, found=f"first at line {plan.lines[key]}")
                plan.lines[key] = item.line
                if plain.get("reason"):
                    plan.reasons[key] = str(plain["reason"]).strip()
                if plain.get("replaced_by"):
                    plan.merged_into[key] = str(plain["replaced_by"])
        else:
            refuse(f"{name}: not allowed here", member.line, allowed="notes, version, or a list of changes")
    if problems:
        raise Problems(problems)
    return plan


def draft_plan(gap: Difference) -> str:
    """A plan in YAML for a difference, with a place for every reason that is wanted."""
    text = "# Say why; for a record that is now part of another, name that other in replaced_by.\nnotes:\n"
    if gap.changed or gap.gone:
        text += "changes:\n"
    for key, gone in [*((key, False) for key in gap.changed), *((key, True) for key in gap.gone)]:
        text += f"  - type: {key[0]}\n    id: {key[1]}\n    reason:\n" + ("    replaced_by:\n" if gone else "")
    return text
