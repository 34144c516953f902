"""The accuracy protocols of the project: what every number in `docs/accuracy.md` means.

*Beats, downbeats*: mir_eval F-measure (±70 ms) after trimming the first 5 s of truth and prediction, mean
over recordings; CMLt and AMLt beside it. Downbeat is beat 1 of the bar.
*Dynamics*: F1 over pp, p, mf, f, ff at beats, pooled over recordings. *Change points*: beat indices, beat 0
excluded, exact beat, F1 pooled. Both come in two protocols:

- ground-truth beats: the prediction lives on the truth's beats;
- own beats: the prediction lives on the predicted beats, which `match_beats` pairs with the truth.

Truth beats of unknown level are masked in every count. The published metric with its flaws is in
`train.measure.published`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import mir_eval
import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS
from train.data.errors import DataError
from train.data.labels.values import N_LEVELS, UNKNOWN, BeatLabels, BeatPrediction, Floats, Ints, LevelPrediction

TOLERANCE_S = 0.070
TRIM_S = 5.0


@dataclass(frozen=True)
class Counts:
    """Hits, false alarms and misses, pooled."""

    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        """TP / (TP + FP), 0 when nothing was predicted."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """TP / (TP + FN), 0 when nothing was there."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN), 0 when nothing was there nor predicted."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)


@dataclass(frozen=True)
class TrackScores:
    """Mean over recordings of one kind of event (beats or downbeats), 0..1."""

    f_measure: float
    cmlt: float
    amlt: float
    n_recordings: int
    n_skipped: int


@dataclass(frozen=True, eq=False)
class DynamicsScores:
    """Pooled level scores, 0..1; `confusion` [5, 6] counts truth pp..ff × predicted pp..ff, no answer.

    `macro_f1` is the mean F1 of the levels that occur in the truth; `weighted_f1` the mean weighted by their
    number of truth beats (the paper calls this one "macro"); `within_one` the share of known truth beats
    whose prediction is at most one level away. A truth beat without an answer is a miss in all of them.
    """

    macro_f1: float
    weighted_f1: float
    accuracy: float
    within_one: float
    f1_per_level: dict[str, float]
    support: dict[str, int]
    confusion: Ints


def beat_scores(truth: Sequence[BeatLabels], predicted: Sequence[BeatPrediction]) -> TrackScores:
    """Beat scores of recordings in the same order (protocol of the module's docstring).

    A recording whose truth has no beat after the first 5 s is skipped and counted in `n_skipped`.
    """
    _same_length(truth, predicted)
    pairs = zip(truth, predicted, strict=True)
    return _mean_track((t.beats_s, p.beats_s) for t, p in pairs)


def downbeat_scores(truth: Sequence[BeatLabels], predicted: Sequence[BeatPrediction]) -> TrackScores:
    """As `beat_scores`, for downbeats; recordings without a downbeat in the truth are skipped."""
    _same_length(truth, predicted)
    pairs = zip(truth, predicted, strict=True)
    return _mean_track((t.downbeats_s, p.downbeats_s) for t, p in pairs)


def track_scores(truth_s: Floats, predicted_s: Floats) -> tuple[float, float, float] | None:
    """(F-measure, CMLt, AMLt) of one recording, or None when the truth has no event after the first 5 s."""
    reference = mir_eval.beat.trim_beats(np.asarray(truth_s, np.float64), TRIM_S)
    estimate = mir_eval.beat.trim_beats(np.asarray(predicted_s, np.float64), TRIM_S)
    if reference.size == 0:
        return None
    if estimate.size == 0:
        return 0.0, 0.0, 0.0
    with warnings.catch_warnings():
        # mir_eval warns for single events, for which continuity is zero by definition.
        warnings.simplefilter("ignore")
        f_measure = mir_eval.beat.f_measure(reference, estimate, f_measure_threshold=TOLERANCE_S)
        _, cmlt, _, amlt = mir_eval.beat.continuity(reference, estimate)
    return float(f_measure), float(cmlt), float(amlt)


def dynamics_scores(truth: Sequence[BeatLabels], predicted: Sequence[LevelPrediction]) -> DynamicsScores:
    """Level scores at ground-truth beats: `predicted[i].levels` has one level per beat of `truth[i]`."""
    _same_grid(truth, predicted)
    return level_scores([t.levels for t in truth], [p.levels for p in predicted])


def dynamics_scores_own_beats(
    truth: Sequence[BeatLabels], beats: Sequence[BeatPrediction], levels: Sequence[LevelPrediction]
) -> DynamicsScores:
    """Level scores at the system's own beats: what a user without a score gets.

    Predicted beats are paired with truth beats by `match_beats` (±70 ms, one to one, no trimming). A truth
    beat has the level of its partner; a truth beat without a partner has no answer, which counts as a miss
    of its level. Predicted beats without a partner stand at no truth beat and are not counted here (the beat
    F-measure beside it counts them).
    """
    _same_length(truth, beats, levels)
    answers = []
    for t, b, p in zip(truth, beats, levels, strict=True):
        _check_grid(p, len(b.beats_s))
        answer = np.zeros(t.n_beats, np.int8)
        at_truth, at_own = match_beats(t.beats_s, b.beats_s)
        answer[at_truth] = p.levels[at_own]
        answers.append(answer)
    return level_scores([t.levels for t in truth], answers)


def level_scores(truth: Sequence[npt.NDArray[np.int8]], predicted: Sequence[npt.NDArray[np.int8]]) -> DynamicsScores:
    """Scores of level arrays of equal shapes, pooled; truth 0 is masked, prediction 0 is "no answer"."""
    all_truth = np.concatenate([*truth, np.zeros(0, np.int8)]).astype(np.int64)
    all_predicted = np.concatenate([*predicted, np.zeros(0, np.int8)]).astype(np.int64)
    known = all_truth != UNKNOWN
    confusion = np.zeros((N_LEVELS, N_LEVELS + 1), np.int64)
    # Column 5 holds "no answer": -1 wraps to it.
    np.add.at(confusion, (all_truth[known] - 1, all_predicted[known] - 1), 1)
    return scores_of_confusion(confusion)


def scores_of_confusion(confusion: Ints) -> DynamicsScores:
    """`DynamicsScores` of a [5, 6] confusion matrix (rows truth, last column no answer)."""
    hits = np.diag(confusion[:, :N_LEVELS])
    support = confusion.sum(axis=1)
    denominator = support + confusion[:, :N_LEVELS].sum(axis=0)
    f1 = np.where(denominator > 0, 2 * hits / np.maximum(denominator, 1), 0.0)
    present, total = support > 0, max(int(support.sum()), 1)
    distance = np.abs(np.subtract.outer(np.arange(N_LEVELS), np.arange(N_LEVELS)))
    near = confusion[:, :N_LEVELS][distance <= 1].sum()
    return DynamicsScores(
        macro_f1=float(f1[present].mean()) if present.any() else 0.0,
        weighted_f1=float((f1 * support).sum() / total),
        accuracy=float(hits.sum() / total),
        within_one=float(near / total),
        f1_per_level={name: float(v) for name, v in zip(LEVELS, f1, strict=True)},
        support={name: int(v) for name, v in zip(LEVELS, support, strict=True)},
        confusion=confusion,
    )


def change_point_counts(
    truth: Sequence[BeatLabels], predicted: Sequence[LevelPrediction], tolerance_beats: int = 0
) -> Counts:
    """Change points on ground-truth beats, pooled.

    A beat counts when it is not beat 0 and both its level and the level before are known; truth and
    predicted change points elsewhere are dropped. With `tolerance_beats` = 0 (the protocol) the beat must be
    exact; else pairs are one to one in order of time.
    """
    _same_grid(truth, predicted)
    counts = Counts(0, 0, 0)
    for t, p in zip(truth, predicted, strict=True):
        counts += _counts(_scored(t, t.change_points), _scored(t, p.change_points), tolerance_beats)
    return counts


def change_point_counts_own_beats(
    truth: Sequence[BeatLabels],
    beats: Sequence[BeatPrediction],
    levels: Sequence[LevelPrediction],
    tolerance_beats: int = 0,
) -> Counts:
    """Change points on the system's own beats, pooled.

    A predicted change at a beat that `match_beats` pairs with truth beat b is a prediction at b, counted by
    the rules of `change_point_counts`. A predicted change at a beat without a partner is a false alarm,
    unless the truth beat nearest in time is one that does not count (beat 0 or an unknown level), where it
    is dropped. With a tolerance, a beat without a partner stands for the nearest truth beat.
    """
    _same_length(truth, beats, levels)
    counts = Counts(0, 0, 0)
    for t, b, p in zip(truth, beats, levels, strict=True):
        _check_grid(p, len(b.beats_s))
        if t.n_beats == 0:
            continue
        at_truth, at_own = match_beats(t.beats_s, b.beats_s)
        partner = np.full(len(b.beats_s), -1, np.int64)
        partner[at_own] = at_truth
        paired = partner[p.change_points]
        stray = _nearest(t.beats_s, b.beats_s[p.change_points[paired < 0]])
        mapped, strays = paired[paired >= 0], _scored(t, stray, unique=False)
        if tolerance_beats:
            mapped, strays = np.union1d(mapped, strays), strays[:0]
        counts += _counts(_scored(t, t.change_points), _scored(t, mapped), tolerance_beats)
        counts += Counts(0, len(strays), 0)
    return counts


CHANGE_NEAR_BEATS = 2
"""How near a change of the score must be for a change point to be right: the promise of its confidence."""


def changes_near(truth: BeatLabels, changes_s: Floats) -> npt.NDArray[np.bool_]:
    """Whether the score changes within `CHANGE_NEAR_BEATS` beats of the true beat nearest to each time [k]."""
    true = truth.change_points
    if not len(true) or not len(changes_s):
        return np.zeros(len(changes_s), bool)
    at = _nearest(truth.beats_s, np.asarray(changes_s, np.float64))
    return np.asarray(np.abs(at[:, None] - true[None]).min(axis=1) <= CHANGE_NEAR_BEATS)


def change_is_counted(truth: BeatLabels, changes_s: Floats) -> npt.NDArray[np.bool_]:
    """Whether the true beat nearest to each time [k] is one at which changes are scored (`counted_beats`)."""
    return counted_beats(truth)[_nearest(truth.beats_s, np.asarray(changes_s, np.float64))]


def match_beats(truth_s: Floats, predicted_s: Floats, tolerance_s: float = TOLERANCE_S) -> tuple[Ints, Ints]:
    """Indices (truth, predicted) of pairs at most `tolerance_s` apart, one to one, both increasing.

    Walks both lists in time and pairs the earliest two that are near enough, which gives the largest possible
    number of pairs. 1e-9 s is allowed for rounding.
    """
    pairs, i, j = [], 0, 0
    limit = tolerance_s + 1e-9
    while i < len(truth_s) and j < len(predicted_s):
        gap = predicted_s[j] - truth_s[i]
        if abs(gap) <= limit:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif gap < 0:
            j += 1
        else:
            i += 1
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def counted_beats(truth: BeatLabels) -> npt.NDArray[np.bool_]:
    """Mask [n] of the beats at which change points are scored: not beat 0, level known here and before."""
    known = truth.levels != UNKNOWN
    counted = np.zeros(truth.n_beats, bool)
    counted[1:] = known[1:] & known[:-1]
    return counted


def _scored(truth: BeatLabels, beats: Ints, unique: bool = True) -> Ints:
    kept = beats[counted_beats(truth)[beats]] if len(beats) else np.zeros(0, np.int64)
    return np.unique(kept) if unique else kept


def _counts(truth: Ints, predicted: Ints, tolerance_beats: int) -> Counts:
    hits = len(match_beats(truth.astype(np.float64), predicted.astype(np.float64), tolerance_beats)[0])
    return Counts(hits, len(predicted) - hits, len(truth) - hits)


def _nearest(grid: Floats, times_s: Floats) -> Ints:
    right = np.clip(np.searchsorted(grid, times_s), 1, max(len(grid) - 1, 1))
    if len(grid) < 2:
        return np.zeros(len(times_s), np.int64)
    left = right - 1
    return np.where(times_s - grid[left] <= grid[right] - times_s, left, right).astype(np.int64)


def _mean_track(pairs: Iterable[tuple[Floats, Floats]]) -> TrackScores:
    scores = [track_scores(t, p) for t, p in pairs]
    kept = np.array([s for s in scores if s is not None]).reshape(-1, 3)
    means = kept.mean(axis=0) if len(kept) else np.zeros(3)
    return TrackScores(*(float(m) for m in means), n_recordings=len(kept), n_skipped=len(scores) - len(kept))


def _same_length(*sequences: Sequence[object]) -> None:
    if len({len(s) for s in sequences}) > 1:
        raise DataError(f"lists of {[len(s) for s in sequences]} recordings cannot be compared", where="metrics")


def _same_grid(truth: Sequence[BeatLabels], predicted: Sequence[LevelPrediction]) -> None:
    _same_length(truth, predicted)
    for t, p in zip(truth, predicted, strict=True):
        _check_grid(p, t.n_beats)


def _check_grid(predicted: LevelPrediction, n_beats: int) -> None:
    if len(predicted.levels) != n_beats:
        raise DataError(f"{len(predicted.levels)} predicted levels for {n_beats} beats", where="metrics")


def calibration_error(p: Floats, right: npt.NDArray[np.bool_], n_bins: int = 10) -> float:
    """Expected calibration error: mean over bins of equal width of |mean p − share right|, weighted by count
    (Naeini et al., AAAI 2015)."""
    which = np.minimum((p * n_bins).astype(np.int64), n_bins - 1)
    gaps = [abs(float(p[which == b].mean() - right[which == b].mean())) * (which == b).mean() for b in np.unique(which)]
    return float(sum(gaps))
