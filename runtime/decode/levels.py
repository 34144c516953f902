"""Dynamic levels per beat, decoded over the whole piece so that levels and change points agree.

A hidden Markov model over pp, p, mf, f, ff: staying costs nothing, a change costs what the options say less what
the network's change logit is worth at that beat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS
from runtime.decode.options import DecodeOptions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NEAR_FRAMES = 2
_NEAR_BEATS = 2


@dataclass(frozen=True)
class LevelPath:
    """Per beat [n]: `level` 0…4 (pp…ff), its posterior probability, and the posterior probability that the level
    changes at this beat or within two beats of it."""

    level: Ints
    confidence: Floats
    change_confidence: Floats


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


def find_levels(log_p: Floats, change_logits: Floats, options: DecodeOptions) -> LevelPath:
    """The most probable level of every beat from log-probabilities [n, 5] and change logits [n]."""
    n = len(log_p)
    if n == 0:
        return LevelPath(np.empty(0, np.int64), np.empty(0), np.empty(0))
    evidence = options.level_evidence * log_p
    moves = _moves(change_logits, options)
    level = _viterbi(evidence, moves)
    posterior, change = _posteriors(evidence, moves)
    return LevelPath(level, posterior[np.arange(n), level], _within(change, _NEAR_BEATS))


def _moves(change_logits: Floats, options: DecodeOptions) -> Floats:
    """Log weights [n, from, to] of the move into each beat."""
    distance = np.abs(np.arange(len(LEVELS))[:, None] - np.arange(len(LEVELS))[None])
    jump = options.level_jump_cost * np.maximum(distance - 1, 0)
    cost = np.maximum(options.level_change_cost - options.level_change_weight * change_logits, 0.0)
    return np.where(distance > 0, -(cost[:, None, None] + jump), 0.0)


def _viterbi(evidence: Floats, moves: Floats) -> Ints:
    n, n_levels = evidence.shape
    score = evidence[0].copy()
    back = np.empty((n, n_levels), np.int64)
    for i in range(1, n):
        through = score[:, None] + moves[i]
        back[i] = through.argmax(axis=0)
        score = through[back[i], np.arange(n_levels)] + evidence[i]
    level = np.empty(n, np.int64)
    level[-1] = score.argmax()
    for i in range(n - 1, 0, -1):
        level[i - 1] = back[i, level[i]]
    return level


def _posteriors(evidence: Floats, moves: Floats) -> tuple[Floats, Floats]:
    """Posterior of each level [n, 5] and of a change into each beat [n]."""
    n = len(evidence)
    emit, step = np.exp(evidence), np.exp(moves)
    forward, backward = np.empty_like(emit), np.empty_like(emit)
    forward[0] = emit[0] / emit[0].sum()
    for i in range(1, n):
        forward[i] = (forward[i - 1] @ step[i]) * emit[i]
        forward[i] /= forward[i].sum()
    backward[-1] = 1.0
    for i in range(n - 1, 0, -1):
        backward[i - 1] = step[i] @ (emit[i] * backward[i])
        backward[i - 1] /= backward[i - 1].sum()
    both = forward * backward
    change = np.zeros(n)
    for i in range(1, n):
        joint = forward[i - 1][:, None] * step[i] * (emit[i] * backward[i])[None]
        change[i] = 1 - np.trace(joint) / joint.sum()
    return both / both.sum(axis=1, keepdims=True), change


def _within(p: Floats, reach: int) -> Floats:
    """Sum over ±reach neighbours, at most 1."""
    return np.minimum(np.convolve(p, np.ones(2 * reach + 1), "full")[reach : reach + len(p)], 1.0)
