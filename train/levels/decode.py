"""The most probable levels of a whole piece by what the second stage says: how training compares its networks.

A hidden Markov model over pp, p, mf, f, ff: staying costs nothing, a change costs what the options say less what the
network's change logit is worth at that beat, and may be a gain where the logit is high.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_OFF_PEAK = 3.0
"""Taken off the change logit where a neighbouring beat has a higher one: one change, not two in a row."""
_SHARES = np.array([0.10, 0.50, 0.04, 0.28, 0.08])
"""Rough shares of pp, p, mf, f, ff among the beats of the scores that were trained on."""


@dataclass(frozen=True)
class LevelOptions:
    """How the levels of a piece are decoded."""

    change_cost: float = -2.0
    """Cost of a change of level at a beat where the change logit is 0; below 0 a change is asked for there."""
    change_weight: float = 6.0
    """How much of the change logit is taken off that cost."""
    jump_cost: float = 0.0
    """Further cost per level beyond the first in one change."""
    evidence: float = 0.8
    """Weight of the level's log-probability per beat: neighbouring beats are far from independent."""
    balance: float = 0.0
    """How far rare levels are lifted: their log-probability grows by −balance · log(share in scores)."""


def most_probable_levels(log_p: Floats, change_logits: Floats, options: LevelOptions) -> Ints:
    """Levels [..., n] from log-probabilities [..., n, 5] and change logits [..., n]; many recordings at once."""
    lifted = log_p - options.balance * np.log(_SHARES)
    return _viterbi(options.evidence * lifted, _moves(change_logits, options))


def _moves(change_logits: Floats, options: LevelOptions) -> Floats:
    """Log weights [..., n, from, to] of the move into each beat."""
    distance = np.abs(np.arange(len(LEVELS))[:, None] - np.arange(len(LEVELS))[None])
    jump = options.jump_cost * np.maximum(distance - 1, 0)
    before, after = np.full(change_logits.shape, -np.inf), np.full(change_logits.shape, -np.inf)
    before[..., 1:], after[..., :-1] = change_logits[..., :-1], change_logits[..., 1:]
    is_peak = (change_logits >= before) & (change_logits > after)
    logits = np.where(is_peak, change_logits, change_logits - _OFF_PEAK)
    cost = options.change_cost - options.change_weight * logits
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
