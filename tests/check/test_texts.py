"""Every anchor against the captured texts, for those who have them: `ONRECORD_TEXTS` names the folder."""

import os
from pathlib import Path

from tests.check.support import BIN, environment, run, skip


def test_every_anchor_is_in_its_text() -> None:
    """`onrecord check` finds no mistake in the records and misses no text."""
    texts = os.environ.get("ONRECORD_TEXTS")
    if not texts:
        skip("the folder of texts (ONRECORD_TEXTS)", preventable=False)
    run([BIN / "onrecord", "check"], env=environment(ONRECORD_TEXTS=str(Path(texts).resolve())))
