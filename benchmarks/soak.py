"""`make soak`: mixed traffic while releases are loaded and a worker is killed every minute.

Nothing is measured but what must never happen: an answer that is not what the log says, an answer of 5xx, a connection
that ends without its worker having been killed, memory or open files that grow. SOAK_MINUTES says for how long, thirty
by default; a short run has five kills and releases too. SOAK_ENGINE=postgresql puts the data into a server of its own.
The summary is printed, and told in docs/performance.md beside what `make bench` measured last.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import report
from benchmarks.places import BIN, ROOT, VAR, environment, tell
from benchmarks.servers import Server, free_port, start
from benchmarks.soakers import Client, Moment, World
from dataset.exports.building import build
from dataset.store.publishing import publish
from tests.api import streaming
from tests.api.servers import workers_of
from tests.synthetic import make_log

CLIENTS: Final = 4
CLAIMS: Final = 1200
#: What a worker may gain from the middle third of a soak to its last one, in MB of 10⁶ bytes.
SLACK: Final = 4.0
ENGINES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Sample(NamedTuple):
    """What a worker holds: anonymous memory in MB of 10⁶ bytes, and open files."""

    megabytes: float
    files: int


def sample(worker: int) -> Sample:
    """Look at a worker.

    Raises:
        OSError: it is gone.
    """
    status = Path(f"/proc/{worker}/status").read_text("utf-8")
    anonymous = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
    return Sample(int(anonymous.split()[1]) * 1024 / 1e6, len(os.listdir(f"/proc/{worker}/fd")))  # noqa: PTH208 - counted


def load(world: World, number: int, url: str, files: Path) -> None:
    """Publish releases up to a number and build their files."""
    begun = time.monotonic()
    world.beginning = number
    publish(url, world.log[:number])
    ended = time.monotonic()
    while len(world.published) < number:
        world.published.append(Moment(begun, ended))
    build(url, files)


def loading(world: World, url: str, files: Path, every: float) -> None:
    """Publish one release after the other."""
    try:
        for number in range(len(world.published) + 1, len(world.log) + 1):
            if world.ending.wait(every):
                return
            load(world, number, url, files)
    except Exception as error:  # noqa: BLE001 - told in the summary, not by the thread
        world.faults.append(f"a release could not be loaded: {error!r}")


def killing(world: World, server: Server, every: float) -> None:
    """Kill the worker that was started last, time and again; the first one lives as long as the soak."""
    while not world.ending.wait(every):
        alive = [worker for worker in workers_of(server.log) if worker in server.members()]
        if len(alive) < 2:
            world.faults.append(f"{len(alive)} workers where there should be two: none was killed")
            continue
        world.kills.append(time.monotonic())
        os.kill(alive[-1], signal.SIGKILL)


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'onrecord.sqlite'}"
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-") as place:  # PostgreSQL's own user must reach it
        server = streaming.server(Path(place))
        try:
            yield server.get_uri()
        finally:
            streaming.finish([server])


def soak(minutes: float, engine: str) -> tuple[World, list[Sample], float]:
    """Run it; what was seen, what the first worker held meanwhile, and the highest of all workers."""
    folder = VAR / f"soak-{engine}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with database(engine, folder) as url:
        return under(minutes, url, folder / "files")


def under(minutes: float, url: str, files: Path) -> tuple[World, list[Sample], float]:
    """The same, over an empty database."""
    every = min(60.0, minutes * 60 / 6)
    world = World(make_log(claims=CLAIMS, releases=int(minutes * 60 / every) + 3, share=0.02))
    load(world, 2, url, files)
    port = free_port()
    settings = {"ONRECORD_DATABASE_URL": url, "ONRECORD_FILES": str(files), "ONRECORD_WORKERS": "2", "PORT": str(port)}
    time.sleep(3)
    server = start(
        f"soak-{port}",
        [str(BIN / "python"), str(ROOT / "wsgi.py")],
        environment(**settings),
        ready="/readyz",
        port=port,
    )
    samples: list[Sample] = []
    highest = 0.0
    try:
        clients = [Client(world, port, seed) for seed in range(CLIENTS)]
        others = [
            threading.Thread(target=loading, args=(world, url, files, every), daemon=True),
            threading.Thread(target=killing, args=(world, server, every), daemon=True),
        ]
        for thread in (*clients, *others):
            thread.start()
        until = time.monotonic() + minutes * 60
        first = workers_of(server.log)[0]
        while time.monotonic() < until:
            time.sleep(min(5.0, minutes))
            samples.append(sample(first))
            highest = max(highest, server.worker_megabytes())
        world.ending.set()
        for thread in (*clients, *others):
            thread.join(60)
    finally:
        server.stop()
    return world, samples, highest


def summary(world: World, minutes: float, samples: list[Sample], highest: float) -> tuple[list[str], bool]:
    """The lines of the summary, and whether all is well."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[-third:]
    was, became = (statistics.median(one.megabytes for one in part) for part in (middle, last))
    opened = [statistics.median(one.files for one in part) for part in (middle, last)]
    flat = became <= was + SLACK and opened[1] <= opened[0] + 8
    failures = {status: count for status, count in world.statuses.items() if status >= 500}
    times = sorted(world.seconds)
    kinds = ", ".join(f"{name} {count:,}" for name, count in sorted(world.asked.items()))
    statuses = ", ".join(f"{status} {count:,}" for status, count in sorted(world.statuses.items()))
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    day = f"{datetime.now(UTC):%-d %B %Y}"
    held = f"{samples[0].megabytes:.1f} MB at first, {was:.1f} in the middle third, {became:.1f} in the last one"
    lines = [
        f"{minutes:g} minutes on {day}, {CLIENTS} clients, two workers, {CLAIMS:,} claims with what belongs to them",
        f"{len(times):,} answers ({kinds}), p50 {p50:.1f} ms, p99 {p99:.0f} ms, clients on the same machine",
        f"statuses: {statuses}",
        f"releases loaded meanwhile: {len(world.published) - 2}; workers killed: {len(world.kills)}",
        f"connections that ended with a killed worker: {sum(world.broken.values())}",
        f"answers of 5xx: {sum(failures.values())}",
        f"wrong answers and other faults: {len(world.faults)}",
        f"the worker that lived through: {held}; open files {opened[0]:.0f} and {opened[1]:.0f}",
        f"its memory over time: {', '.join(f'{one.megabytes:.0f}' for one in samples[:: max(1, len(samples) // 20)])}",
        f"the largest of all workers: {highest:.1f} MB",
    ]
    return lines, not world.faults and not failures and flat and bool(world.kills)


def main() -> None:
    """Run it for as long as the environment says."""
    minutes = float(os.environ.get("SOAK_MINUTES") or 30)
    engine = os.environ.get("SOAK_ENGINE") or "sqlite"
    if engine not in ENGINES:
        sys.exit(f"SOAK_ENGINE is {engine!r}; allowed: {', '.join(ENGINES)}")
    world, samples, highest = soak(minutes, engine)
    lines, well = summary(world, minutes, samples, highest)
    text = "".join(f"- {line}\n" for line in [*lines, *(f"FAULT: {fault}" for fault in world.faults[:20])])
    tell(text)
    (VAR / f"soak-{engine}.md").write_text(f"### {ENGINES[engine]}\n\n{text}", encoding="utf-8")
    report.compose()
    sys.exit(0 if well else "the soak found faults, or memory that is not flat")


if __name__ == "__main__":
    main()
