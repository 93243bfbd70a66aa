"""Behind an ordinary HTTP cache: nginx with the configuration of docs/operators.md, in front of the service.

Left out where there is no nginx: on Debian `apt-get install nginx-light`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import data, servers
from benchmarks.candidates import LIMIT, SERVICE, questions
from benchmarks.measured import Goal, Section, Table, number
from benchmarks.parts import Run
from benchmarks.places import BIN, ROOT, VAR, environment
from benchmarks.servers import Server
from benchmarks.traffic import Crowd, request

#: The largest data whose files are built for this.
LARGEST: Final = "100k"
FILE: Final = "claims.jsonl"
_BLOCK: Final = re.compile("```nginx\n(proxy_cache_path .*?)```", re.DOTALL)

TEXT: Final = """\
nginx from Debian, one worker, in front of the service over {size} claims, with the configuration of
[operators.md](operators.md#behind-a-cache). {variety} lists pinned to a release are asked until nginx has them, then
flooded; the requests that reach the service after that are counted in its log. {file} ({megabytes} MB) is downloaded
over one connection."""


def _nginx(service: Server, folder: Path) -> Server:
    """The documented configuration at work, its addresses and folders replaced by ours."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    port = servers.free_port()
    found = _BLOCK.search((ROOT / "docs" / "operators.md").read_text(encoding="utf-8"))
    assert found, "docs/operators.md shows no configuration of nginx"
    told = (
        found[1]
        .replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
        .replace("listen 80;", f"listen 127.0.0.1:{port};")
    )
    told = told.replace("/var/cache/nginx/onrecord", str(folder / "cache"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/tmp/{kind};" for kind in kinds)
    whole = f"""worker_processes 1; daemon off; pid {folder}/pid; error_log stderr; user root;
events {{ worker_connections 512; }}
http {{ access_log off; sendfile on; keepalive_requests 1000000; {paths}
{told} }}
"""
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [str(shutil.which("nginx")), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    return servers.start("nginx", command, environment(), ready="/healthz", port=port)


def _logged(service: Server) -> int:
    """How many requests the service has logged."""
    return service.log.read_bytes().count(b'"message": "request"')


def _flood(port: int, asked: list[bytes], seconds: float, clients: int) -> tuple[int, float]:
    crowd = Crowd(port, clients)
    try:
        return crowd.flood(asked, seconds)
    finally:
        crowd.close()


def _ask(port: int, asked: list[bytes]) -> None:
    crowd = Crowd(port, 1)
    try:
        crowd.ask(asked)
    finally:
        crowd.close()


def measure(run: Run) -> Section:
    """Lists and a file, with and without the cache."""
    if shutil.which("nginx") is None:
        goal = Goal("behind nginx, a pinned answer costs the service", "nothing", "not measured: no nginx", None)
        return Section("Behind a cache", "nginx was not there, so this was not measured.", [], [goal])
    size = min(run.size, LARGEST, key=lambda name: data.SIZES[name])
    address = f"sqlite:///{data.database(size)}"
    environ = environment(ONRECORD_DATABASE_URL=address, ONRECORD_FILES=str(VAR / size / "files"))
    subprocess.run([str(BIN / "onrecord"), "build"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    paths = [f"/v1/claims?claimant={one}&limit={LIMIT}&release=1.0.0" for one in questions(size).claimants]
    lists = [request(path) for path in dict.fromkeys(paths)]
    files = [request(f"/v1/releases/1.0.0/files/{FILE}")]
    weight = next((VAR / size / "files").glob(f"*/{FILE}")).stat().st_size / 1e6
    service = SERVICE.start(size)
    try:
        nginx = _nginx(service, VAR / "nginx")
        try:
            _ask(nginx.port, [*lists, *files])
            reached, spent = 0, 0.0
            rows: list[tuple[str, ...]] = []
            for name, port in (("the service itself", service.port), ("through nginx", nginx.port)):
                rates, speeds = [], []
                lines, seconds = _logged(service), service.seconds()
                for _ in range(run.rounds):
                    count, took = _flood(port, lists, run.seconds, 4)
                    rates.append(count / took)
                    count, took = _flood(port, files, run.seconds, 1)
                    speeds.append(count * weight / took)
                reached, spent = _logged(service) - lines, service.seconds() - seconds
                rows.append((name, number(median(rates)), number(median(speeds)), number(reached), f"{spent:.2f}"))
        finally:
            nginx.stop()
    finally:
        service.stop()
    columns = ("asked", "lists a second", "file, MB/s", "requests to the service", "its processor seconds")
    measured = f"{reached} requests, {spent:.2f} s of processor time"
    goal = Goal("behind nginx, a pinned answer costs the service", "nothing", measured, reached == 0)
    text = TEXT.format(size=size, variety=len(lists), file=FILE, megabytes=number(weight))
    return Section("Behind a cache", text, [Table("A pinned list, and a file", columns, rows)], [goal])
