"""Loudness of notes without playing them: stretches leave no seam, and length takes no memory but for the curve."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from runtime.piano import emulate
from runtime.piano.emulate import Spans, total_loudness
from runtime.piano.table import load_piano


def notes(n: int, length_s: float) -> Spans:
    """So many notes over that time, some of them long."""
    rng = np.random.default_rng(1)
    start_s = rng.uniform(0, length_s - 1, n)
    stop_s = np.minimum(start_s + rng.choice([0.1, 0.5, 9.0], n), length_s)
    return start_s, stop_s, rng.integers(21, 109, n), rng.integers(1, 128, n)


def test_stretches_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    played, piano = notes(80, 30.0), load_piano()
    whole = total_loudness(played, piano, 30.0)
    assert len(whole) == 1601 and whole.max() > 10 * np.median(whole[-50:])
    for frames in (1, 7, 400, 1601):
        monkeypatch.setattr(emulate, "_STRETCH_FRAMES", frames)
        np.testing.assert_allclose(total_loudness(played, piano, 30.0), whole, rtol=1e-12)


def test_an_hour_takes_hardly_more_memory_than_its_curve() -> None:
    piano, played = load_piano(), notes(2_000, 3600.0)
    tracemalloc.start()
    curve = total_loudness(played, piano, 3600.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * curve.nbytes + 20e6
