"""The Parquet files of a release, asked by DuckDB and by Spark as a cluster, and the service beside them.

Left out where there is no Java for Spark: on Debian `apt-get install default-jre-headless`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from benchmarks import data
from benchmarks.candidates import SERVICE
from benchmarks.measured import Goal, Section, Table, number
from benchmarks.parts import Run
from benchmarks.places import BIN, ROOT, VAR, environment, python_of
from benchmarks.servers import Server
from benchmarks.watching import run

UNIT: Final = "boats"
CLUSTER: Final = "local-cluster[2,1,1024]"
#: Question of `tools/analysis.py` -> what the service is asked for the same numbers.
COUNTED: Final = {
    "claims_by_modality": ("claims", "modality"),
    "claims_by_topic": ("claims", "topic"),
    "quotes_by_speaker": ("quotes", "speaker"),
}

TEXT: Final = """\
`tools/analysis.py` over the Parquet files of {size} claims: DuckDB in one process, then Spark as {master} (two workers
on this machine, of one core and 1,024 MB each), {times} times. The service is asked for what it counts too. Seconds of
each question, for Spark the median."""


def _asked(engine: str, folder: Path, *more: str) -> tuple[dict[str, Any], dict[str, float], float]:
    """The answers of an engine, the seconds of each, and the memory of all its processes."""
    python = python_of("engines" if engine == "duckdb" else "spark")
    command = [python, str(ROOT / "tools" / "analysis.py"), engine, str(folder), "--unit", UNIT, *more]
    ran = run(command, environment())
    told = json.loads(ran.printed.splitlines()[-1])
    return told["answers"], told["seconds"], ran.megabytes


def _get(server: Server, path: str) -> Any:
    with urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=120) as answer:
        return json.load(answer)


def _counted(server: Server, type: str, dimension: str) -> list[list[Any]]:
    """Values and counts, those of no value left out, in one order."""
    groups = _get(server, f"/v1/counts/{type}?group_by={dimension}&limit=500")["groups"]
    rows = [[group["key"][dimension], group["count"]] for group in groups]
    return sorted(row for row in rows if row[0] is not None)


def _agree(server: Server, answers: dict[str, Any], seconds: dict[str, float]) -> list[str]:
    """The questions to which the service has the same numbers; those are all that it can be asked."""
    same = []
    for name, (type, dimension) in COUNTED.items():
        started = time.perf_counter()
        found = _counted(server, type, dimension)
        seconds[name] = time.perf_counter() - started
        told = {value: count for value, count in answers[name] if value is not None}
        # a service's page of groups ends at five hundred
        if found and all(told.get(value) == count for value, count in found) and len(found) == min(len(told), 500):
            same.append(name)
    started = time.perf_counter()
    total = _get(server, f"/v1/claims?unit={UNIT}&count=exact&limit=1")["page"]["total"]
    seconds["figures"] = time.perf_counter() - started
    return [*same, "figures"] if total == len(answers["figures"]) else same


def measure(run_: Run, times: int = 3) -> Section:
    """Seconds of each question, and whether all say the same."""
    if shutil.which("java") is None:
        goal = Goal("DuckDB, Spark and the service say the same", "yes", "not measured: no Java", None)
        return Section("Analysis", "Java was not there, so this was not measured.", [], [goal])
    database, files = data.database(run_.size), VAR / run_.size / "files"
    environ = environment(ONRECORD_DATABASE_URL=f"sqlite:///{database}", ONRECORD_FILES=str(files))
    subprocess.run([str(BIN / "onrecord"), "build"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    folder = next(path for path in files.iterdir() if path.is_dir() and not path.name.startswith("."))
    duck, took, held = _asked("duckdb", folder)
    sparks = [_asked("spark", folder, "--master", CLUSTER) for _ in range(times)]
    service = SERVICE.start(run_.size)
    own: dict[str, float] = {}
    try:
        same = _agree(service, duck, own)
    finally:
        service.stop()
    alike = sum(answers == duck for answers, _, _ in sparks)
    rows = [_row(name, seconds, sparks, own.get(name)) for name, seconds in took.items()]
    rows.append(("memory, MB", number(held), number(max(megabytes for _, _, megabytes in sparks)), ""))
    asked = len(COUNTED) + 1
    goals = [
        Goal("Spark says what DuckDB says", "always", f"{alike} of {times} runs", alike == times),
        Goal("the service says what they say", "all", f"{len(same)} of {asked} questions", len(same) == asked),
    ]
    table = Table("Seconds", ("question", "DuckDB", "Spark", "service"), rows)
    text = TEXT.format(size=run_.size, master=f"`{CLUSTER}`", times=times)
    return Section("Analysis", text, [table], goals)


def _row(
    name: str, seconds: float, sparks: Sequence[tuple[Any, dict[str, float], float]], own: float | None
) -> tuple[str, ...]:
    middle = sorted(told[name] for _, told, _ in sparks)[len(sparks) // 2]
    return name, f"{seconds:.2f}", f"{middle:.2f}", "" if own is None else f"{own:.2f}"
