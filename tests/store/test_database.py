"""Reading: one state at a time, the newest there is, and never a write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dataset.log import Release
from dataset.store.addresses import NotReady, parse_url, shown
from dataset.store.database import Database
from dataset.store.postgresql import postgresql_engine
from dataset.store.publishing import migrate, publish
from dataset.store.reading import newest_release
from dataset.store.sqlite import KEPT
from dataset.store.tables import HEAD, RECORDS
from tests.conftest import NewDatabase
from tests.store.victim import seen

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow

COUNT = text("SELECT count(*) FROM claims WHERE until IS NULL")


@pytest.fixture
def opened(database_url: str, log: Sequence[Release]) -> Iterator[Database]:
    """A database that holds the first release of the log."""
    publish(database_url, log[:1])
    database = Database(database_url)
    yield database
    database.close()


def test_one_read_sees_one_state_and_the_next_sees_the_newest(
    opened: Database, database_url: str, log: Sequence[Release]
) -> None:
    with opened.read() as early:
        before = seen(early)
        publish(database_url, log)
        assert seen(early) == before
        with opened.read() as late:
            assert seen(late) != before
            assert seen(late)[0] == log[-1].version
        assert seen(early) == before
    with opened.read() as again:
        assert seen(again)[0] == log[-1].version


@pytest.mark.parametrize(
    "statement", ["DELETE FROM claims", "CREATE TABLE extra (id integer)", "UPDATE releases SET notes = 'x'"]
)
def test_readers_cannot_write(published: Database, statement: str) -> None:
    with published.read() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(text(statement))
    with published.read() as connection:
        assert connection.execute(COUNT).scalar_one() > 0


def test_many_threads_read_at_once(published: Database, log: Sequence[Release]) -> None:
    versions: list[str] = []

    def read() -> None:
        for _ in range(5):
            with published.read() as connection:
                versions.append(seen(connection)[0])

    threads = [threading.Thread(target=read) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [log[-1].version] * 50


def test_an_empty_database_is_not_ready_until_it_is_published(database_url: str, log: Sequence[Release]) -> None:
    database = Database(database_url)
    with pytest.raises(NotReady, match=r"(there is no database|is empty).*: run `onrecord publish`"):
        database.check()
    migrate(database_url)
    with pytest.raises(NotReady, match="holds no release: run `onrecord publish`"):
        database.check()
    publish(database_url, log)
    database.check()
    assert database.revision() == database.head() == HEAD
    migrate(database_url, revision="0001")
    with pytest.raises(NotReady, match=f"at schema 0001, this program needs {HEAD}: run `onrecord migrate`"):
        database.check()
    database.close()


def test_a_database_of_a_newer_program_is_not_ready(opened: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataset.store.database.HEAD", "0001")
    with pytest.raises(NotReady, match="install a newer Onrecord"):
        opened.check()


@pytest.mark.sqlite
def test_the_old_file_is_let_go_when_its_last_reader_leaves(
    new_database: NewDatabase, sqlite_file: Callable[[str], Path], log: Sequence[Release]
) -> None:
    """A replaced file is deleted by the system when nobody has it open; here it would be held by name `(deleted)`."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("needs /proc to see which files are open")
    url = new_database("sqlite")
    publish(url, log[:1])

    def held() -> int:
        names = [link.readlink() for link in descriptors.iterdir() if link.is_symlink()]
        return names.count(Path(f"{sqlite_file(url)} (deleted)"))

    database = Database(url)
    with database.read(), database.read():
        publish(url, log)
        with database.read():
            assert held() == 2
    assert held() == 0
    database.close()


@pytest.mark.sqlite
@pytest.mark.slow
def test_a_file_that_is_replaced_without_pause(
    new_database: NewDatabase, sqlite_file: Callable[[str], Path], log: Sequence[Release]
) -> None:
    """Two files take turns under one name; whatever a thread opens, it reads one of the two from end to end."""
    url = new_database("sqlite")
    file = sqlite_file(url)
    kept, whole = [], {}
    for number in (1, 3):
        publish(url, log[:number])
        kept.append(shutil.copy2(file, f"{file}.{number}"))
        database = Database(url)
        with database.read() as connection:
            version, found = seen(connection)
            whole[version] = found
        database.close()
    database, faults, reads, stop = Database(url), [], [0], threading.Event()

    def read() -> None:
        while not stop.is_set():
            with database.read() as connection:
                version, found = seen(connection)
                if whole[version] != found:
                    faults.append(version)
            reads[0] += 1

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(200):
        shutil.copy2(kept[turn % 2], f"{file}.next")
        Path(f"{file}.next").replace(file)
    stop.set()
    for thread in threads:
        thread.join()
    database.close()
    assert faults == []
    assert reads[0] > 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_opens_connections_of_its_own(opened: Database) -> None:
    with opened.read() as connection:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with opened.read() as own:
                    same = own.connection.driver_connection is connection.connection.driver_connection
                    code = 2 if same else 0 if own.execute(COUNT).scalar_one() else 3
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert connection.execute(COUNT).scalar_one() > 0


@pytest.mark.sqlite
def test_connections_are_kept(new_database: NewDatabase, log: Sequence[Release]) -> None:
    """One reading after the other has the same connection, also after one that failed; two at a time have two."""
    url = new_database("sqlite")
    publish(url, log)
    database = Database(url)
    with database.read() as first, database.read() as other:
        assert other is not first
        first.execute(COUNT)
    with suppress(ZeroDivisionError), database.read() as again:
        assert again is first
        again.execute(COUNT)
        raise ZeroDivisionError
    with database.read() as again:
        assert again is first
        assert not again.in_transaction()
        assert again.execute(COUNT).scalar_one() > 0
    with ExitStack() as many:
        assert len({many.enter_context(database.read()) for _ in range(KEPT + 3)}) == KEPT + 3
    database.close()
    assert first.closed
    assert other.closed
    with database.read() as again:
        assert again.execute(COUNT).scalar_one() > 0
    database.close()


READ_ONLY = """
import sys
from dataset.store.database import Database
from dataset.store.reading import newest_release
database = Database(sys.argv[1])
database.check()
with database.read() as connection:
    print(newest_release(connection).version)
"""


@pytest.mark.sqlite
@pytest.mark.slow
def test_a_disk_that_is_read_only_serves(
    new_database: NewDatabase, sqlite_file: Callable[[str], Path], log: Sequence[Release]
) -> None:
    url = new_database("sqlite")
    publish(url, log)
    folder = sqlite_file(url).parent
    program = [sys.executable, "-c", READ_ONLY, url]
    if os.geteuid() == 0:  # root writes into any folder: give it a disk that is mounted read-only
        mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}' && ! touch '{folder}/x'"
        if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
            pytest.skip("needs the right to mount, or another user than root")
        program = ["unshare", "-m", "sh", "-c", f'{mount} 2>/dev/null && exec "$@"', "sh", *program]
    folder.chmod(0o555)
    try:
        done = subprocess.run(program, capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o755)
    assert done.stdout.strip() == log[-1].version


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///x.sqlite?mode=ro", "has a query"),
        ("mysql://me:secret@host/db", "names 'mysql'"),
        ("postgresql://me:sec@ret@host/db", "%40"),
        ("no address, secret", "not a URL"),
        ("", "not a URL"),
        ("postgresql://me:secret@host:port/db", "not a URL"),
    ],
)
def test_addresses_that_are_none(address: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_url(address)
    assert "sec" not in str(caught.value)


def test_messages_show_no_credentials(tmp_path: Path) -> None:
    address = f"postgresql://someone:secret@/db?host={tmp_path}&password=secret"
    assert shown(parse_url(address)) == "postgresql:///db"
    with pytest.raises(NotReady, match=r"postgresql:///db cannot be reached: no server is listening") as caught:
        Database(address).check()
    assert "secret" not in str(caught.value)
    assert "someone" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_server_that_refuses_says_why_and_no_more(postgresql_server: str) -> None:
    missing = postgresql_server.replace("/postgres?", "/no_such_db?")
    with pytest.raises(NotReady, match="there is no such database"):
        Database(missing).check()
    other = postgresql_server.replace("postgres:@", "stranger:secret@")
    with pytest.raises(NotReady, match="there is no such user") as caught:
        Database(other).check()
    assert "stranger" not in str(caught.value)


@pytest.mark.sqlite
def test_a_path_of_any_letters_is_opened(tmp_path: Path, log: Sequence[Release]) -> None:
    folder = tmp_path / "on record? 100% #1 [x]"
    url = f"sqlite:///{folder}/déjà vu.sqlite".replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    file = Path(str(parse_url(url).database))
    publish(url, log[:1])
    assert file.exists()
    database = Database(url)
    with database.read() as connection:
        assert newest_release(connection) is not None
    database.close()


@pytest.mark.sqlite
def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite"
    file.write_text("a letter to a friend, of some length, which no program wrote" * 20)
    with pytest.raises(NotReady, match="file is not a database"):
        Database(f"sqlite:///{file}").check()
    with pytest.raises(NotReady, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}").check()


@pytest.mark.parametrize(("value", "expected"), [("none", None), ("None", None), ("7", 7)])
def test_prepared_statements_can_be_turned_off(postgresql_server: str, value: str, expected: int | None) -> None:
    engine = postgresql_engine(parse_url(f"{postgresql_server}&prepare_threshold={value}"))
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        assert driver.prepare_threshold == expected
    engine.dispose()
    with pytest.raises(ValueError, match="allowed: none, or a number"):
        postgresql_engine(parse_url(f"{postgresql_server}&prepare_threshold=often"))


def test_all_record_tables_can_be_read(published: Database) -> None:
    with published.read() as connection:
        for table in RECORDS.values():
            assert connection.execute(table.select().limit(1)).first() is not None
