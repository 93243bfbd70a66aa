"""The clients of a soak: what they ask, and what the log says the answer must be.

Expectations come from the change-sets by the plainest means there are: a dictionary a release, a loop for a filter. A
client knows which releases were certainly published when it asked, and which may have been when it was answered.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any, Final, NamedTuple

from dataset.canonical import Body, canonical
from dataset.log import Release
from tests.api.support import in_order, states
from tests.synthetic import MODALITIES

#: Seconds that workers may take to learn of a release, on a machine that is busy.
LATE: Final = 3.0
#: Seconds after a kill in which a connection may turn out to have been one of that worker.
WAKE: Final = 5.0
#: Share of the requests that go over a new connection, so that every worker has its part.
RENEWED: Final = 0.05
TYPES: Final = ("claims", "quotes", "sources", "events", "actors", "questions")
WORDS: Final = ("lantern", "breakfast", "judge pier", "northern buoy tide", "crews clubs")


class Moment(NamedTuple):
    """When something began and ended, on the clock of `time.monotonic`."""

    begun: float
    ended: float


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def told(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


class Wrong(Exception):  # noqa: N818 - a finding
    """An answer that is not what the log says."""


class World:
    """The log, how far it is published, and what was seen."""

    def __init__(self, log: Sequence[Release]) -> None:
        """Nothing is published yet."""
        self.log = log
        self.versions = [release.version for release in log]
        self.states = states(log)
        self.published: list[Moment] = []
        self.beginning = 0  # releases whose publication has begun
        self.kills: list[float] = []
        self.ending = threading.Event()
        self.asked: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.broken: Counter[str] = Counter()
        self.faults: list[str] = []
        self.seconds: list[float] = []

    @lru_cache(maxsize=2000)  # noqa: B019 - as long as the process
    def listed(self, version: str, type: str, modality: str | None = None) -> list[Body]:
        """The records of a type in the order of lists, those of one modality if it is given."""
        return [
            body for body in in_order(self.states[version], type) if modality is None or body["modality"] == modality
        ]

    @lru_cache(maxsize=2000)  # noqa: B019
    def found(self, version: str, words: str) -> set[str]:
        """The claims in which all of these words stand."""
        return {body["id"] for body in self.states[version]["claims"].values() if set(words.split()) <= spoken(body)}

    def certain(self) -> int:
        """How many releases every worker knows."""
        return sum(moment.ended < time.monotonic() - LATE for moment in self.published)


def spoken(claim: Body) -> set[str]:
    """The words of a claim that are searched."""
    texts = (claim["statement"], claim.get("hedge", ""), claim.get("quantity", {}).get("of", ""), claim.get("note", ""))
    return set(re.findall("[a-z0-9]+", " ".join(texts).lower()))


class Client(threading.Thread):
    """One reader: asks without pause until the soak ends, and compares every answer."""

    def __init__(self, world: World, port: int, seed: int) -> None:
        super().__init__(name=f"client {seed}", daemon=True)
        self.world, self.port, self.random = world, port, Random(seed)
        self.connection: http.client.HTTPConnection | None = None
        self.newest = 0

    def run(self) -> None:
        """Ask."""
        kinds: Sequence[tuple[Callable[[], None], int]] = (
            (self.a_list, 30),
            (self.a_filter, 20),
            (self.a_record, 25),
            (self.a_search, 10),
            (self.an_export, 3),
            (self.a_download, 4),
            (self.a_condition, 8),
        )
        views, weights = zip(*kinds, strict=True)
        while not self.world.ending.is_set():
            (view,) = self.random.choices(views, weights)
            name = view.__name__.rpartition("_")[2]
            begun = time.monotonic()
            try:
                view()
                self.world.asked[name] += 1
            except (OSError, http.client.HTTPException) as error:
                self.broke(name, begun, error)
            except Wrong as error:
                self.world.faults.append(f"{name}: {error}")
            except Exception as error:  # noqa: BLE001 - an answer that cannot even be read is told like any other
                self.world.faults.append(f"{name}: {error!r}")

    def broke(self, name: str, begun: float, error: Exception) -> None:
        """A connection that ended: it may when a worker was killed while the request was on its way."""
        self.connection = None
        now = time.monotonic()
        if any(begun - WAKE < kill < now for kill in self.world.kills):
            self.world.broken[type(error).__name__] += 1
        else:
            self.world.faults.append(f"{name}: {error!r} with no worker killed")

    def get(self, path: str, **headers: str) -> Answer:
        """Ask; the answer whatever it is, but for failures."""
        if self.random.random() < RENEWED:
            self.connection = None
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        begun = time.monotonic()
        self.connection.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        self.world.seconds.append(time.monotonic() - begun)
        self.world.statuses[answer.status] += 1
        if answer.status >= 500:
            raise Wrong(f"{path} answers {answer.status}: {answer.body[:200]!r}")
        return answer

    def a_release(self) -> str | None:
        """One that every worker knows, or none for the newest."""
        if self.random.random() < 0.5:
            return None
        return self.world.versions[self.random.randrange(self.world.certain())]

    def read(self, path: str, version: str | None) -> tuple[Answer, str]:
        """Ask for a release, and make sure that it is the one which is answered."""
        certain = self.world.certain()
        pin = f"{'&' if '?' in path else '?'}release={version}" if version else ""
        answer = self.get(path + pin)
        told = answer.told().get("release") if answer.status == 200 else None
        if told is None:
            return answer, version or ""
        if version:
            self.expect(told == version, f"{path}{pin} answers from {told}")
            return answer, told
        number = self.world.versions.index(told) + 1
        self.expect(
            max(certain, self.newest) <= number <= self.world.beginning,
            f"{path} answers from {told} after {self.world.versions[max(certain, self.newest) - 1]}",
        )
        if path.partition("?")[0].count("/") == 2:  # workers learn at different moments: only what is certain binds
            self.newest = max(self.newest, certain)
        return answer, told

    def expect(self, holds: bool, otherwise: str) -> None:
        """Raise `Wrong` unless it holds."""
        if not holds:
            raise Wrong(otherwise)

    def pages(self, path: str, version: str | None, expected: Callable[[str], list[Body]]) -> None:
        """Walk some pages of a list, to the end of it if they reach so far."""
        limit = self.random.choice((20, 50, 100))
        address = f"{path}{'&' if '?' in path else '?'}limit={limit}"
        answer, release = self.read(address, version)
        self.expect(answer.status == 200, f"{address} answers {answer.status}")
        wanted = expected(release)
        for number in range(4):
            told = answer.told()
            part = wanted[number * limit : (number + 1) * limit]
            self.expect(told["data"] == part, f"{address}, page {number + 1} of {release}: other records")
            self.expect(told["release"] == release, f"{address}: a walk of {release} goes on in {told['release']}")
            cursor = told["page"]["next"]
            self.expect((cursor is None) == ((number + 1) * limit >= len(wanted)), f"{address}: ends elsewhere")
            if cursor is None:
                return
            answer = self.get(f"{address}&cursor={cursor}")
            self.expect(answer.status == 200, f"{address} answers {answer.status} to its own cursor")

    def a_list(self) -> None:
        """A list in its default order."""
        record_type = self.random.choice(TYPES)
        self.pages(f"/v1/{record_type}", self.a_release(), lambda release: self.world.listed(release, record_type))

    def a_filter(self) -> None:
        """Claims of one modality."""
        modality = self.random.choice(MODALITIES)
        self.pages(
            f"/v1/claims?modality={modality}",
            self.a_release(),
            lambda release: self.world.listed(release, "claims", modality),
        )

    def a_record(self) -> None:
        """One claim of the first release, which may have ended since."""
        version = self.a_release()
        record_id = self.random.choice(sorted(self.world.states[self.world.versions[0]]["claims"]))
        path = f"/v1/claims/{record_id}"
        answer, release = self.read(path, version)
        if answer.status == 200:
            told = {name: value for name, value in answer.told().items() if name not in ("links", "release")}
            self.expect(told == self.world.states[release]["claims"].get(record_id), f"{path} of {release}: another")
            return
        self.expect(answer.status in (308, 410), f"{path} answers {answer.status}")
        known = self.world.versions[: self.world.beginning]
        ended = any(record_id not in self.world.states[one]["claims"] for one in ([version] if version else known))
        self.expect(ended, f"{path} answers {answer.status} and is there")

    def a_search(self) -> None:
        """Words in claims, and how many have them."""
        words = self.random.choice(WORDS)
        path = f"/v1/claims?q={words.replace(' ', '+')}&limit=500&count=exact"
        answer, release = self.read(path, self.a_release())
        self.expect(answer.status == 200, f"{path} answers {answer.status}")
        told, wanted = answer.told(), self.world.found(release, words)
        hits = [body["id"] for body in told["data"]]
        self.expect(told["page"]["total"] == len(wanted), f"{path} of {release}: counts {told['page']['total']}")
        self.expect(len(hits) == min(500, len(wanted)), f"{path} of {release}: {len(hits)} hits")
        self.expect(len(set(hits)) == len(hits) and set(hits) <= wanted, f"{path} of {release}: other hits")

    def an_export(self) -> None:
        """All claims of one modality, as lines."""
        version = self.world.versions[self.random.randrange(self.world.certain())]
        modality = self.random.choice(MODALITIES)
        path = f"/v1/exports/claims.jsonl?modality={modality}&release={version}"
        answer = self.get(path)
        wanted = b"".join(canonical(body) + b"\n" for body in self.world.listed(version, "claims", modality))
        self.expect(answer.status == 200 and answer.body == wanted, f"{path} answers {answer.status}: other lines")

    def a_download(self) -> None:
        """A file of a release, or a part of it; none while they are not built yet."""
        version = self.world.versions[self.random.randrange(self.world.certain())]
        answer = self.get(f"/v1/releases/{version}")
        self.expect(answer.status == 200, f"/v1/releases/{version} answers {answer.status}")
        files = answer.told()["files"]
        if not files:
            return
        file = self.random.choice(files)
        whole = self.get(file["url"])
        found = hashlib.sha256(whole.body).hexdigest()
        self.expect(whole.status == 200 and found == file["sha256"], f"{file['url']} answers {whole.status}: {found}")
        if file["name"] == "claims.jsonl":
            wanted = b"".join(canonical(body) + b"\n" for body in self.world.listed(version, "claims"))
            self.expect(whole.body == wanted, f"{file['url']}: other lines")
        part = self.get(file["url"], Range="bytes=1-99", If_Range=whole.headers["ETag"])
        self.expect(part.status == 206 and part.body == whole.body[1:100], f"{file['url']}: another range")

    def a_condition(self) -> None:
        """What the client has already, of a release and of the newest."""
        version = self.world.versions[self.random.randrange(self.world.certain())]
        for path in (f"/v1/quotes?limit=10&release={version}", "/v1/quotes?limit=10"):
            first = self.get(path)
            again = self.get(path, If_None_Match=first.headers["ETag"])
            if again.status == 304:
                self.expect(not again.body, f"{path}: 304 with a body")
                continue
            newer = first.told()["release"] != again.told()["release"] and "release=" not in path
            self.expect(again.status == 200 and newer, f"{path} answers {again.status} to its own tag")
