"""Work in other processes: how they are set up, which shows in nothing but the time that they take."""

from __future__ import annotations

import gc

from dataset.pool import collecting_seldom, pool


def thresholds(_piece: int) -> tuple[int, int, int]:
    """How seldom the process that is asked looks for garbage."""
    return gc.get_threshold()


def test_helpers_look_for_garbage_seldom() -> None:
    """As long as they live, and as seldom as the program that started them while it loads."""
    with collecting_seldom():
        here = gc.get_threshold()
    with pool(1) as helpers:
        found = [there for _, there in helpers(thresholds, range(3))]
    assert found == [here] * 3
    assert here != gc.get_threshold()
