"""All settings, read once from the environment; nothing else reads it and nothing changes them afterwards."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; a line and a comment each."""

    # ONRECORD_DATABASE_URL: address of the database; `sqlite:///` paths are relative to the working directory.
    database_url: str
    # ONRECORD_RECORDS: folder of the YAML records that curators edit.
    records: Path
    # ONRECORD_RELEASES: folder of the log, one folder a release.
    releases: Path
    # ONRECORD_TEXTS: folder of the captured texts; None when there is none on this machine.
    texts: Path | None
    # ONRECORD_FILES: folder of the files for download, one folder a release; `onrecord build` writes them.
    files: Path
    # HOST and PORT: where `python wsgi.py` listens.
    host: str
    port: int


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:  # noqa: TID251 - this is the place
    """Read the settings; an empty variable is the same as an absent one.

    Raises:
        ValueError: a variable holds what it cannot hold; the message names it.
    """

    def get(name: str, default: str) -> str:
        return environ.get(name) or default

    port = get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"PORT: found {port!r}; allowed: a number from 1 to 65535")
    texts = environ.get("ONRECORD_TEXTS")
    return Settings(
        database_url=get("ONRECORD_DATABASE_URL", "sqlite:///var/onrecord.sqlite"),
        records=Path(get("ONRECORD_RECORDS", str(PACKAGE / "records"))),
        releases=Path(get("ONRECORD_RELEASES", str(PACKAGE / "releases"))),
        texts=Path(texts) if texts else None,
        files=Path(get("ONRECORD_FILES", "var/files")),
        host=get("HOST", "127.0.0.1"),
        port=int(port),
    )
