"""Which files of a package are read: one form for each type, by the names of our own download, and what is left.

JSON Lines go before CSV and plain files before packed ones, for in a download each stands beside the others and says
the same. What is not read although it might hold records is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from dataset.exports.layout import layout, layouts
from dataset.importing.members import Member, Package
from dataset.importing.texts import printable
from dataset.problems import Problem, suggestion
from dataset.schemas import TYPES

Form = Literal["jsonl", "csv"]
FORMS: Final[tuple[Form, ...]] = ("jsonl", "csv")
#: Files of tables whose name begins so hold changes, not records, and lie in our own downloads.
_DELTA: Final = "delta-"
_ENDINGS: Final = (".csv", ".jsonl", ".csv.gz", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class Files:
    """The files that hold the records of a type: the one of the type, and those of its lists by table (CSV alone)."""

    type: str
    form: Form
    main: Member
    links: dict[str, Member] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Member]:
        yield self.main
        yield from self.links.values()


@dataclass(slots=True)
class Choice:
    """The files to be read by type, remarks for the reader, and mistakes in the names."""

    files: dict[str, Files] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all files to be read, as they lie there."""
        return sum(member.size for files in self.files.values() for member in files)


def choose(package: Package, form: Form | None = None) -> Choice:
    """The files of a package that are read; with `form` those of that form alone."""
    choice, seen = Choice(), set[str]()
    forms = FORMS if form is None else (form,)
    for type in TYPES:
        for one in forms:
            main = _pick(package, f"{type}.{one}", seen, choice)
            if main is None:
                continue
            links = {}
            for table in layout(type).links if one == "csv" else ():
                member = _pick(package, f"{table.name}.csv", seen, choice)
                if member is not None:
                    links[table.name] = member
            choice.files[type] = Files(type, one, main, links)
            break
    used = {member.name for files in choice.files.values() for member in files}
    left = [name for name in package.members if name not in used and name not in seen]
    _tell_unread(package, left, choice)
    return choice


def _pick(package: Package, name: str, seen: set[str], choice: Choice) -> Member | None:
    plain, packed = package.members.get(name), package.members.get(f"{name}.gz")
    seen |= {name, f"{name}.gz"} if plain else set()
    if plain and packed:
        choice.notes.append(f"{packed.shown} is not read, for {plain.name} lies beside it")
    return plain or packed


def _tell_unread(package: Package, names: list[str], choice: Choice) -> None:
    """Tables that are not read: those of another form by a note, those of an unknown name as a mistake."""
    known = {f"{type}{ending}": type for type in TYPES for ending in (*_ENDINGS, ".json")}
    known |= {f"{link.name}.csv{packed}": one.type for one in layouts() for link in one.links for packed in ("", ".gz")}
    for name in names:
        shown = package.members[name].shown
        if name in known:
            files = choice.files.get(known[name])
            if files is not None:
                choice.notes.append(f"{shown} is not read, for {files.main.name} is")
            else:
                allowed = f"{known[name]}.jsonl or {known[name]}.csv beside it"
                choice.problems.append(Problem(message="a file that is not read alone", file=shown, allowed=allowed))
        elif name.endswith(_ENDINGS) and not name.startswith(_DELTA):
            names_known = [f"{one.type}.jsonl" for one in layouts()]
            names_known += [f"{table}.csv" for one in layouts() for table in (one.type, *(k.name for k in one.links))]
            hint = suggestion(name.removesuffix(".gz"), names_known)
            choice.problems.append(
                Problem(
                    message=f"a table of an unknown name{hint}",
                    file=shown,
                    found=printable(name),
                    allowed="the names of docs/import.md",
                )
            )
