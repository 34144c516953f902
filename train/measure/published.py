"""The metric of the published system, flaws included, for columns that a reader compares with the paper.

Zhan et al., "Joint Estimation of Piano Dynamics and Metrical Structure…", arXiv 2510.18190, as its code
computes it (not as its text says). Never quote these figures as accuracy; `train.measure.metrics` has the clean ones.
What differs: levels before the first marking are mf and beat 0 is a change unless it is mf; "macro" F1 is
weighted by support; beats are compared as whole 20 ms frames, ±4 of them, pooled, without trimming; every
frame with which a recording is padded to the longest of its fold detects a change point; "downbeat" is the
third beat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.frames import FRAMES_PER_S, s_to_frames
from train.data.labels.values import LEVEL_NUMBER, UNKNOWN, BeatLabels, BeatPrediction, Floats, Ints, LevelPrediction
from train.measure.metrics import Counts, level_scores

TOLERANCE_FRAMES = 4
FILL_LEVEL = LEVEL_NUMBER["mf"]


@dataclass(frozen=True)
class PublishedScores:
    """One fold of the published metric, 0..1; the names say what each figure really is."""

    weighted_f1_mf_filled: float
    change_point_f1_with_padding_bonus: float
    beat_f1_pooled_4_frames: float
    third_beat_f1_pooled_4_frames: float


def published_scores(
    truth: Sequence[BeatLabels],
    beats: Sequence[BeatPrediction],
    levels: Sequence[LevelPrediction],
    durations_s: Sequence[float],
) -> PublishedScores:
    """All four columns for the recordings of one fold, in their order in the test list.

    `levels` are on the truth's beats; the third beat of each predicted bar is taken as the beat before the
    next predicted downbeat (`third_beats`).
    """
    thirds = [BeatPrediction(third_beats(b), np.zeros(0)) for b in beats]
    return PublishedScores(
        weighted_f1(truth, levels),
        change_points(truth, levels, durations_s).f1,
        pooled_counts([t.beats_s for t in truth], [b.beats_s for b in beats]).f1,
        pooled_counts([t.beats_s[t.beat_in_bar == 3] for t in truth], [t.beats_s for t in thirds]).f1,
    )


def filled_levels(truth: BeatLabels) -> np.ndarray:
    """Levels [n] with every unknown one set to mf, as the published labels have it."""
    return np.where(truth.levels == UNKNOWN, FILL_LEVEL, truth.levels).astype(np.int8)


def published_change_points(truth: BeatLabels) -> Ints:
    """Beats whose filled level differs from the one before, the state before beat 0 being mf."""
    before = np.concatenate([[FILL_LEVEL], filled_levels(truth)[:-1]])
    return np.flatnonzero(filled_levels(truth) != before)


def weighted_f1(truth: Sequence[BeatLabels], predicted: Sequence[LevelPrediction]) -> float:
    """Support-weighted F1 at all truth beats, pooled; an unanswered beat costs recall only."""
    return level_scores([filled_levels(t) for t in truth], [p.levels for p in predicted]).weighted_f1


def pooled_counts(truth_s: Sequence[Floats], predicted_s: Sequence[Floats]) -> Counts:
    """Hits of events rounded to frames, ±4 frames, first free candidate in time order, pooled."""
    counts = Counts(0, 0, 0)
    for truth, predicted in zip(truth_s, predicted_s, strict=True):
        counts += _frame_counts(s_to_frames(truth), s_to_frames(predicted))
    return counts


def third_beats(predicted: BeatPrediction) -> Floats:
    """Times of the predicted beats that come right before a predicted downbeat.

    In triple time these are the third beats, which the published labels call downbeats.
    """
    before = np.searchsorted(predicted.beats_s, predicted.downbeats_s - 1e-6) - 1
    return predicted.beats_s[np.unique(before[before >= 0])]


def change_points(
    truth: Sequence[BeatLabels], predicted: Sequence[LevelPrediction], durations_s: Sequence[float]
) -> Counts:
    """Change points with the padding bonus, for the recordings of one fold in their order in the test list.

    All recordings are padded to the longest and joined; each padding frame is a detection, and every
    detection goes to the nearest beat of the joined sequence: the last beat of its own recording or the
    first of the next.
    """
    n_frames = [round(d * FRAMES_PER_S) + 1 for d in durations_s]
    longest = max(n_frames, default=0)
    frames = [i * longest + s_to_frames(t.beats_s) for i, t in enumerate(truth)]
    joined = np.concatenate([*frames, np.zeros(0, np.int64)])
    offsets = np.cumsum([0, *(t.n_beats for t in truth)])
    hit = np.zeros(len(joined), bool)
    real = np.zeros(len(joined), bool)
    for i, (t, p) in enumerate(zip(truth, predicted, strict=True)):
        hit[offsets[i] + p.change_points] = True
        real[offsets[i] + published_change_points(t)] = True
        # No beat lies between the first and the last padding frame, so these two decide for all of them.
        if n_frames[i] < longest:
            edges = np.array([i * longest + n_frames[i], (i + 1) * longest - 1])
            hit[[int(np.argmin(np.abs(joined - edge))) for edge in edges]] = True
    return Counts(int((hit & real).sum()), int((hit & ~real).sum()), int((real & ~hit).sum()))


def _frame_counts(truth: Ints, predicted: Ints) -> Counts:
    used = np.zeros(len(predicted), bool)
    hits = start = 0
    for frame in truth:
        while start < len(predicted) and predicted[start] < frame - TOLERANCE_FRAMES:
            start += 1
        j = start
        while j < len(predicted) and predicted[j] <= frame + TOLERANCE_FRAMES:
            if not used[j]:
                used[j] = True
                hits += 1
                break
            j += 1
    return Counts(hits, len(predicted) - hits, len(truth) - hits)
