"""Who is measured, and what each is asked: the same questions, in the addresses of each.

All run with one worker. The service, the twin and the conventional peers stand behind the same server with the same
settings; Datasette comes with its own.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from api.cursors import decode
from benchmarks import data, servers
from benchmarks.places import VAR, environment, peers_python
from benchmarks.servers import Server
from benchmarks.traffic import request

#: What is asked, and how often it is varied.
KINDS: Final = ("list", "get", "deep", "search", "word")
VARIETY: Final = 400
LIMIT: Final = 50
FOUND: Final = 20

#: Statements written for Datasette, on the column that is needed alone.
QUERIES: Final = {
    "list": "SELECT body FROM claims WHERE until IS NULL AND claimant = :claimant ORDER BY sort LIMIT 50",
    "get": "SELECT body FROM claims WHERE until IS NULL AND id = :id",
    "deep": "SELECT body FROM claims WHERE until IS NULL AND sort > :after ORDER BY sort LIMIT 50",
    "search": "SELECT claims.body FROM search_words JOIN search ON search.place = search_words.rowid"
    " JOIN claims ON claims.row = search.row AND search.type = 'claims'"
    " WHERE search_words.words MATCH :q AND claims.until IS NULL LIMIT 20",
}
#: How Datasette is asked for a page of a table and no more: no count, no facets, and the bodies as JSON.
TABLE: Final = {
    "until__isnull": "1",
    "_sort": "sort",
    "_size": str(LIMIT),
    "_col": "body",
    "_json": "body",
    "_shape": "array",
    "_nocount": "1",
    "_nofacet": "1",
    "_nosuggest": "1",
}


@dataclass(frozen=True)
class Questions:
    """The values that are asked for: the same for all candidates."""

    claimants: Sequence[str]
    ids: Sequence[str]
    rows: Sequence[int]
    places: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    words: Sequence[str]


@cache
def questions(size: str) -> Questions:
    """Values drawn by a seed: claimants of many claims, ids, places in the last tenth of the list, words."""
    random = Random(data.SEED)
    with sqlite3.connect(f"file:{data.database(size)}?mode=ro&immutable=1", uri=True) as connection:
        held = "FROM claims WHERE until IS NULL"
        most = f"SELECT claimant {held} AND claimant NOT NULL GROUP BY claimant HAVING count(*) > {LIMIT}"
        claimants = [row[0] for row in connection.execute(most)]
        first, last = connection.execute(f"SELECT min(row), max(row) {held}").fetchone()

        def drawn(column: str, low: float, high: float) -> list[Any]:
            statement = f"SELECT {column} FROM claims WHERE row >= ? LIMIT 1"
            rows = [int(first + (last - first) * random.uniform(low, high)) for _ in range(VARIETY)]
            return [connection.execute(statement, (row,)).fetchone()[0] for row in rows]

        return Questions(
            claimants=random.choices(claimants, k=VARIETY),
            ids=drawn("id", 0, 0.99),
            rows=drawn("row", 0, 0.99),
            places=drawn("sort", 0.9, 0.99),
            pairs=[(random.choice(data.BERTHS), random.choice(data.CRANES)) for _ in range(VARIETY)],
            words=random.choices(data.BERTHS, k=VARIETY),
        )


@dataclass(frozen=True)
class Candidate:
    """A program: how it is called in tables, how it is started, and the paths of each kind of question."""

    name: str
    start: Callable[[str], Server]
    paths: Callable[[str, str, Server], list[str]]

    def requests(self, kind: str, size: str, server: Server) -> list[bytes]:
        """The requests of a kind, after one of them was seen to have the answer that it must have.

        Raises:
            RuntimeError: it had not.
        """
        paths = self.paths(kind, size, server)
        records = _records(json.load(urlopen(f"http://127.0.0.1:{server.port}{paths[0]}", timeout=60)))
        wanted = {"list": LIMIT, "deep": LIMIT, "get": 1}.get(kind)
        if not records or (wanted and not wanted <= records <= wanted + 1):
            raise RuntimeError(f"{self.name}: {records} records at {paths[0]}; expected: {wanted or 'some'}")
        return [request(path) for path in paths]


def _records(answer: Any) -> int:
    """How many records an answer holds, whatever its form."""
    if isinstance(answer, list):
        return len(answer)
    return len(answer.get("data", answer.get("rows", [answer])))


def _served(name: str, module: str, python: str, file: Path, interface: str = "wsgi") -> Server:
    port = servers.free_port()
    command = [python, "-m", "granian", "--interface", interface, "--workers", "1", "--no-ws"]
    command += ["--port", str(port), "--blocking-threads", "1", f"benchmarks.peers.{module}:app"]
    path = "/v1/claims" if module == "twin" else "/claims"
    return servers.start(name, command, environment(DATABASE=str(file)), ready=f"{path}?limit=1", port=port)


def start_service(size: str, file: Path | None = None, **settings: str) -> Server:
    """The service as `python wsgi.py` runs it, over the data of a size or another database."""
    port = servers.free_port()
    address = f"sqlite:///{file or data.database(size)}"
    settings = {"ONRECORD_FILES": str(VAR / size / "files"), "ONRECORD_DATABASE_URL": address, **settings}
    environ = environment(HOST="127.0.0.1", PORT=str(port), **settings)
    return servers.start("service", [sys.executable, "wsgi.py"], environ, ready="/readyz", port=port)


def _start_datasette(size: str) -> Server:
    file = data.database(size)
    port = servers.free_port()
    queries = {name: {"sql": statement} for name, statement in QUERIES.items()}
    described = VAR / size / "datasette.json"
    described.write_text(json.dumps({"databases": {file.stem: {"queries": queries}}}), encoding="utf-8")
    command = [peers_python(), "-m", "datasette", "serve", "-i", str(file), "--metadata", str(described)]
    command += ["--port", str(port), "--setting", "sql_time_limit_ms", "30000", "--setting", "num_sql_threads", "1"]
    command += ["--setting", "suggest_facets", "off", "--setting", "cache_size_kb", "65536"]
    path = f"/{file.stem}/get.json?id=x&_shape=array"
    return servers.start("datasette", command, environment(), ready=path, port=port, within=120)


def _service_paths(kind: str, size: str, server: Server) -> list[str]:
    asked = questions(size)
    if kind == "list":
        return [f"/v1/claims?claimant={claimant}&limit={LIMIT}" for claimant in asked.claimants]
    if kind == "get":
        return [f"/v1/claims/{id}" for id in asked.ids]
    if kind == "search":
        return [f"/v1/claims?q={first}+{second}&limit={FOUND}" for first, second in asked.pairs]
    if kind == "word":
        return [f"/v1/claims?q={word}&limit={FOUND}" for word in asked.words]
    given = decode(_next(server))
    cursors = [given._replace(after=place).encode() for place in asked.places]
    return [f"/v1/claims?limit={LIMIT}&cursor={cursor}" for cursor in cursors]


def _twin_paths(kind: str, size: str, server: Server) -> list[str]:
    if kind != "deep":
        return _service_paths(kind, size, server)
    given = _next(server)
    version, digest, _ = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    told = [json.dumps([version, digest, place], separators=(",", ":")).encode() for place in questions(size).places]
    cursors = [base64.urlsafe_b64encode(text).decode().rstrip("=") for text in told]
    return [f"/v1/claims?limit={LIMIT}&cursor={cursor}" for cursor in cursors]


def _next(server: Server) -> str:
    """The cursor behind the first page of the whole list."""
    with urlopen(f"http://127.0.0.1:{server.port}/v1/claims?limit={LIMIT}", timeout=60) as answer:
        return str(json.load(answer)["page"]["next"])


def _conventional_paths(kind: str, size: str, _server: Server) -> list[str]:
    asked = questions(size)
    if kind == "list":
        return [f"/claims?claimant={claimant}&limit={LIMIT}" for claimant in asked.claimants]
    if kind == "get":
        return [f"/claims/{id}" for id in asked.ids]
    if kind == "deep":
        return [f"/claims?limit={LIMIT}&after={quote(place)}" for place in _peers_places(size)]
    words = [" ".join(pair) for pair in asked.pairs] if kind == "search" else asked.words
    return [f"/claims?limit={FOUND}&q={quote(text)}" for text in words]


@cache
def _peers_places(size: str) -> list[str]:
    """The places of the same depth in the database of the conventional peers."""
    with sqlite3.connect(f"file:{data.peers_database(size)}?mode=ro", uri=True) as connection:
        statement = "SELECT sort FROM claims WHERE id >= ? ORDER BY id LIMIT 1"
        sources = [place.partition(" ")[0] for place in questions(size).places]
        return [connection.execute(statement, (source,)).fetchone()[0] for source in sources]


def _datasette_paths(kind: str, size: str, server: Server) -> list[str]:
    """The pages of its tables, as its users find them; what these cannot do by a statement."""
    asked = questions(size)
    if kind == "list":
        return [f"/onrecord/claims.json?{urlencode({**TABLE, 'claimant': one})}" for one in asked.claimants]
    if kind == "get":
        return [f"/onrecord/claims/{row}.json?_shape=array&_json=body" for row in asked.rows]
    if kind == "deep":
        return [f"/onrecord/claims.json?{urlencode({**TABLE, 'sort__gt': place})}" for place in asked.places]
    return _statement_paths(kind, size, server)


def _statement_paths(kind: str, size: str, _server: Server) -> list[str]:
    """The statements written for it."""
    asked = questions(size)
    values: dict[str, list[dict[str, str]]] = {
        "list": [{"claimant": claimant} for claimant in asked.claimants],
        "get": [{"id": id} for id in asked.ids],
        "deep": [{"after": place} for place in asked.places],
        "search": [{"q": " AND ".join(pair)} for pair in asked.pairs],
        "word": [{"q": word} for word in asked.words],
    }
    name = "search" if kind == "word" else kind
    return [f"/onrecord/{name}.json?{urlencode(value)}&_shape=array&_json=body" for value in values[kind]]


SERVICE: Final = Candidate("service", start_service, _service_paths)
TWIN: Final = Candidate("twin", lambda size: _served("twin", "twin", sys.executable, data.database(size)), _twin_paths)
FLASK: Final = Candidate(
    "Flask, ORM, marshmallow",
    lambda size: _served("conventional", "conventional", peers_python(), data.peers_database(size)),
    _conventional_paths,
)
FASTAPI: Final = Candidate(
    "FastAPI, ORM, pydantic",
    lambda size: _served("fastapi", "fast", peers_python(), data.peers_database(size), "asgi"),
    _conventional_paths,
)
DATASETTE: Final = Candidate("Datasette", _start_datasette, _datasette_paths)
WRITTEN: Final = Candidate("Datasette, SQL written for it", _start_datasette, _statement_paths)
ALL: Final = (SERVICE, TWIN, FLASK, FASTAPI, DATASETTE, WRITTEN)


@contextmanager
def running(candidates: Sequence[Candidate], size: str) -> Iterator[dict[Candidate, Server]]:
    """The candidates, started side by side over the same data, and ended together."""
    started: dict[Candidate, Server] = {}
    try:
        for candidate in candidates:
            started[candidate] = candidate.start(size)
        yield started
    finally:
        for server in started.values():
            server.stop()
