"""Archives and folders as strangers give them: hostile members, sizes, damage and litter."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from dataset.importing import limits, members, streams
from dataset.importing.run import Options, load
from dataset.problems import Problems
from tests.importing.support import (
    rehearse,
    zipped,
)

#: Left out by `make test-fast`: it writes databases, files or the whole of the records time and again.
pytestmark = pytest.mark.slow


def archive(path: Path, entries: dict[str, bytes], **members: int) -> Path:
    """A zip with entries of any name, and with attributes that no honest program gives them."""
    with zipfile.ZipFile(path, "w") as target:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            for member, value in members.items():
                setattr(info, member, value)
            target.writestr(info, data)
    return path


@pytest.mark.parametrize("name", ["../claims.csv", "/claims.csv", "a/../../b.csv", "C:/claims.csv", "..\\claims.csv"])
def test_paths_in_archives(url: str, tmp_path: Path, name: str) -> None:
    """An archive with a path that leads out of it is refused as a whole."""
    with pytest.raises(Problems, match="leads out of the archive"):
        load(archive(tmp_path / "bad.zip", {"dataset.jsonl": b"", name: b""}), url, Options())


def test_links_and_secrets_in_archives(url: str, small: Path, tmp_path: Path) -> None:
    """Links, encrypted files and two files of one name."""
    link = archive(tmp_path / "link.zip", {"claims.csv": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(Problems, match="a link"):
        load(link, url, Options())
    secret = zipped(small)
    data = bytearray(secret.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    secret.write_bytes(data)
    with pytest.raises(Problems, match="encrypted"):
        load(secret, url, Options())
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as twice:
        twice.writestr("claims.jsonl", "")
        with pytest.warns(UserWarning, match="Duplicate name"):
            twice.writestr("claims.jsonl", "")
    with pytest.raises(Problems, match="two files of one name"):
        load(tmp_path / "twice.zip", url, Options())


def test_links_in_folders(url: str, small: Path) -> None:
    """A folder holds files, nothing else."""
    (small / "claims.csv").symlink_to("/etc/passwd")
    with pytest.raises(Problems, match="a link"):
        load(small, url, Options())
    (small / "claims.csv").unlink()
    os.mkfifo(small / "quotes.csv")
    with pytest.raises(Problems, match="no ordinary file"):
        load(small, url, Options())


def test_bombs(url: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A little that unpacks to a lot is given up early, in an archive and in gzip; nothing is loaded."""
    monkeypatch.setattr(limits, "RATIO_FROM", 1 << 20)
    bomb = b" " * (64 << 20)
    (small / "topics.jsonl").unlink()
    (small / "topics.jsonl.gz").write_bytes(gzip.compress(bomb))
    read: list[int] = []
    monkeypatch.setattr(streams.Budget, "spend", lambda _budget, size: read.append(size))
    for path in (small, zipped(small)):
        outcome = load(path, url, Options(keep_going=True))
        assert outcome.result == "rejected"
        assert any("more than 200 times its size" in one.message for one in outcome.first)
    (small / "topics.jsonl.gz").unlink()
    (small / "topics.jsonl").write_bytes(bomb)
    outcome = load(zipped(small), url, Options(keep_going=True))
    assert any("more than 200 times its size" in one.message for one in outcome.first)
    assert sum(read) < 24 << 20  # of 192


def test_sizes(url: str, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many files, too long a table of contents, too many bytes."""
    path = archive(tmp_path / "many.zip", {f"f{number}": b"" for number in range(1001)})
    with pytest.raises(Problems, match="too many files"):
        load(path, url, Options())
    monkeypatch.setattr(limits, "CONTENTS", 1000)
    with pytest.raises(Problems, match="table of contents is too large"):
        load(path, url, Options())
    monkeypatch.setattr(limits, "MEMBER_BYTES", 100)
    outcome = load(small, url, Options(keep_going=True))
    assert any("more than 100 bytes" in one.message for one in outcome.first)
    monkeypatch.setattr(limits, "MEMBER_BYTES", 1 << 30)
    monkeypatch.setattr(limits, "TOTAL_BYTES", 500)
    outcome = load(small, url, Options(keep_going=True))
    assert any("more than 500 bytes" in one.message for one in outcome.first)


def test_damage(url: str, small: Path) -> None:
    """A file that ends early or is changed on the way is told; nothing is loaded, whatever was asked for."""
    packed = gzip.compress((small / "claims.jsonl").read_bytes())
    (small / "claims.jsonl").unlink()
    for damaged in (packed[:-9], b"no gzip at all", packed[:20] + b"\0\0\0\0" + packed[24:]):
        (small / "claims.jsonl.gz").write_bytes(damaged)
        outcome = load(small, url, Options(keep_going=True))
        assert outcome.result == "rejected"
        assert any("the file is damaged" in one.message for one in outcome.first)
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w") as target:
        target.writestr("dataset.jsonl", '{"id": "harbour-talks", "title": "The harbour talks"}\n')
    path = small.with_suffix(".zip")
    path.write_bytes(good.getvalue().replace(b"talks", b"tales"))
    outcome = load(path, url, Options(keep_going=True))
    assert any("the file is damaged" in one.message for one in outcome.first)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, b"x" * 5000])
def test_no_archive(url: str, tmp_path: Path, data: bytes) -> None:
    """What is no zip is told as such; so is what is not there."""
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(Problems, match=r"not a zip|too large"):
        load(tmp_path / "x.zip", url, Options())
    with pytest.raises(Problems, match="no such folder"):
        load(tmp_path / "y.zip", url, Options())


def test_litter_is_left_alone(url: str, small: Path) -> None:
    """What programs leave in folders and archives is no file of the package."""
    (small / ".DS_Store").write_text("x")
    (small / "__MACOSX").mkdir()
    assert rehearse(small, url)[0].result == "rehearsed"
    (small / "__MACOSX").rmdir()
    path = zipped(small, inside="talks/")
    with zipfile.ZipFile(path, "a") as target:
        target.writestr("__MACOSX/talks/._claims.jsonl", "x")
    assert rehearse(path, url)[0].result == "rehearsed"


def test_nothing_is_unpacked(url: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive is read where it lies."""
    path = zipped(small)
    before = set(small.parent.iterdir())
    monkeypatch.setattr(zipfile.ZipFile, "extract", None)
    monkeypatch.setattr(zipfile.ZipFile, "extractall", None)
    assert load(path, url, Options()).result == "loaded"
    assert set(small.parent.iterdir()) == before
    assert members.opened is not None
