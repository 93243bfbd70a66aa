"""PostgreSQL with two streaming replicas on this machine: what a load costs, how far replicas lag, what reads cost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.request import urlopen

import psycopg

from benchmarks import data
from benchmarks.candidates import SERVICE, start_service
from benchmarks.measured import Goal, Section, Table, number
from benchmarks.parts import Run
from benchmarks.parts.requests import NAMES, flooded
from benchmarks.places import BIN, ROOT, environment, tell
from benchmarks.servers import Server
from tests.api.streaming import Pair, control, finish, replica, server

#: Settings of the primary: those that PostgreSQL's documentation asks for before anything large is loaded.
SETTINGS: Final = {"shared_buffers": "512MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}
#: What is compared byte by byte: this many answers of each kind.
COMPARED: Final = 20

TEXT: Final = """\
PostgreSQL {version} from a wheel, a primary and two streaming replicas on this one machine ({settings}; fsync on). The
package is loaded by `onrecord load` while the first replica streams; the second is copied afterwards. The same requests
then go to one worker over SQLite, over the primary, and over the primary with both replicas. The servers share the
cores, so the table says what a request costs, not what replicas gain. µs are processor time of the worker and, apart,
of PostgreSQL."""


@contextmanager
def _folders(count: int) -> Iterator[list[Path]]:
    """Empty folders that PostgreSQL's own user can reach."""
    with ExitStack() as stack:
        yield [Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onrecord-"))) for _ in range(count)]


def _one(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row
    return row[0]


def _start(folder: Path) -> Any:
    primary = server(folder)
    with psycopg.connect(primary.get_uri(), autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
    control(primary, "restart", "-w", "-o", f'-h "" -k {primary.get_postmaster_info().socket_dir}')
    return primary


def _postgres_seconds() -> float:
    """Processor seconds of every PostgreSQL process on this machine."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text() if entry.name.isdecimal() else ""
        except OSError:
            continue
        if "(postgres" in stat:
            fields = stat.rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # with children that have ended
    return total


def _same(servers: dict[str, Server], paths: list[str]) -> int:
    """How many of the paths all servers answer with the same bytes."""
    same = 0
    for path in paths:
        bodies = set()
        for one in servers.values():
            with urlopen(f"http://127.0.0.1:{one.port}{path}", timeout=60) as answer:
                bodies.add(answer.read())
        same += len(bodies) == 1
    return same


def measure(run: Run) -> Section:
    """Loading, lag and reading."""
    package = data.package(run.size)
    sqlite = data.database(run.size)
    with _folders(3) as folders:
        primary = _start(folders[0])
        first = replica(primary, folders[1])
        running = [first, primary]
        try:
            pair = Pair(primary, first)
            url = pair.urls[0]
            began = _one(url, "SELECT pg_current_wal_lsn()")
            started, used = time.monotonic(), _postgres_seconds()
            times = os.times()
            environ = environment(ONRECORD_DATABASE_URL=url)
            command = [str(BIN / "onrecord"), "load", str(package), "--yes"]
            subprocess.run(command, cwd=ROOT, env=environ, check=True, timeout=3600, stdout=subprocess.DEVNULL)
            loaded, used = time.monotonic() - started, _postgres_seconds() - used
            ended = os.times()
            ours = ended.children_user + ended.children_system - times.children_user - times.children_system
            lag = pair.wait(600)
            started = time.monotonic()
            second = replica(primary, folders[2])
            copied = time.monotonic() - started
            running.insert(0, second)
            log = _one(url, f"SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{began}')")
            size = _one(url, "SELECT pg_database_size(current_database())")
            version = _one(url, "SHOW server_version").split()[0]
            tell(f"loaded in {loaded:.0f} s, lag {lag:.2f} s, copied in {copied:.0f} s")
            reads, same, compared = _reads(run, url, [one.get_uri() for one in (first, second)])
        finally:
            finish(running)
    costs: list[tuple[str, ...]] = [
        ("load, seconds", number(loaded)),
        ("processor seconds: ours", number(ours)),
        ("processor seconds: PostgreSQL, with its replica", number(used)),
        ("database, MB", number(size / 1e6)),
        ("the same in SQLite, MB", number(sqlite.stat().st_size / 1e6)),
        ("log sent to each replica, MB", number(float(log) / 1e6)),
        ("replica has all, seconds after the load", f"{lag:.2f}"),
        ("copying a second replica, seconds", number(copied)),
    ]
    tables = [Table(f"What {run.size} claims cost", ("what", "measured"), costs), reads]
    goal = Goal(
        "SQLite, PostgreSQL and replicas answer alike", "all", f"{same} of {compared} answers", same == compared
    )
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
    return Section("PostgreSQL and replicas", TEXT.format(version=version, settings=settings), tables, [goal])


def _reads(run: Run, url: str, replicas: list[str]) -> tuple[Table, int, int]:
    """What requests cost over each, how many answers were the same, and how many were compared."""
    over: dict[str, dict[str, str]] = {
        "SQLite": {},
        "primary": {"ONRECORD_DATABASE_URL": url},
        "primary and two replicas": {"ONRECORD_DATABASE_URL": url, "ONRECORD_READ_DATABASE_URL": ", ".join(replicas)},
    }
    servers: dict[str, Server] = {}
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    same = compared = 0
    try:
        for name, settings in over.items():
            servers[name] = start_service(run.size, None, **settings)
        for kind in run.kinds:
            paths = SERVICE.paths(kind, run.size, servers["SQLite"])
            compared += len(paths[:COMPARED])
            same += _same(servers, paths[:COMPARED])
            asked = SERVICE.requests(kind, run.size, servers["SQLite"])
            for _ in range(run.rounds):
                for name, one in servers.items():
                    before, started = _postgres_seconds(), time.monotonic()
                    rate, cost = flooded(one, asked, run.seconds)
                    theirs = (_postgres_seconds() - before) / (rate * (time.monotonic() - started)) * 1e6
                    found.setdefault((kind, name), []).append((rate, cost, theirs))
    finally:
        for one in servers.values():
            one.stop()
    rows = []
    for kind in run.kinds:
        cells = []
        for name in over:
            rate, cost, theirs = (median(part) for part in zip(*found[kind, name], strict=True))
            cells.append(f"{number(rate)} ({number(cost)}" + (")" if name == "SQLite" else f" + {number(theirs)})"))
        rows.append((NAMES[kind], *cells))
    return Table("Requests a second (µs of the worker + of PostgreSQL)", ("asked", *over), rows), same, compared
