"""PgBouncer in transaction mode: clients share one server, and nothing that one of them sets reaches another."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from dataset.log import Release
from dataset.store.budget import Budget, TooCostly
from dataset.store.database import Database
from dataset.store.publishing import publish
from tests.api.support import close, make_app, walk
from tests.check.support import free_port, program
from tests.check.test_front import server
from tests.conftest import NewDatabase


@pytest.fixture
def pooled(new_database: NewDatabase, log: Sequence[Release], tmp_path: Path) -> Iterator[str]:
    """The address of a database with releases, through a pool that has one connection to it."""
    url = new_database("postgresql")
    publish(url, log)
    port, direct = free_port(), make_url(url)
    folder = str(direct.query["host"])
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n* = host={folder} port=5432 user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 1\n"
    )
    command = [program("pgbouncer"), str(config)]
    if os.getuid() == 0:  # it refuses to run as root, and the socket belongs to whom the server runs as
        config.chmod(0o644)
        tmp_path.chmod(0o755)
        command[1:1] = ["-u", Path(folder).owner()]
    with server(command, port, tmp_path / "pgbouncer.log"):
        yield f"postgresql://postgres@127.0.0.1:{port}/{direct.database}?prepare_threshold=none"


def test_budgets_stay_with_their_reader(pooled: str) -> None:
    """Eight readers at once, some of whom are stopped: each has its own budget, and who has none is not touched."""
    faults: list[str] = []

    def read(milliseconds: int) -> None:
        database = Database(pooled, Budget(milliseconds=milliseconds))
        try:
            for _ in range(15):
                with database.read() as connection:
                    if not connection.execute(text("SELECT count(*) FROM claims")).scalar_one():
                        faults.append("empty")
                    if (
                        found := connection.execute(text("SHOW statement_timeout")).scalar_one()
                    ) != f"{milliseconds}ms":
                        faults.append(f"{found} instead of {milliseconds}ms")
            if milliseconds < 200:
                with pytest.raises(TooCostly), database.read() as connection:
                    connection.execute(text("SELECT pg_sleep(20)"))
        except Exception as error:  # noqa: BLE001 - told by the test, not by the thread
            faults.append(repr(error))
        finally:
            database.close()

    threads = [threading.Thread(target=read, args=(101 + 50 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    with psycopg.connect(pooled.partition("?")[0], prepare_threshold=None) as other:
        assert other.execute("SHOW statement_timeout").fetchone() == ("0",)
        assert other.execute("SHOW transaction_read_only").fetchone() == ("off",)


def test_publishing_and_reading_through_it(pooled: str, new_database: NewDatabase, log: Sequence[Release]) -> None:
    """Migrations, COPY and lock of a release pass through the pool, which the service reads through meanwhile."""
    direct = new_database("postgresql")
    through = make_url(pooled).set(database=make_url(direct).database).render_as_string(hide_password=False)
    assert publish(through, log[:1]).loaded == (log[0].version,)
    app, alone = make_app(through), make_app(direct)
    begun = [answer.get_json()["release"] for answer in walk(app.test_client(), "/v1/claims?limit=50")]
    assert set(begun) == {log[0].version}
    assert publish(through, log).newest == log[-1].version
    for path in ("/v1/claims?limit=500&release=0.3.0", "/v1/search?q=boat", "/v1/changes?since=0.1.0", "/v1/releases"):
        found, expected = app.test_client().get(path), alone.test_client().get(path)
        assert (found.status_code, found.get_data()) == (200, expected.get_data())
    close(app)
    close(alone)
