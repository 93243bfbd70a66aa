"""All settings, read once from the environment; nothing else reads it and nothing changes them afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple

#: A number of proxies, or the networks that they are in.
Proxies = int | tuple[IPv4Network | IPv6Network, ...]

PACKAGE = Path(__file__).resolve().parent


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; a line and a comment each."""

    # ONRECORD_DATABASE_URL: address of the database; `sqlite:///` paths are relative to the working directory.
    database_url: str
    # ONRECORD_READ_DATABASE_URL: addresses of its replicas, with commas or spaces between, which are read in its stead.
    read_database_urls: tuple[str, ...]
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
    # ONRECORD_EXPORT_ROWS: records that one export may have.
    export_rows: int
    # ONRECORD_EXPORT_BYTES: bytes that one export may have, before it is compressed.
    export_bytes: int
    # ONRECORD_WORKERS: processes that `python wsgi.py` serves with.
    workers: int
    # ONRECORD_THREADS: requests that one of them works on at once, beside those that are quick.
    threads: int
    # ONRECORD_RATE_LIMIT: requests that a client may send in so many seconds (`100/60`); None: any number.
    rate_limit: Rate | None
    # ONRECORD_RATE_STORE: where requests are counted (`redis://…`); more than one worker must share one.
    rate_store: str
    # ONRECORD_TRUSTED_PROXIES: how many proxies stand in front, or their networks; no other is believed.
    trusted_proxies: Proxies
    # ONRECORD_METRICS: host and port where `python wsgi.py` answers with metrics; None: nowhere.
    metrics: tuple[str, int] | None
    # PROMETHEUS_MULTIPROC_DIR: folder in which workers count; `python wsgi.py` makes one where there are metrics.
    metrics_folder: str | None
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
        read_database_urls=tuple(get("ONRECORD_READ_DATABASE_URL", "").replace(",", " ").split()),
        records=Path(get("ONRECORD_RECORDS", str(PACKAGE / "records"))),
        releases=Path(get("ONRECORD_RELEASES", str(PACKAGE / "releases"))),
        texts=Path(texts) if texts else None,
        files=Path(get("ONRECORD_FILES", "var/files")),
        budget_steps=number("ONRECORD_BUDGET_STEPS", 50_000_000, 0, 10**12),
        budget_ms=number("ONRECORD_BUDGET_MS", 5_000, 0, 3_600_000),
        export_rows=number("ONRECORD_EXPORT_ROWS", 100_000, 1, 10**9),
        export_bytes=number("ONRECORD_EXPORT_BYTES", 256 * 1024 * 1024, 1, 10**12),
        workers=number("ONRECORD_WORKERS", 1, 1, 256),
        threads=number("ONRECORD_THREADS", 4, 1, 64),
        rate_limit=_rate("ONRECORD_RATE_LIMIT", get("ONRECORD_RATE_LIMIT", "")),
        rate_store=get("ONRECORD_RATE_STORE", "memory://"),
        trusted_proxies=_proxies("ONRECORD_TRUSTED_PROXIES", get("ONRECORD_TRUSTED_PROXIES", "0")),
        metrics=_place("ONRECORD_METRICS", get("ONRECORD_METRICS", "")),
        metrics_folder=environ.get("PROMETHEUS_MULTIPROC_DIR") or None,
        host=get("HOST", "127.0.0.1"),
        port=number("PORT", 8000, 1, 65535),
    )


def _rate(name: str, text: str) -> Rate | None:
    if not text:
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}/[1-9][0-9]{0,5}", text):
        raise ValueError(f"{name}: found {text!r}; allowed: requests/seconds, such as 100/60")
    requests, seconds = text.split("/")
    return Rate(int(requests), int(seconds))


def _proxies(name: str, text: str) -> Proxies:
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text)
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError as reason:
        allowed = "how many proxies stand in front, or their networks, such as 10.0.0.0/8,::1"
        raise ValueError(f"{name}: found {text!r} ({reason}); allowed: {allowed}") from None


def _place(name: str, text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not (host and re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536):
        raise ValueError(f"{name}: found {text!r}; allowed: host:port, such as 127.0.0.1:9464")
    return host.strip("[]"), int(port)
