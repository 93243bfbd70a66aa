"""How much work a load is for the database, by exact counts: statements go by batches, and each body is read once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table

from dataset.canonical import Body, parse
from dataset.search import filling
from dataset.store import loading, preparing
from dataset.store.publishing import publish
from tests.synthetic import make_log


@pytest.mark.slow
def test_work_goes_by_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the records of a batch are as many statements; each is read once for its rows, once for its words."""
    written: list[str] = []
    read: list[str] = []
    write = loading._SQLite._write

    def counted(self: Any, table: Table, names: Sequence[str], values: Sequence[str], rows: Sequence[Any]) -> None:
        if rows:
            written.append(table.name)
        write(self, table, names, values, rows)

    def once(data: bytes | str) -> Body:
        read.append("words" if isinstance(data, str) else "rows")
        return parse(data)

    monkeypatch.setattr(loading, "BATCH", 5000)
    monkeypatch.setattr(loading._SQLite, "_write", counted)
    monkeypatch.setattr(preparing, "parse", once)
    monkeypatch.setattr(filling, "parse", once)
    found = []
    for claims in (400, 900):
        (release,) = make_log(claims=claims, releases=1)
        publish(f"sqlite:///{tmp_path / f'{claims}.sqlite'}", [release])
        number = len(release.held)
        assert number < loading.BATCH
        assert (read.count("rows"), read.count("words")) == (number, number)
        found.append(sorted(written))
        written.clear()
        read.clear()
    assert found[0] == found[1]
