"""Migrations run with data in the tables, both ways, and never touch a body."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update

from dataset.log import Release
from dataset.store.columns import FRAME
from dataset.store.database import Database, revision_of
from dataset.store.migrating import SCRIPTS, move, refill, revisions
from dataset.store.postgresql import postgresql_engine
from dataset.store.publishing import migrate, publish
from dataset.store.steps import Refused
from dataset.store.tables import HEAD, LINKS, RECORDS
from tests.store.support import contents

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow


def bodies(url: str) -> dict[str, list[tuple[object, ...]]]:
    """What no migration may change: the frame of every record version."""
    database = Database(url)
    with database.read() as connection:
        names = ", ".join(FRAME)
        found = {
            record_type: [
                tuple(row) for row in connection.execute(text(f"SELECT {names} FROM {record_type} ORDER BY 1"))
            ]
            for record_type in RECORDS
        }
    database.close()
    return found


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_down_and_up_again_with_data(database_url: str, log: Sequence[Release], revision: str) -> None:
    publish(database_url, log)
    full, kept = contents(database_url), bodies(database_url)
    down = migrate(database_url, revision=revision)
    assert (down.revision_before, down.revision, down.loaded) == (HEAD, revision, ())
    assert bodies(database_url) == kept
    up = migrate(database_url)
    assert (up.revision_before, up.revision, up.newest) == (revision, HEAD, log[-1].version)
    assert contents(database_url) == full


def test_publishing_into_older_tables_upgrades_them_first(database_url: str, log: Sequence[Release]) -> None:
    publish(database_url, log[:1])
    migrate(database_url, revision="0001")
    outcome = publish(database_url, log)
    assert (outcome.revision_before, outcome.revision) == ("0001", HEAD)
    assert outcome.loaded == tuple(release.version for release in log[1:])


def test_down_to_nothing_and_up(database_url: str) -> None:
    """Every step back to an empty database; the drop of the last table is part of it."""
    migrate(database_url)
    url = Database(database_url).url
    engine = postgresql_engine(url) if url.get_backend_name() == "postgresql" else create_engine(url)
    with engine.begin() as connection:
        assert move(connection, "base")
        assert revision_of(connection) is None
    engine.dispose()
    assert set(contents(database_url)) == set()
    assert migrate(database_url).revision == HEAD


def test_refilling_mends_whatever_columns_hold(new_database: object, tmp_path: Path, log: Sequence[Release]) -> None:
    """Columns and links are a reading of the bodies: spoilt, they come back."""
    url = f"sqlite:///{tmp_path}/spoilt.sqlite"
    publish(url, log)
    full = contents(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        claims = RECORDS["claims"]
        connection.execute(update(claims).values(sort="", claimant="nobody", quantity_low=1e9, time=None))
        for table in LINKS["claims"]:
            connection.execute(table.delete())
    assert contents(url) != full
    with engine.begin() as connection:
        refill(connection)
    engine.dispose()
    assert contents(url) == full


def test_an_unknown_revision_is_refused(database_url: str) -> None:
    with pytest.raises(Refused, match="found revision '9'; allowed: 0001, "):
        migrate(database_url, revision="9")


def test_a_second_migration_does_nothing(database_url: str) -> None:
    migrate(database_url)
    steps: list[str] = []
    outcome = migrate(database_url, lambda step, *_: steps.append(step))
    assert (outcome.revision_before, outcome.revision, steps) == (HEAD, HEAD, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["upgrade", "head"], "run `onrecord migrate`"),
        (["downgrade", "base"], "run `onrecord migrate`"),
        (["stamp", "head"], "run `onrecord migrate`"),
        (["upgrade", "head", "--sql"], "run `onrecord migrate`"),
        (["heads"], HEAD),
    ],
)
@pytest.mark.slow
def test_the_program_alembic_changes_nothing(arguments: list[str], message: str, tmp_path: Path) -> None:
    """From a checkout, without alembic.ini; what would write in place is refused and says what to do instead."""
    file = tmp_path / "never.sqlite"
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=SCRIPTS.parent,
        env={**os.environ, "ONRECORD_DATABASE_URL": f"sqlite:///{file}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert message in done.stdout + done.stderr
    assert not file.exists()
