"""The simple rules do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from train.data.labels.values import BeatLabels, carry_forward
from train.measure.baselines import (
    Recording,
    class_shares,
    constant_rule,
    mean_of_folds,
    metronome,
    quantile_levels,
    quantile_rule,
    segment,
    segment_rule,
)


def recording(loudness: np.ndarray, marks: list[tuple[int, int]]) -> Recording:
    n = len(loudness)
    return Recording("M06-1", BeatLabels(np.arange(n) * 0.5, np.arange(n) % 3 + 1, carry_forward(n, marks)), loudness)


STEPS = np.repeat([1.0, 3.0, 2.0], [20, 15, 25])


def test_segments_start_where_the_level_steps() -> None:
    noisy = STEPS + np.random.default_rng(0).normal(0, 0.1, 60)
    assert segment(noisy, 2.0).tolist() == [20, 35]


def test_a_high_penalty_gives_no_change_and_segments_are_never_too_short() -> None:
    assert len(segment(STEPS, 1e6)) == 0
    starts = segment(np.random.default_rng(1).normal(0, 1, 100), 0.01, shortest=6)
    assert np.diff([0, *starts, 100]).min() >= 6


def test_the_segmentation_is_the_optimum_of_all_splits() -> None:
    values = np.random.default_rng(2).normal(0, 1, 14) + np.repeat([0, 2], 7)

    def cost(starts: list[int]) -> float:
        parts = np.split(values, starts)
        return sum(float(((p - p.mean()) ** 2).sum()) for p in parts) + 1.5 * len(starts)

    splits = [[]] + [[a] for a in range(3, 12)] + [[a, b] for a in range(3, 12) for b in range(a + 3, 12)]
    splits += [[3, 6, 9], [3, 6, 10], [3, 6, 11], [3, 7, 10], [3, 7, 11], [3, 8, 11], [4, 7, 10], [4, 7, 11],
               [4, 8, 11], [5, 8, 11]]  # fmt: skip
    assert cost(segment(values, 1.5, shortest=3).tolist()) == pytest.approx(min(cost(s) for s in splits))


def test_levels_by_rank_have_the_shares_asked_for() -> None:
    levels = quantile_levels(np.arange(100.0)[::-1], np.array([0.1, 0.5, 0.05, 0.3, 0.05]))
    assert np.bincount(levels, minlength=6)[1:].tolist() == [10, 50, 5, 30, 5]
    assert levels[0] == 5 and levels[-1] == 1


def test_rules_know_only_shares_and_loudness() -> None:
    r = recording(STEPS, [(10, 2), (20, 4), (35, 3)])
    shares = class_shares([r])
    assert shares.tolist() == pytest.approx([0, 0.2, 0.5, 0.3, 0])
    assert set(constant_rule(shares)(r).levels.tolist()) == {3}
    predicted = segment_rule(shares, 2.0)(r)
    assert predicted.change_points.tolist() == [20, 35]
    assert predicted.levels[25] == 4 and predicted.levels[5] == 2
    assert quantile_rule(shares)(r).levels[27] == 4


def test_a_metronome_clicks_to_the_end() -> None:
    clicks = metronome(recording(STEPS, []).labels, 0.6)
    assert clicks.beats_s[0] == 0.0 and clicks.beats_s[-1] > 29.5
    assert np.array_equal(clicks.downbeats_s, clicks.beats_s[::3])


def test_folds_are_averaged_figure_by_figure() -> None:
    assert mean_of_folds([{"a": {"f": 10.0}}, {"a": {"f": 20.06}}]) == {"a": {"f": 15.0}}
