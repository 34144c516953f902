"""What the network says of levels at beats, and the most probable levels of a whole piece, by which training compares.

A hidden Markov model over pp, p, mf, f, ff: staying costs nothing, a change costs what the options say less what
the network's change logit is worth at that beat, and may be a gain where the logit is high.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS
from runtime.decode.options import DecodeOptions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NEAR_FRAMES = 2
_OFF_PEAK = 3.0
"""Taken off the change logit where a neighbouring beat has a higher one: one change, not two in a row."""
_SHARES = np.array([0.10, 0.50, 0.04, 0.28, 0.08])
"""Rough shares of pp, p, mf, f, ff among the beats of the scores that were trained on."""


def beat_evidence(dynamics: npt.NDArray[np.floating], beat_frames: Floats) -> Floats:
    """Log-probabilities [n, 5] of the levels at each beat: mean over ±2 frames of the frame logits [T, 5]."""
    z = np.asarray(dynamics[_near(beat_frames, len(dynamics))], np.float64)
    return np.asarray((z - np.logaddexp.reduce(z, axis=2, keepdims=True)).mean(axis=1))


def change_evidence(change: npt.NDArray[np.floating], beat_frames: Floats) -> Floats:
    """Largest change logit [n] within ±2 frames of each beat."""
    return np.asarray(change[_near(beat_frames, len(change))].max(axis=1), np.float64)


def _near(beat_frames: Floats, n_frames: int) -> Ints:
    nearest = np.rint(beat_frames).astype(np.int64)[:, None] + np.arange(-_NEAR_FRAMES, _NEAR_FRAMES + 1)
    return np.asarray(np.clip(nearest, 0, n_frames - 1))


def most_probable_levels(log_p: Floats, change_logits: Floats, options: DecodeOptions) -> Ints:
    """Levels [..., n] from log-probabilities [..., n, 5] and change logits [..., n]; many recordings at once."""
    lifted = log_p - options.level_balance * np.log(_SHARES)
    return _viterbi(options.level_evidence * lifted, _moves(change_logits, options))


def level_logit(log_p: Floats, level: Ints) -> Floats:
    """Logit [n] of the mean probability of the level of each beat over the stretch for which it holds."""
    starts = np.flatnonzero(np.diff(level, prepend=-1))
    lengths = np.diff(np.append(starts, len(level)))
    p = np.exp(log_p[np.arange(len(level)), level])
    mean = np.repeat(np.add.reduceat(p, starts) / lengths, lengths).clip(1e-6, 1 - 1e-6)
    return np.asarray(np.log(mean / (1 - mean)))


def _moves(change_logits: Floats, options: DecodeOptions) -> Floats:
    """Log weights [..., n, from, to] of the move into each beat."""
    distance = np.abs(np.arange(len(LEVELS))[:, None] - np.arange(len(LEVELS))[None])
    jump = options.level_jump_cost * np.maximum(distance - 1, 0)
    before, after = np.full(change_logits.shape, -np.inf), np.full(change_logits.shape, -np.inf)
    before[..., 1:], after[..., :-1] = change_logits[..., :-1], change_logits[..., 1:]
    is_peak = (change_logits >= before) & (change_logits > after)
    logits = np.where(is_peak, change_logits, change_logits - _OFF_PEAK)
    cost = options.level_change_cost - options.level_change_weight * logits
    return np.where(distance > 0, -(cost[..., None, None] + jump), 0.0)


def _viterbi(evidence: Floats, moves: Floats) -> Ints:
    n = evidence.shape[-2]
    score = evidence[..., 0, :].copy()
    back = np.empty(evidence.shape, np.int64)
    for i in range(1, n):
        through = score[..., :, None] + moves[..., i, :, :]
        back[..., i, :] = through.argmax(axis=-2)
        score = through.max(axis=-2) + evidence[..., i, :]
    level = np.empty(evidence.shape[:-1], np.int64)
    level[..., -1] = score.argmax(axis=-1)
    for i in range(n - 1, 0, -1):
        level[..., i - 1] = np.take_along_axis(back[..., i, :], level[..., i, None], axis=-1)[..., 0]
    return level
