"""SQLite: the next state of a database is made in a copy beside it, and renamed over it when it is whole.

Nothing that a reader has open is ever written. Whatever ends a run before the rename (a kill, a full disk, a failed
migration) leaves the file as it was, and beside it a stale copy that the next run sweeps away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine, NullPool, create_engine

from dataset.durable import sync
from dataset.pool import cores
from dataset.search.available import lacking
from dataset.store.addresses import shown, sqlite_path
from dataset.store.holding import Held, held_by
from dataset.store.made import PAGE
from dataset.store.preparing import Inconsistent
from dataset.store.steps import COPY, LOCK, RENAME, SWEEP, SYNC, Failed, Refused, Steps
from dataset.store.verifying import Unsound, check_file
from dataset.store.work import Work, carry_out

#: Bytes copied between two words to the observer.
PIECE = 16 * 1024 * 1024
#: KiB of pages that SQLite holds in memory while it loads.
CACHE = 65_536
#: Rows that ANALYZE looks at in each index; enough to tell a rare value from a common one.
SAMPLE = 2000


def lock_file(path: Path) -> Path:
    """The file whose lock says that a run is at work on the database at `path`."""
    return path.with_name(path.name + ".lock")


def copy_file(path: Path) -> Path:
    """The copy in which the next state of the database at `path` is made."""
    return path.with_name(path.name + ".new")


def run(url: URL, work: Work) -> tuple[Held, Held]:
    """Do the work; what the database held before and holds now.

    Raises:
        Refused: another run is at work, or the database holds what must not be touched.
        Failed: the database is as it was.
    """
    if reason := lacking():
        raise Failed(reason)
    steps = Steps(work.observer)
    path = sqlite_path(url).resolve()  # behind a symbolic link the file is replaced, not the link
    copy = copy_file(path)
    with steps.failing(shown(url), Inconsistent, Unsound, sqlite3.Error):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _lock(path, steps):
            with steps.step(SWEEP):
                _sweep(copy)
            before = held_by(url)
            if work.done(before):  # another run did it in the meantime
                return before, before
            try:
                after = _make(path, before, work, steps, shown(url))
                with steps.step(SYNC):
                    if path.exists():
                        shutil.copymode(path, copy)
                    sync(copy)
                with steps.step(RENAME):
                    copy.replace(path)
                    sync(path.parent)
            except BaseException:
                _sweep(copy)
                raise
            return before, after


def _make(path: Path, before: Held, work: Work, steps: Steps, name: str) -> Held:
    copy = copy_file(path)
    begins = 0 if work.fresh or not path.exists() else path.stat().st_size
    with steps.step(COPY, begins) as progress:
        if begins:
            _copy(path, copy, progress)
    engine = _engine(copy)
    try:
        with engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            gone = work.redactions(before)
            after = carry_out(
                connection,
                work.plan(before),
                gone,
                work,
                steps,
                name=name,
                empty=not (begins and before.releases),
                alongside=lambda: _checking(driver, copy, vacuum=bool(gone)),
            )
    finally:
        engine.dispose()
    return after


@contextmanager
def _checking(driver: sqlite3.Connection, copy: Path, *, vacuum: bool) -> Iterator[None]:
    """Write out what `driver` has written; other threads check the file that it is, and bring it to the disk."""
    driver.commit()
    if vacuum:
        driver.execute("VACUUM")  # what was taken out is in no page of the new file

    def check() -> None:
        # the lock is ours, and nobody writes until this is done: the file may be read without asking for one
        with closing(sqlite3.connect(f"file:{quote(str(copy))}?mode=ro&immutable=1", uri=True)) as reader:
            check_file(reader)

    with ThreadPoolExecutor(2) as aside:
        waiting = [aside.submit(check), aside.submit(sync, copy)]
        yield
        for one in waiting:
            one.result()


def _engine(copy: Path) -> Engine:
    """Writes without journal and without waiting for the disk: what is not whole is thrown away."""

    def connect() -> sqlite3.Connection:
        driver = sqlite3.connect(copy)
        for pragma in (
            f"page_size = {PAGE}",  # of a new file; one that is there keeps its own
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{CACHE}",
            f"analysis_limit = {SAMPLE}",
            f"threads = {cores() - 1}",  # sort for an index
        ):
            driver.execute(f"PRAGMA {pragma}")
        return driver

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


@contextmanager
def _lock(path: Path, steps: Steps) -> Iterator[None]:
    """Hold the lock of a database; the system lets go of it when the process ends, however it ends."""
    with steps.step(LOCK):
        handle = os.open(lock_file(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Refused(f"another run is at work on {path}: nothing was changed; try again when it is done") from None
    try:
        yield
    finally:
        os.close(handle)


def _sweep(copy: Path) -> None:
    """Remove what an earlier run left behind."""
    for leftover in copy.parent.glob(copy.name.replace("[", "[[]") + "*"):
        leftover.unlink(missing_ok=True)


def _copy(path: Path, copy: Path, progress: Callable[[int], None]) -> None:
    done = 0
    with path.open("rb") as source, copy.open("xb") as target:
        while piece := source.read(PIECE):
            target.write(piece)
            done += len(piece)
            progress(done)
