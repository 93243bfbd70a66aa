"""What the tests of redaction share: a made-up log with a word of its own in one quote, and who is killed over it."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from dataset.canonical import digest
from dataset.log import Release
from dataset.redacting import redact_log
from dataset.redactions import Redaction
from dataset.schemas import TYPES
from dataset.store.publishing import redact
from tests.store.victim import die
from tests.synthetic import History, Maker

#: Words that stand in the body of the victim alone.
SECRET = "Qxzzyq"
WHY = "The publisher objects."
VICTIM = ("quotes", "gazette-000000.q1")
WANTED = Redaction(*VICTIM, "2032-02-01", WHY)


def with_secret() -> list[Release]:
    """The releases of the made-up log, with a word of its own in one quote."""
    history = History()
    made = list(Maker(3, 45).records())
    for type, body in made:
        if (type, body["id"]) == ("quotes", "gazette-000000.q1"):
            body["text"] = f"{SECRET} at the pier"
    history.release("0.1.0", [history.add(*record) for record in made])
    victim = history.bodies["quotes"]["gazette-000000.q1"]
    claims = history.bodies["claims"]
    some = sorted(claims)[:5]
    changes = [history.change("quotes", {**victim, "note": f"{SECRET} again"})]
    changes += [history.change("claims", {**claims[id], "quotes": [victim["id"]]}) for id in some]
    history.release("0.2.0", changes)
    history.release("0.3.0", [history.change("claims", {**claims[some[0]], "note": "Read again."})])
    order = list(TYPES)
    made_releases = []
    for release in history.releases:  # in the order of the log on the disk
        held = tuple(sorted(release.held, key=lambda change: (order.index(change.type), change.id)))
        release.manifest["changes_sha256"] = digest(b"".join(change.line() for change in held))
        made_releases.append(replace(release, held=held))
    return made_releases


def holding(folder: Path) -> list[str]:
    """The files under a folder that hold the secret, unpacked where they are packed."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = [file.read_bytes()]
        if file.suffix == ".gz":
            texts.append(gzip.decompress(texts[0]))
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        if file.suffix == ".parquet":
            texts.append(str(pq.read_table(file).to_pylist()).encode())
        if any(SECRET.lower().encode() in text.lower() for text in texts):
            found.append(str(file.relative_to(folder)))
    return found


def redact_until(url: str, folder: Path, step: str) -> None:
    """Redact the log and the database, and be killed when `step` is done."""

    def observe(name: str, done: int, total: int) -> None:
        if name == step and done == total:
            die()

    redact_log(folder, WANTED, observe)
    redact(url, [WANTED], observe)
