"""The data that everything is measured on: made up from a seed, written once, kept under `var/bench/SIZE/`.

A package (JSON Lines in the layout of our own download) is loaded into our database by `onrecord load`. The peers with
an ORM get a database of their own, in the form that such programs have. What is there already is used again, as long as
the schema and this module have not changed.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final, TextIO

from benchmarks.places import BIN, ROOT, VAR, environment, peers_python, tell
from dataset.canonical import Body, prune
from dataset.store.made import PAGE
from dataset.store.tables import HEAD
from tests.synthetic import Maker, make_log

SEED: Final = 1
#: Name on the command line -> number of claims.
SIZES: Final = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "4M": 4_000_000}
#: Words of which every claim holds one of each kind: one claim in fifty holds a given berth, one in forty a crane.
BERTHS: Final = [f"berth{number:02d}" for number in range(50)]
CRANES: Final = [f"crane{number:02d}" for number in range(40)]
#: The other words of statements, and how often they come: the nth word 1/n times as often as the first.
WORDS: Final = ["".join(Random(number).choices("abdegiklmnoprstuv", k=3 + number % 8)) for number in range(5000)]
WEIGHTS: Final = list(accumulate(1 / (number + 1) for number in range(len(WORDS))))
#: Claims and releases of the database with a long history; each release after the first changes a tenth.
FIFTY: Final = (10_000, 50)

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Records(Maker):
    """The records of `tests.synthetic`, with statements of many words, some of them of a known frequency."""

    def claim(self, source: str, number: int) -> Body:
        """A claim of about eight hundred bytes."""
        body = super().claim(source, number)
        words = self.random.choices(WORDS, cum_weights=WEIGHTS, k=self.random.randint(20, 60))
        places = self.random.sample(range(len(words)), 2)
        words[places[0]], words[places[1]] = self.random.choice(BERTHS), self.random.choice(CRANES)
        return {**body, "statement": " ".join(words)}


def package(size: str) -> Path:
    """The folder of the records of a size as JSON Lines."""

    def write(folder: Path) -> None:
        folder.mkdir()
        described = {"name": "regatta", "version": "1.0.0", "created": "2032-01-01"}
        (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
        with ExitStack() as stack:
            files: dict[str, TextIO] = {}
            for record_type, body in Records(SEED, SIZES[size]).records():
                if record_type not in files:
                    path = folder / f"{record_type}.jsonl"
                    files[record_type] = stack.enter_context(path.open("w", encoding="utf-8"))
                files[record_type].write(_encode(prune(body)) + "\n")

    return _made(size, "package", _records(), write)


def database(size: str) -> Path:
    """Our database with the records of a size."""
    source = package(size)

    def load(path: Path) -> None:
        environ = environment(ONRECORD_DATABASE_URL=f"sqlite:///{path}")
        _run([str(BIN / "onrecord"), "load", str(source), "--yes"], environ)

    return _made(size, "onrecord.sqlite", f"{_records()} {HEAD} {PAGE}", load)


def peers_database(size: str) -> Path:
    """The database of the peers with an ORM, with the same records of the newest release."""
    source = package(size)
    models = (ROOT / "benchmarks" / "peers" / "models.py").read_text(encoding="utf-8")
    return _made(
        size,
        "peers.sqlite",
        f"{_records()} {_digest(models)}",
        lambda path: _run([peers_python(), "-m", "benchmarks.peers.filling", str(source), str(path)], environment()),
    )


def fifty_releases() -> Path:
    """Our database with a long history."""

    def publish(path: Path) -> None:
        from dataset.store.publishing import publish  # noqa: PLC0415 - slow to import, and seldom needed

        claims, releases = FIFTY
        publish(f"sqlite:///{path}", make_log(seed=SEED, claims=claims, releases=releases))

    return _made("fifty", "onrecord.sqlite", f"{_records()} {HEAD} {PAGE} {FIFTY}", publish)


def lines(size: str, record_type: str) -> Iterator[Body]:
    """The bodies of a type, in the order in which they were made."""
    with (package(size) / f"{record_type}.jsonl").open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _made(size: str, name: str, state: str, make: Callable[[Path], None]) -> Path:
    """What `make` makes at the path that it is given, made unless it is there in the `state` that it depends on."""
    path = VAR / size / name
    stamp = path.with_name(f".{name}.stamp")
    if path.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    _remove(path)
    tell(f"Making {path.relative_to(ROOT)} …")
    started = time.monotonic()
    make(path)
    tell(f"  {time.monotonic() - started:.0f} s")
    stamp.write_text(state, encoding="utf-8")
    return path


def _records() -> str:
    """A digest of what the records depend on: the code that makes them up."""
    return _digest(inspect.getsource(Records) + (ROOT / "tests" / "synthetic.py").read_text(encoding="utf-8"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _remove(path: Path) -> None:
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    path.unlink(missing_ok=True)


def _run(command: list[str], environ: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=environ, check=True, timeout=3600, stdout=subprocess.DEVNULL)
