"""Rings among references that must end: found in the stage, without holding the records.

Rows whose references all lead to rows that end are taken away, again and again; what is left lies on a ring or leads
into one. The rule itself is that of `dataset.references`: each ring is told once, at its least id.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from dataset.importing.stage import Stage

_SOUND = "src IS NOT NULL AND dst_row IS NOT NULL AND src NOT IN (SELECT row FROM rejected)"


def rings(stage: Stage, chain: str) -> Iterator[list[int]]:
    """Rings of a chain among the rows of the type that is being read: the rows in order, the one of the least id first.

    At least one of those that each row which does not end leads into.
    """
    left = _endless(stage, chain)
    done: set[int] = set()
    ids = dict(_ids(stage, left))
    for first in sorted(left, key=ids.__getitem__):
        trail: dict[int, None] = {}
        row = first
        while row not in done and row not in trail:
            trail[row] = None
            row = _next(stage, chain, row, left)
        if row in trail:
            walk = list(trail)
            ring = walk[walk.index(row) :]
            least = ring.index(min(ring, key=ids.__getitem__))
            yield ring[least:] + ring[:least]
        done |= trail.keys()


def _endless(stage: Stage, chain: str) -> set[int]:
    """The rows whose chain does not end."""
    db = stage.db
    first, last = db.execute(f"SELECT min(src), max(src) FROM edge WHERE chain = ? AND {_SOUND}", (chain,)).fetchone()  # noqa: S608 - our own words
    if first is None:
        return set()
    open_ends = array("L", bytes(array("L").itemsize * (last - first + 1)))
    for (src,) in db.execute(f"SELECT src FROM edge WHERE chain = ? AND {_SOUND}", (chain,)):  # noqa: S608 - as above
        open_ends[src - first] += 1
    ends = array(
        "L",
        (
            row
            for (row,) in db.execute("SELECT DISTINCT dst_row FROM edge WHERE chain = ? AND dst_row > 0", (chain,))
            if not (first <= row <= last and open_ends[row - first])
        ),
    )
    leading = f"SELECT src FROM edge WHERE dst_row = ? AND chain = ? AND {_SOUND}"  # noqa: S608 - as above
    while ends:
        for (src,) in db.execute(leading, (ends.pop(), chain)).fetchall():
            open_ends[src - first] -= 1
            if not open_ends[src - first]:
                ends.append(src)
    return {first + index for index, number in enumerate(open_ends) if number}


def _next(stage: Stage, chain: str, row: int, left: set[int]) -> int:
    targets = stage.db.execute("SELECT dst_row FROM edge WHERE src = ? AND chain = ?", (row, chain))
    return next(int(target) for (target,) in targets if target in left)


def _ids(stage: Stage, rows: set[int]) -> Iterator[tuple[int, str]]:
    for row in rows:
        yield row, stage.db.execute("SELECT id FROM record WHERE row = ?", (row,)).fetchone()[0]
