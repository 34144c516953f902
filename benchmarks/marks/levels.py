"""Levels and change points on beats that were found, on the beats of an aligned score and on the true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.marks.cases import Case
from runtime.decode import DecodeOptions
from runtime.marks.annotate import TASTES
from train.data.labels.values import BeatPrediction, LevelPrediction, prediction_of
from train.frames.predict import levels_at
from train.measure.metrics import (
    beat_scores,
    change_point_counts_own_beats,
    downbeat_scores,
    dynamics_scores_own_beats,
)

COLUMNS = ("beat F", "downbeat F", "dynamics macro-F1", "within one level", "change-point F1", "±1 beat", "±3 beats")
_BAR_BEATS = 3


def on_own_beats(case: Case) -> tuple[BeatPrediction, LevelPrediction]:
    """What a user without a score gets."""
    return prediction_of(case.analysis)


def on_score_beats(case: Case, change_ease: float = 0.0) -> tuple[BeatPrediction, LevelPrediction]:
    """Levels decoded on the written beats at the times of the alignment, with the bars of the score."""
    beats = case.alignment.beats(case.blank)
    times_s = np.array([b.time_s for b in beats])
    keep = np.diff(times_s, prepend=-np.inf) > 0
    position = np.array([b.position for b in beats])[keep]
    level = case.in_score(change_ease).level[keep]
    return BeatPrediction(times_s[keep], times_s[keep][position == 1]), LevelPrediction((level + 1).astype(np.int8))


def as_written(case: Case) -> tuple[BeatPrediction, LevelPrediction]:
    """The same with a change as cheap as it is in the default density."""
    return on_score_beats(case, TASTES["normal"].change_ease)


def on_true_beats(case: Case) -> tuple[BeatPrediction, LevelPrediction]:
    """The best that beats could do."""
    truth = case.heard.truth
    levels = levels_at(case.heard, DecodeOptions.of(case.model.card.thresholds), case.model.levels)
    return BeatPrediction(truth.beats_s, truth.downbeats_s), levels


WAYS = {
    "own beats (no score)": on_own_beats,
    "beats of the score, aligned": on_score_beats,
    "the same, changes as cheap as in density normal": as_written,
    "true beats": on_true_beats,
}


def level_table(group: Sequence[Case]) -> str:
    """Markdown: the own-beats protocol of `train.measure.metrics` for each kind of beats."""
    known = [c for c in group if (c.heard.truth.levels > 0).any()]
    truth = [c.heard.truth for c in known]
    lines = ["| levels decoded on | " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for name, way in WAYS.items():
        beats, levels = zip(*(way(c) for c in known), strict=True)
        dynamics = dynamics_scores_own_beats(truth, beats, levels)
        figures = [
            beat_scores(truth, beats).f_measure, downbeat_scores(truth, beats).f_measure,
            dynamics.macro_f1, dynamics.within_one,
            *(change_point_counts_own_beats(truth, beats, levels, k).f1 for k in (0, 1, _BAR_BEATS)),
        ]  # fmt: skip
        lines.append(f"| {name} | " + " | ".join(f"{x:.3f}" for x in figures) + " |")
    return "\n".join(lines)
