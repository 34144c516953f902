"""Bars over beats: a bar-pointer hidden Markov model whose time axis is the beats, not the frames.

States are positions in bars of 2, 3 and 4 beats (and 6 where asked for). The pointer moves on by one at every beat,
may change the metre at a bar line and may break a bar off at a cost, so that a beat too many or too few costs one
bar and not the rest. After Krebs, Böck and Widmer, "An efficient state-space model for joint tempo and meter tracking"
(ISMIR 2015), without its tempo states: rubato is dealt with where the beats are found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.decode.options import DecodeOptions
from runtime.decode.probability import probability

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

METRE_SHARES = {2: 0.3, 3: 0.35, 4: 0.35}
_NEAR_FRAMES = 2
_RULED_OUT = -60.0


@dataclass(frozen=True)
class BarGrid:
    """Per beat [n]: `bar` (from 1; 0 before the first downbeat), `position` (1 is the downbeat), `beats_per_bar`,
    and the posterior probability of the position."""

    bar: Ints
    position: Ints
    beats_per_bar: Ints
    confidence: Floats


def downbeat_probability(logits: npt.NDArray[np.floating], beat_frames: Floats, options: DecodeOptions) -> Floats:
    """P(downbeat) of each beat: the largest within ±2 frames of it."""
    p = probability(logits, options.downbeat_scale, options.downbeat_offset)
    nearest = np.rint(beat_frames).astype(np.int64)[:, None] + np.arange(-_NEAR_FRAMES, _NEAR_FRAMES + 1)
    return np.asarray(p[np.clip(nearest, 0, len(p) - 1)].max(axis=1))


@dataclass(frozen=True)
class BarStates:
    """Metre and position of every state, the log weight of starting in it, and of moving `[from, to]`."""

    metre: Ints
    position: Ints
    start: Floats
    moves: Floats

    @staticmethod
    def of(options: DecodeOptions, beats_per_bar: int | None = None) -> BarStates:
        """The states of all metres, or of the one that is known."""
        six_beat_share = options.six_beat_share
        shares = METRE_SHARES | ({6: six_beat_share} if six_beat_share > 0 else {})
        if beats_per_bar is not None:
            shares = {beats_per_bar: 1.0}
        metres = tuple(shares)
        prior = np.log(list(shares.values()))
        metre = np.concatenate([np.full(m, m) for m in metres])
        position = np.concatenate([np.arange(1, m + 1) for m in metres])
        start = np.repeat(prior - np.log(metres), metres)
        return BarStates(metre, position, start, _moves(metre, position, options))


def find_bars(
    p_downbeat: Floats,
    options: DecodeOptions,
    beats_per_bar: int | None = None,
    known_position: Ints | None = None,
) -> BarGrid:
    """The most probable bars over beats with these downbeat probabilities [n].

    `beats_per_bar` fixes the metre; `known_position` [n] says which beats are known to be at which position of
    their bar (0: not known).
    """
    n = len(p_downbeat)
    if n == 0:
        empty = np.empty(0, np.int64)
        return BarGrid(empty, empty, empty, np.empty(0))
    states = BarStates.of(options, beats_per_bar)
    evidence = bar_evidence(p_downbeat, states, known_position)
    path = _viterbi(evidence, states.start, states.moves)
    posterior = _posterior(evidence, states.start, states.moves)
    position = states.position[path]
    return BarGrid(
        bar=np.cumsum(position == 1),
        position=position,
        beats_per_bar=states.metre[path],
        confidence=posterior[np.arange(n), path],
    )


def bar_evidence(p_downbeat: Floats, states: BarStates, known_position: Ints | None = None) -> Floats:
    """Log-likelihood of each beat [n] in each state, shape (n, states), given positions that are known (0: not)."""
    p = np.clip(p_downbeat, 1e-4, 1 - 1e-4)
    evidence = np.where((states.position == 1)[None, :], np.log(p)[:, None], np.log(1 - p)[:, None])
    if known_position is None:
        return evidence
    wrong = (known_position[:, None] > 0) & (known_position[:, None] != states.position[None])
    return np.where(wrong, _RULED_OUT, evidence)


def _moves(metre: Ints, position: Ints, options: DecodeOptions) -> Floats:
    """Log weights [from, to] of moving on, changing metre at the bar line and breaking a bar off."""
    n = len(metre)
    moves = np.full((n, n), -np.inf)
    for a in range(n):
        ends_bar = position[a] == metre[a]
        for b in range(n):
            same_metre = metre[a] == metre[b]
            if same_metre and position[b] == position[a] % metre[a] + 1:
                moves[a, b] = 0.0
            elif position[b] == 1:
                cost = 0.0 if ends_bar else options.bar_break_cost
                moves[a, b] = -cost - (0.0 if same_metre else options.metre_change_cost)
            elif same_metre and position[b] == position[a]:
                moves[a, b] = -options.bar_break_cost
    return moves


def _viterbi(evidence: Floats, start: Floats, moves: Floats) -> Ints:
    n, n_states = evidence.shape
    score = start + evidence[0]
    back = np.empty((n, n_states), np.int64)
    for i in range(1, n):
        through = score[:, None] + moves
        back[i] = through.argmax(axis=0)
        score = through[back[i], np.arange(n_states)] + evidence[i]
    states = np.empty(n, np.int64)
    states[-1] = score.argmax()
    for i in range(n - 1, 0, -1):
        states[i - 1] = back[i, states[i]]
    return states


def _posterior(evidence: Floats, start: Floats, moves: Floats) -> Floats:
    """Forward-backward in the linear domain, normalised per beat: [n, states], rows sum to 1."""
    n = len(evidence)
    emit = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    step = np.exp(moves)
    forward, backward = np.empty_like(emit), np.empty_like(emit)
    forward[0] = np.exp(start) * emit[0]
    forward[0] /= forward[0].sum()
    for i in range(1, n):
        forward[i] = (forward[i - 1] @ step) * emit[i]
        forward[i] /= forward[i].sum()
    backward[-1] = 1.0
    for i in range(n - 1, 0, -1):
        backward[i - 1] = step @ (emit[i] * backward[i])
        backward[i - 1] /= backward[i - 1].sum()
    both = forward * backward
    return np.asarray(both / both.sum(axis=1, keepdims=True))
