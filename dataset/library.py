"""The released log from Python, without a server and without a database.

    import dataset

    newest = dataset.release()
    for claim in newest.claims():
        print(claim["statement"])

A release is read from the log that the installed package carries, its digests recomputed on the way. Records are plain
mappings, typed in `dataset.bodies`; their order is the default order of the service and of the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, overload

from dataset.bodies import Actor, Claim, Dataset, Event, Place, Question, Quote, Source, Topic
from dataset.canonical import parse
from dataset.log import Release as LoggedRelease
from dataset.log import read_log, replay
from dataset.settings import PACKAGE
from dataset.state import State, lines

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

#: The log that comes with the package.
RELEASES: Final = PACKAGE / "releases"

R = TypeVar("R", bound=Mapping[str, Any])


class UnknownRelease(LookupError):  # noqa: N818 - named for what was asked, as LookupError is
    """There is no release of that version in the log."""


class Records(Sequence[R], Generic[R]):
    """The records of one type in one release, in default order; found by id with `get`."""

    def __init__(self, type: str, records: Mapping[str, bytes]) -> None:
        """Keep the canonical bytes; a record is parsed each time it is asked for, so nobody can change another's."""
        self.type = type
        self._lines = [line[:-1] for line in lines(records)]
        self._records = records

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> list[R]: ...
    def __getitem__(self, index: int | slice) -> R | list[R]:
        if isinstance(index, slice):
            return [cast(R, parse(line)) for line in self._lines[index]]
        return cast(R, parse(self._lines[index]))

    def __iter__(self) -> Iterator[R]:
        return (cast(R, parse(line)) for line in self._lines)

    def get(self, id: str) -> R | None:
        """The record with an id, or None."""
        data = self._records.get(id)
        return None if data is None else cast(R, parse(data))

    def jsonl(self) -> Iterator[bytes]:
        """The lines of the type's JSON Lines file, line ends included."""
        return (line + b"\n" for line in self._lines)

    def arrow(self) -> pa.Table:
        """The records as an Arrow table: the columns of the type's Parquet file, lists as lists, days as days."""
        return _frames().arrow_table(self.type, self.jsonl())

    def pandas(self) -> pd.DataFrame:
        """The same for pandas, in Arrow's types.

        Raises:
            ImportError: pandas is not installed; the message says how to get it.
        """
        return cast("pd.DataFrame", _frames().pandas_table(self.type, self.jsonl()))

    def polars(self) -> pl.DataFrame:
        """The same for Polars.

        Raises:
            ImportError: Polars is not installed; the message says how to get it.
        """
        return cast("pl.DataFrame", _frames().polars_table(self.type, self.jsonl()))


def _frames() -> ModuleType:
    from dataset.exports import frames  # noqa: PLC0415 - pyarrow is slow to import, and only tables need it

    return frames


class Release:
    """One release of the dataset, read from its log."""

    def __init__(self, logged: LoggedRelease, state: State) -> None:
        """Take a release and the state that the log has at it."""
        self.version = logged.version
        self.date = logged.date
        self.notes = logged.notes
        self.manifest = logged.manifest
        self._state = state

    def __repr__(self) -> str:
        return f"<release {self.version} of {self.manifest['name']}, {self.date}>"

    def records(self, type: str) -> Records[dict[str, Any]]:
        """The records of a type by its name, such as `claims`.

        Raises:
            KeyError: there is no such type.
        """
        if type not in self.manifest["counts"]:
            raise KeyError(f"found {type!r}; allowed: {', '.join(self.manifest['counts'])}")
        return Records(type, self._state.get(type, {}))

    def dataset(self) -> Dataset:
        """What the dataset is called, who made it and under which terms."""
        return Records[Dataset]("dataset", self._state["dataset"])[0]

    def sources(self) -> Records[Source]:
        """The sources."""
        return Records("sources", self._state.get("sources", {}))

    def quotes(self) -> Records[Quote]:
        """The quotes, by source and place in its text."""
        return Records("quotes", self._state.get("quotes", {}))

    def claims(self) -> Records[Claim]:
        """The claims, by source and place in its text."""
        return Records("claims", self._state.get("claims", {}))

    def events(self) -> Records[Event]:
        """The events."""
        return Records("events", self._state.get("events", {}))

    def actors(self) -> Records[Actor]:
        """The actors."""
        return Records("actors", self._state.get("actors", {}))

    def places(self) -> Records[Place]:
        """The places."""
        return Records("places", self._state.get("places", {}))

    def topics(self) -> Records[Topic]:
        """The topics."""
        return Records("topics", self._state.get("topics", {}))

    def questions(self) -> Records[Question]:
        """The questions."""
        return Records("questions", self._state.get("questions", {}))


@lru_cache(maxsize=4)
def release(version: str | None = None, *, log: Path = RELEASES) -> Release:
    """A release by its version, or the newest.

    Raises:
        UnknownRelease: the log has no such release; the message lists those it has.
        Problems: the log is damaged.
    """
    logged = read_log(log)
    versions = [one.version for one in logged]
    if not logged or (version is not None and version not in versions):
        raise UnknownRelease(f"found {version or 'no release'!r}; allowed: {', '.join(versions) or 'none yet'}")
    last = versions.index(version) if version else len(logged) - 1
    return Release(logged[last], replay(logged[: last + 1]).state)


def releases(*, log: Path = RELEASES) -> list[str]:
    """The versions that the log holds, oldest first."""
    return [one.version for one in read_log(log)]
