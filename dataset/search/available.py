"""Whether this Python's SQLite can search: FTS5 is a part that a build may leave out, so it is tried, not looked up."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Final

#: What search needs: a table without contents of its own, whose words are parted at spaces.
NEEDED: Final = "CREATE VIRTUAL TABLE tried USING fts5(words, content='', columnsize=0, prefix='3', tokenize='ascii')"


@cache
def lacking() -> str | None:
    """What keeps SQLite from searching, in a sentence for an operator; None where it can."""
    driver = sqlite3.connect(":memory:")
    try:
        driver.execute(NEEDED)
    except sqlite3.OperationalError as error:
        return (
            f"SQLite {sqlite3.sqlite_version} of this Python has no full-text index ({error}): "
            "install a Python whose SQLite is built with FTS5, or use PostgreSQL"
        )
    finally:
        driver.close()
    return None
