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
    # ONRECORD_BUDGET_STEPS: steps of SQLite's virtual machine that one reading may cost; 0: any number.
    budget_steps: int
    # ONRECORD_BUDGET_MS: milliseconds that one statement may take on PostgreSQL; 0: any time.
    budget_ms: int
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

    def number(name: str, default: int, least: int, most: int) -> int:
        value = get(name, str(default))
        if not (value.isascii() and value.isdigit() and len(value) < 20 and least <= int(value) <= most):
            raise ValueError(f"{name}: found {value!r}; allowed: a number from {least} to {most}")
        return int(value)

    texts = environ.get("ONRECORD_TEXTS")
    return Settings(
        database_url=get("ONRECORD_DATABASE_URL", "sqlite:///var/onrecord.sqlite"),
        records=Path(get("ONRECORD_RECORDS", str(PACKAGE / "records"))),
        releases=Path(get("ONRECORD_RELEASES", str(PACKAGE / "releases"))),
        texts=Path(texts) if texts else None,
        files=Path(get("ONRECORD_FILES", "var/files")),
        budget_steps=number("ONRECORD_BUDGET_STEPS", 50_000_000, 0, 10**12),
        budget_ms=number("ONRECORD_BUDGET_MS", 5_000, 0, 3_600_000),
        host=get("HOST", "127.0.0.1"),
        port=number("PORT", 8000, 1, 65535),
    )
