"""Each protocol against its degenerate cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import MezzoforteError
from train.data.labels.values import BeatLabels, BeatPrediction, LevelPrediction, carry_forward, change_points
from train.measure import metrics
from train.measure.metrics import change_is_counted, changes_near

MARKS = [(0, 2), (12, 4), (24, 1), (40, 3), (52, 5)]


def labels(n: int = 60, marks: list[tuple[int, int]] = MARKS, ibi_s: float = 0.5) -> BeatLabels:
    position = np.arange(n) % 3 + 1
    return BeatLabels(0.3 + ibi_s * np.arange(n), position, carry_forward(n, [m for m in marks if m[0] < n]))


def beats_of(truth: BeatLabels, shift_s: float = 0.0) -> BeatPrediction:
    return BeatPrediction(truth.beats_s + shift_s, truth.downbeats_s + shift_s)


def constant(truth: BeatLabels, level: int) -> LevelPrediction:
    return LevelPrediction(np.full(truth.n_beats, level))


SILENT = BeatPrediction(np.zeros(0), np.zeros(0))


def test_perfect_beats_score_one_everywhere() -> None:
    truth = labels()
    for score in (metrics.beat_scores, metrics.downbeat_scores):
        result = score([truth], [beats_of(truth)])
        assert (result.f_measure, result.cmlt, result.amlt) == (1.0, 1.0, 1.0)
        assert (result.n_recordings, result.n_skipped) == (1, 0)


def test_silence_scores_zero_beats() -> None:
    result = metrics.beat_scores([labels()], [SILENT])
    assert (result.f_measure, result.cmlt, result.amlt, result.n_recordings) == (0.0, 0.0, 0.0, 1)


def test_beats_shifted_by_60_ms_are_right_and_by_80_ms_wrong() -> None:
    truth = labels()
    for sign in (-1, 1):
        assert metrics.beat_scores([truth], [beats_of(truth, sign * 0.060)]).f_measure == 1.0
        assert metrics.beat_scores([truth], [beats_of(truth, sign * 0.080)]).f_measure == 0.0


def test_a_metronome_on_free_tempo_scores_near_its_chance_level() -> None:
    rng = np.random.default_rng(0)
    n = 400
    beats = np.cumsum(rng.uniform(0.3, 0.9, n))
    truth = BeatLabels(beats, np.arange(n) % 3 + 1, np.zeros(n))
    metronome = BeatPrediction(np.arange(0, beats[-1], 0.6), np.zeros(0))
    # Chance: a window of 0.14 s of every 0.6 s.
    assert metrics.beat_scores([truth], [metronome]).f_measure == pytest.approx(0.14 / 0.6, abs=0.06)


def test_beats_at_double_tempo_keep_amlt_and_lose_cmlt() -> None:
    truth = labels()
    double = BeatPrediction(0.3 + 0.25 * np.arange(120), np.zeros(0))
    result = metrics.beat_scores([truth], [double])
    assert result.cmlt == 0.0
    assert result.amlt > 0.95
    assert result.f_measure == pytest.approx(2 / 3, abs=0.01)


def test_the_first_five_seconds_are_not_scored() -> None:
    truth = labels()
    late = BeatPrediction(truth.beats_s[truth.beats_s >= 5.0], truth.downbeats_s)
    assert metrics.beat_scores([truth], [late]).f_measure == 1.0
    assert metrics.beat_scores([labels(n=5)], [SILENT]).n_skipped == 1


def test_beat_scores_are_the_mean_over_recordings_not_pooled() -> None:
    long, short = labels(n=300), labels(n=30)
    result = metrics.beat_scores([long, short], [beats_of(long), SILENT])
    assert result.f_measure == pytest.approx(0.5)


def test_perfect_levels_score_one() -> None:
    truth = labels()
    result = metrics.dynamics_scores([truth], [LevelPrediction(truth.levels)])
    assert (result.macro_f1, result.weighted_f1, result.accuracy, result.within_one) == (1, 1, 1, 1)
    assert metrics.change_point_counts([truth], [LevelPrediction(truth.levels)]) == metrics.Counts(4, 0, 0)


def test_always_p_has_the_figures_of_its_share_alone() -> None:
    truth = labels(n=100, marks=[(0, 2), (60, 4), (85, 1), (90, 3), (95, 5)])
    result = metrics.dynamics_scores([truth], [constant(truth, 2)])
    f1_p = 2 * 0.6 / 1.6
    assert result.macro_f1 == pytest.approx(f1_p / 5)
    assert result.weighted_f1 == pytest.approx(0.6 * f1_p)
    assert result.accuracy == pytest.approx(0.6)
    assert result.within_one == pytest.approx(0.6 + 0.05 + 0.05)
    assert metrics.change_point_counts([truth], [constant(truth, 2)]) == metrics.Counts(0, 0, 4)


def test_no_answer_is_a_miss_and_never_a_hit() -> None:
    truth = labels()
    result = metrics.dynamics_scores([truth], [constant(truth, 0)])
    assert (result.macro_f1, result.weighted_f1, result.within_one) == (0.0, 0.0, 0.0)
    assert result.confusion[:, 5].sum() == 60


def test_unknown_levels_are_masked_in_levels_and_change_points() -> None:
    truth = labels(marks=[(20, 2), (40, 4)])
    wrong_before = truth.levels.copy()
    wrong_before[:20] = 5
    wrong_before[10] = 1
    result = metrics.dynamics_scores([truth], [LevelPrediction(wrong_before)])
    assert result.accuracy == 1.0
    assert result.confusion.sum() == 40
    assert metrics.change_point_counts([truth], [LevelPrediction(wrong_before)]) == metrics.Counts(1, 0, 0)


def test_beat_0_is_no_change_point_on_either_side() -> None:
    truth = BeatLabels(np.arange(4.0), np.ones(4), [2, 2, 4, 4], change_points=np.array([0, 2]))
    predicted = LevelPrediction([2, 2, 4, 4], change_points=np.array([0]))
    assert metrics.change_point_counts([truth], [predicted]) == metrics.Counts(0, 0, 1)


def test_a_change_one_beat_late_counts_only_with_a_tolerance() -> None:
    truth = labels()
    late = LevelPrediction(truth.levels, truth.change_points + 1)
    assert metrics.change_point_counts([truth], [late]) == metrics.Counts(0, 4, 4)
    assert metrics.change_point_counts([truth], [late], tolerance_beats=1) == metrics.Counts(4, 0, 0)


def test_change_points_are_pooled_over_recordings() -> None:
    truth = labels()
    counts = metrics.change_point_counts([truth, truth], [LevelPrediction(truth.levels), constant(truth, 2)])
    assert counts.f1 == pytest.approx(2 * 4 / (2 * 4 + 4))


def test_own_beats_equal_the_ground_truth_protocol_when_the_beats_are_perfect() -> None:
    truth, own = labels(), LevelPrediction(carry_forward(60, [(0, 2), (13, 4), (30, 1)]))
    at_truth = metrics.dynamics_scores([truth], [own])
    at_own = metrics.dynamics_scores_own_beats([truth], [beats_of(truth)], [own])
    assert np.array_equal(at_truth.confusion, at_own.confusion)
    assert metrics.change_point_counts([truth], [own]) == metrics.change_point_counts_own_beats(
        [truth], [beats_of(truth)], [own]
    )


def test_own_beats_shifted_by_60_ms_keep_everything_and_by_80_ms_lose_everything() -> None:
    truth, levels = labels(), LevelPrediction(labels().levels)
    near, far = beats_of(truth, 0.060), beats_of(truth, 0.080)
    assert metrics.dynamics_scores_own_beats([truth], [near], [levels]).macro_f1 == 1.0
    assert metrics.change_point_counts_own_beats([truth], [near], [levels]) == metrics.Counts(4, 0, 0)
    assert metrics.dynamics_scores_own_beats([truth], [far], [levels]).macro_f1 == 0.0
    assert metrics.change_point_counts_own_beats([truth], [far], [levels]) == metrics.Counts(0, 4, 4)


def test_own_beats_of_silence_miss_every_level_and_change() -> None:
    truth, nothing = labels(), LevelPrediction(np.zeros(0))
    result = metrics.dynamics_scores_own_beats([truth], [SILENT], [nothing])
    assert (result.macro_f1, int(result.confusion[:, 5].sum())) == (0.0, 60)
    counts = metrics.change_point_counts_own_beats([truth], [SILENT], [nothing])
    assert counts == metrics.Counts(0, 0, 4)


def test_own_beats_at_double_tempo_cost_no_level_but_a_stray_change_is_a_false_alarm() -> None:
    truth = labels()
    double = BeatPrediction(0.3 + 0.25 * np.arange(120), np.zeros(0))
    levels = np.repeat(truth.levels, 2)
    fine = LevelPrediction(levels)
    assert metrics.dynamics_scores_own_beats([truth], [double], [fine]).macro_f1 == 1.0
    assert metrics.change_point_counts_own_beats([truth], [double], [fine]) == metrics.Counts(4, 0, 0)
    stray = LevelPrediction(levels, np.append(fine.change_points, 115))
    assert metrics.change_point_counts_own_beats([truth], [double], [stray]) == metrics.Counts(4, 1, 0)


def test_own_changes_before_the_first_marking_are_dropped() -> None:
    truth = labels(marks=[(20, 2), (40, 4)])
    off_beat = BeatPrediction(np.sort(np.append(truth.beats_s, truth.beats_s[5] + 0.2)), np.zeros(0))
    levels = LevelPrediction(np.full(61, 2), np.array([6, 41]))
    assert metrics.change_point_counts_own_beats([truth], [off_beat], [levels]) == metrics.Counts(1, 0, 0)


@given(
    st.lists(st.floats(0, 20, allow_nan=False), max_size=30, unique=True),
    st.lists(st.floats(0, 20, allow_nan=False), max_size=30, unique=True),
)
def test_matching_is_one_to_one_in_order_within_the_window(a: list[float], b: list[float]) -> None:
    truth, predicted = np.sort(np.array(a)), np.sort(np.array(b))
    i, j = metrics.match_beats(truth, predicted)
    assert np.all(np.diff(i) > 0) and np.all(np.diff(j) > 0)
    assert np.all(np.abs(truth[i] - predicted[j]) <= 0.070 + 1e-9)


@given(st.lists(st.floats(0, 3), max_size=12, unique=True), st.lists(st.floats(0, 3), max_size=12, unique=True))
def test_matching_finds_as_many_pairs_as_mir_eval(a: list[float], b: list[float]) -> None:
    import mir_eval

    truth, predicted = np.sort(np.array(a, float)), np.sort(np.array(b, float))
    # Distances on the very edge of the window are decided by rounding.
    gaps = np.abs(np.subtract.outer(truth, predicted))
    if not np.any(np.abs(gaps - 0.07) < 1e-6):
        expected = len(mir_eval.util.match_events(truth, predicted, 0.07))
        assert len(metrics.match_beats(truth, predicted)[0]) == expected


@given(st.lists(st.integers(0, 5), max_size=40), st.lists(st.integers(0, 5), max_size=40))
def test_level_scores_agree_with_counting_by_hand(a: list[int], b: list[int]) -> None:
    n = min(len(a), len(b))
    pairs = [(t, p) for t, p in zip(a[:n], b[:n], strict=True) if t]
    result = metrics.level_scores([np.array(a[:n], np.int8)], [np.array(b[:n], np.int8)])
    f1s = []
    for level, name in enumerate(("pp", "p", "mf", "f", "ff"), start=1):
        tp = sum(t == p == level for t, p in pairs)
        wrong = sum((t == level) != (p == level) for t, p in pairs)
        f1 = 2 * tp / (2 * tp + wrong) if tp else 0.0
        assert result.f1_per_level[name] == pytest.approx(f1)
        if any(t == level for t, _ in pairs):
            f1s.append(f1)
    assert result.macro_f1 == pytest.approx(np.mean(f1s) if f1s else 0.0)


def test_change_points_from_levels_skip_the_unknown() -> None:
    assert change_points([0, 0, 2, 2, 3, 0, 3, 1]).tolist() == [4, 7]


@pytest.mark.parametrize(
    "broken",
    [
        lambda: BeatLabels([0.0, 0.0], [1, 2], [2, 2]),
        lambda: BeatLabels([0.0, np.nan], [1, 2], [2, 2]),
        lambda: BeatLabels([0.0, 1.0], [1], [2, 2]),
        lambda: BeatLabels([0.0, 1.0], [1, 2], [2, 6]),
        lambda: BeatLabels([0.0, 1.0], [1, 2], [2, 3], np.array([2])),
        lambda: BeatPrediction([1.0, 0.5], []),
        lambda: metrics.beat_scores([labels()], []),
        lambda: metrics.dynamics_scores([labels()], [LevelPrediction([2])]),
        lambda: metrics.dynamics_scores_own_beats([labels()], [SILENT], [LevelPrediction([2])]),
    ],
)
def test_labels_that_cannot_be_true_are_refused(broken) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MezzoforteError):
        broken()


def test_a_change_is_near_within_two_beats_of_the_true_one_and_not_counted_at_the_first_beat() -> None:
    truth = BeatLabels(1.0 + 0.5 * np.arange(10), 1 + np.arange(10) % 3, np.array([2] * 5 + [4] * 5, np.int8))
    times_s = truth.beats_s[[0, 2, 3, 5, 7, 8]] + 0.1
    assert changes_near(truth, times_s).tolist() == [False, False, True, True, True, False]
    assert change_is_counted(truth, times_s).tolist() == [False, True, True, True, True, True]
    still = BeatLabels(truth.beats_s, truth.beat_in_bar, np.full(10, 2, np.int8))
    assert not changes_near(still, times_s).any()
