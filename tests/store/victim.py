"""Processes that the tests of publishing start, stop and kill; they read the log from the disk as a user's run does."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import text

from dataset.canonical import canonical
from dataset.log import Release, read_log
from dataset.store import loading, replacing, verifying
from dataset.store.database import Database
from dataset.store.publishing import publish
from dataset.store.steps import PublishingError

#: Children are forked from a process that has imported everything and nothing else: they start in milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def write_log(folder: Path, releases: list[Release]) -> Path:
    """Releases made in memory, as a log on the disk."""
    for release in releases:
        path = folder / release.version
        path.mkdir(parents=True)
        (path / "manifest.json").write_bytes(canonical(release.manifest))
        (path / "changes.jsonl").write_bytes(b"".join(change.line() for change in release.changes))
    return folder


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def publish_until(url: str, folder: Path, step: str, *, middle: bool = False) -> None:
    """Publish the log and be killed when `step` is done, or when some of it is."""
    # a short log stands for a long one: everything that is done in pieces is done in smaller ones
    replacing.PIECE, loading.BATCH, verifying.BATCH = 65536, 200, 200

    def observe(name: str, done: int, total: int) -> None:
        if name == step and (0 < done < total if middle else done == total):
            die()

    publish(url, read_log(folder), observe)


def publish_slowly(url: str, folder: Path, step: str, reached: Event, go: Event) -> None:
    """Publish the log; stop when `step` begins, say so and wait for the word to go on."""

    def observe(name: str, done: int, total: int) -> None:
        if name == step and done == 0:
            reached.set()
            if not go.wait(60):
                sys.exit(3)

    publish(url, read_log(folder), observe)


def publish_within(url: str, folder: Path, limit: int, answer: Connection) -> None:
    """Publish the log on a disk that holds no file longer than `limit` bytes; answers the message of the failure."""
    log = read_log(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        publish(url, log)
    except PublishingError as error:
        answer.send(f"{type(error).__name__}: {error}")
    else:
        answer.send("published")


def expected(folder: Path) -> dict[str, tuple[int, str]]:
    """For each version of a log: the number of its claims, and one digest over all of theirs."""
    held: dict[str, str] = {}
    found = {}
    for release in read_log(folder):
        for change in release.changes:
            if change.type == "claims":
                held.pop(change.id, None)
                if change.digest:
                    held[change.id] = change.digest
        found[release.version] = (len(held), _digest(held[id_] for id_ in sorted(held)))
    return found


def seen(connection: DatabaseConnection) -> tuple[str, tuple[int, str]]:
    """The newest version that a reader sees, and the same figures for what it finds there, from the bodies."""
    version = connection.execute(text("SELECT version FROM releases ORDER BY ordinal DESC LIMIT 1")).scalar_one()
    rows = connection.execute(text("SELECT id, body FROM claims WHERE until IS NULL ORDER BY id"))
    digests = [hashlib.sha256(body.encode()).hexdigest() for _, body in rows]
    return version, (len(digests), _digest(digests))


def _digest(digests: object) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()  # type: ignore[arg-type]


def read_on(url: str, folder: Path, answer: Connection, enough: Event) -> None:
    """Read again and again; answers the reads and versions seen, and whatever was not a whole release."""
    whole, versions, faults, reads = expected(folder), set(), [], 0
    database = Database(url)
    while not enough.is_set():
        reads += 1
        try:
            with database.read() as connection:
                version, found = seen(connection)
                if whole[version] != found:
                    faults.append(f"{version}: {found}")
                if seen(connection) != (version, found):
                    faults.append(f"{version}: another state within one read")
                versions.add(version)
        except Exception as error:  # noqa: BLE001 - no error at all is allowed
            faults.append(repr(error))
        if reads == 1:
            answer.send("reading")
    database.close()
    answer.send((reads, versions, faults))
