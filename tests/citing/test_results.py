"""The figures of a result: those of a whole type stand in the manifest, and follow what was taken out of a release."""

from __future__ import annotations

from dataset.citing.results import Figures, whole


def test_a_whole_type() -> None:
    """What is left counts, where records are gone."""
    manifest = {"counts": {"claims": 3, "quotes": 2}, "types": {"claims": "a" * 64, "quotes": "b" * 64}}
    assert whole(manifest, "claims") == Figures(3, "a" * 64)
    left = {**manifest, "redacted": {"counts": {"quotes": 1}, "types": {"quotes": "c" * 64}}}
    assert whole(left, "claims") == Figures(3, "a" * 64)
    assert whole(left, "quotes") == Figures(1, "c" * 64)
