"""Change points of the loudness curve."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.baseline_changes import changes_s
from train.measure.baselines import segment


def test_steps_in_loudness_are_found_within_a_step_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    curve = np.repeat([5.0, 20.0, 8.0], [1000, 1500, 1000]) + rng.standard_normal(3500)
    assert np.allclose(changes_s(curve, 16.0), [20.0, 50.0], atol=0.13)


@pytest.mark.parametrize("n_frames", [0, 1, 150])
def test_a_curve_too_short_or_flat_has_no_change(n_frames: int) -> None:
    assert changes_s(np.ones(n_frames), 8.0).size == 0
    assert changes_s(np.ones(3000), 8.0).size == 0


@pytest.mark.parametrize("penalty", [2.0, 8.0, 30.0])
def test_the_segments_are_those_of_pelt(penalty: float) -> None:
    ruptures = pytest.importorskip("ruptures", reason="ruptures is not installed")
    rng = np.random.default_rng(1)
    values = np.repeat(rng.standard_normal(12) * 2, 15) + 0.7 * rng.standard_normal(180)
    theirs = ruptures.Pelt(model="l2", min_size=8, jump=1).fit(values).predict(pen=penalty)[:-1]
    assert segment(values, penalty, 8).tolist() == theirs
