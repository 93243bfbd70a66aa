"""Files for download: at permanent addresses, in parts when asked for, and never when they are not what was built."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
from flask.testing import FlaskClient

from api.files import Files
from api.reading import FILES
from dataset.exports.building import build
from dataset.log import Release
from dataset.store.publishing import publish
from tests.api.support import close, make_app, walk
from tests.conftest import NewDatabase

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]
CLAIMS = "/v1/releases/1.0.0/files/claims.csv"


@pytest.fixture(scope="module")
def url(new_database: NewDatabase, api_log: Sequence[Release]) -> str:
    """A database of releases, of which the last two get files."""
    made = new_database("sqlite")
    publish(made, api_log)
    return made


@pytest.fixture(scope="module")
def built(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, for reading only."""
    folder = tmp_path_factory.mktemp("files")
    build(url, folder, ["0.10.0", "1.0.0"])
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """The files, to be damaged."""
    return Path(shutil.copytree(built, tmp_path / "files"))


@pytest.fixture
def client(url: str, folder: Path) -> Iterator[FlaskClient]:
    """A service that offers them."""
    app = make_app(url, folder)
    yield app.test_client()
    close(app)


def until(holds: Callable[[], bool]) -> None:
    """Wait for what happens in the background."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_every_file_is_what_the_release_says(client: FlaskClient, built: Path) -> None:
    """Address, size, media type and digest of each; all that the index lists and nothing else."""
    listed = client.get("/v1/releases/1.0.0").get_json()["files"]
    assert {file["name"] for file in listed} == {path.name for path in (built / "1.0.0").iterdir()} - {"index.json"}
    for file in listed:
        answer = client.get(file["url"])
        data = answer.get_data()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
        assert answer.headers["Content-Type"] == file["media_type"]
        assert answer.headers["ETag"] == f'"{file["sha256"]}"'
        assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{file["name"]}"'
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Last-Modified"] == "Sun, 04 Jan 2032 00:00:00 GMT"
        assert (answer.headers["Accept-Ranges"], "Vary" in answer.headers) == ("bytes", False)
        head = client.head(file["url"])
        assert (head.headers["Content-Length"], head.get_data()) == (str(file["bytes"]), b"")
        again = client.get(file["url"], headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")


@pytest.mark.parametrize("record_type", ["claims", "quotes", "actors"])
def test_pages_hold_the_bytes_of_the_file(client: FlaskClient, record_type: str) -> None:
    """Who pages through a list in JSON has, record by record, the lines of the file that is served."""
    lines = client.get(f"/v1/releases/1.0.0/files/{record_type}.jsonl").get_data().splitlines()
    read = 0
    for page in walk(client, f"/v1/{record_type}?release=1.0.0&limit=90"):
        number = len(page.get_json()["data"])
        assert page.get_data().startswith(b'{"data":[%s],' % b",".join(lines[read : read + number]))
        read += number
    assert read == len(lines) > 0


def test_before_and_after_they_are_built(client: FlaskClient, url: str, folder: Path) -> None:
    """A release is readable before its files are there; they come all at once, and the tag changes with them."""
    before = client.get("/v1/releases/0.2.0")
    assert before.get_json()["files"] == []
    assert client.get("/v1/releases/0.2.0/files/claims.csv").status_code == 404
    build(url, folder, ["0.2.0"])
    after = client.get("/v1/releases/0.2.0", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert client.get(after.get_json()["files"][0]["url"]).status_code == 200


def test_an_interrupted_download_goes_on(client: FlaskClient, built: Path) -> None:
    """What broke off is asked for behind the last byte; a file that is another one is sent whole."""
    whole = (built / "1.0.0" / "claims.csv").read_bytes()
    first = client.get(CLAIMS, headers={"Range": "bytes=0-999"})
    assert (first.status_code, first.headers["Content-Range"]) == (206, f"bytes 0-999/{len(whole)}")
    rest = client.get(CLAIMS, headers={"Range": "bytes=1000-", "If-Range": first.headers["ETag"]})
    assert rest.status_code == 206
    assert first.get_data() + rest.get_data() == whole
    assert rest.headers["Repr-Digest"] == first.headers["Repr-Digest"]
    assert client.get(CLAIMS, headers={"Range": "bytes=-10"}).get_data() == whole[-10:]
    other = client.get(CLAIMS, headers={"Range": "bytes=1000-", "If-Range": '"other"'})
    assert (other.status_code, other.get_data()) == (200, whole)
    for ignored in ("bytes=0-1,5-6", "lines=1-2", "bytes=x", "bytes=9-1", "\xff"):
        assert client.get(CLAIMS, headers={"Range": ignored}).status_code == 200
    beyond = client.get(CLAIMS, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_latest(client: FlaskClient, folder: Path) -> None:
    """It leads to the newest release that has files, by a path of our own."""
    answer = client.get("/v1/releases/latest/files/claims.csv", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.headers["Location"]) == (307, CLAIMS)
    assert "immutable" not in answer.headers["Cache-Control"]
    answer = client.get("/v1/releases/latest/files/onrecord-latest.zip")
    assert answer.headers["Location"] == "/v1/releases/1.0.0/files/onrecord-1.0.0.zip"
    assert client.get("/v1/releases/latest/files/none.csv").status_code == 404
    shutil.rmtree(folder / "1.0.0")
    answer = client.get("/v1/releases/latest/files/claims.csv")
    assert answer.headers["Location"] == "/v1/releases/0.10.0/files/claims.csv"
    shutil.rmtree(folder)
    assert client.get("/v1/releases/latest/files/claims.csv").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["index.json", "..", ".", "%2e%2e", "..%2findex.json", "%2e%2e%2f0.10.0%2fclaims.csv", "claims.csv%00", ".lock"],
)
def test_nothing_but_what_the_index_lists(client: FlaskClient, folder: Path, name: str) -> None:
    """No path leads out of the folder, and no file is given that was not built."""
    (folder / "secret.txt").write_text("secret")
    (folder / "1.0.0" / "extra.txt").write_text("secret")
    for path in (f"/v1/releases/1.0.0/files/{name}", "/v1/releases/1.0.0/files/extra.txt"):
        answer = client.get(path)
        assert answer.status_code in (400, 404)
    for version in ("..", "%2e%2e", "1.0.0%2f..%2f0.10.0", "9.9.9"):
        assert client.get(f"/v1/releases/{version}/files/secret.txt").status_code in (400, 404)


def refused(client: FlaskClient, path: str = CLAIMS) -> None:
    """Fail unless a file is withdrawn, named by `/readyz`, and alone in that."""
    answer = client.get(path)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/damaged-file")
    assert answer.headers["Retry-After"]
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["withdrawn_files"]) == (200, ["1.0.0/claims.csv"])
    assert client.get("/v1/releases/1.0.0/files/quotes.csv").status_code == 200
    assert client.get("/v1/claims").status_code == 200


def test_a_file_of_another_size(client: FlaskClient, folder: Path) -> None:
    """It is noticed when it is opened; so is one that is gone, or that a link stands for."""
    path = folder / "1.0.0" / "claims.csv"
    assert client.get(CLAIMS).status_code == 200
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    refused(client)
    path.unlink()
    refused(client)
    path.symlink_to("/etc/hostname")
    refused(client)


def test_a_comparison_that_comes_too_late(client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is damaged while its contents are compared stays withdrawn, whatever was read of it before."""
    path = folder / "1.0.0" / "claims.csv"
    assert client.get(CLAIMS).status_code == 200
    shelves: Files = client.application.extensions[FILES]
    until(lambda: shelves._worker is None)
    digest = hashlib.file_digest

    def damaged_meanwhile(stream: BinaryIO, name: str) -> object:
        found = digest(stream, name)  # type: ignore[arg-type]
        monkeypatch.undo()
        path.write_bytes(path.read_bytes()[:-1])
        refused(client)
        return found

    monkeypatch.setattr(hashlib, "file_digest", damaged_meanwhile)
    shelves.compare(shelves._shelves["1.0.0"], "claims.csv")
    until(lambda: shelves._worker is None)
    assert shelves.damaged == ["1.0.0/claims.csv"]
    refused(client)


def test_a_file_with_other_contents(client: FlaskClient, folder: Path) -> None:
    """Same size and time, other bytes: the comparison after start finds it before anybody asks."""
    path = folder / "1.0.0" / "claims.csv"
    found, data = path.stat(), bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    until(lambda: client.get("/readyz").get_json()["withdrawn_files"] != [])
    refused(client)


def test_a_file_that_was_touched(client: FlaskClient, folder: Path) -> None:
    """It is withdrawn until its contents have been compared: changed ones stay away, whole ones come back."""
    path = folder / "1.0.0" / "claims.csv"
    assert client.get(CLAIMS).status_code == 200
    whole = path.read_bytes()
    path.write_bytes(whole[::-1])
    refused(client)
    path.write_bytes(whole)
    os.utime(path, (1, 1))
    assert client.get(CLAIMS).status_code == 503
    until(lambda: client.get(CLAIMS).status_code == 200)
    assert client.get("/readyz").get_json()["withdrawn_files"] == []


def test_files_that_are_built_again(client: FlaskClient, url: str, folder: Path) -> None:
    """A damaged file is mended by building the release anew, without a restart."""
    (folder / "1.0.0" / "claims.csv").write_bytes(b"")
    refused(client)
    build(url, folder, ["1.0.0"], force=True)
    assert client.get(CLAIMS).status_code == 200
    assert client.get("/readyz").get_json()["withdrawn_files"] == []


@pytest.mark.parametrize("spoil", ["{}", "nonsense", "[]", '{"files": [{"name": "../x"}]}'])
def test_an_index_that_cannot_be_read(client: FlaskClient, folder: Path, spoil: str) -> None:
    """The release is served without files."""
    (folder / "1.0.0" / "index.json").write_text(spoil)
    assert client.get("/v1/releases/1.0.0").get_json()["files"] == []
    assert client.get(CLAIMS).status_code == 404


def test_files_of_another_state(client: FlaskClient, folder: Path) -> None:
    """Releases below 1.0.0 may be cut anew; files of what they were before are not theirs."""
    index = folder / "0.10.0" / "index.json"
    index.write_text(index.read_text().replace('"sha256": "', '"sha256": "0', 1))
    assert client.get("/v1/releases/0.10.0").get_json()["files"] == []


def test_no_handle_is_left_open(client: FlaskClient) -> None:
    """Whatever is answered, the file is closed."""
    client.get(CLAIMS)
    until(lambda: client.application.extensions[FILES]._worker is None)
    handles = Path("/proc/self/fd")
    before = len(list(handles.iterdir()))
    for headers in ({}, {"Range": "bytes=5-9"}, {"Range": "bytes=99999999-"}, {"If-None-Match": "*"}):
        client.get(CLAIMS, headers=headers)
        client.head(CLAIMS, headers=headers)
    assert len(list(handles.iterdir())) <= before
