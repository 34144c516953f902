"""Bars over beats: a bar-pointer hidden Markov model whose time axis is the beats, not the frames.

States are positions in bars of 2, 3 and 4 beats (and 6 where asked for). The pointer moves on by one at every beat,
may change the metre at a bar line and may break a bar off at a cost, so that a beat too many or too few costs one
bar and not the rest. After Krebs, Böck and Widmer, "An efficient state-space model for joint tempo and meter tracking"
(ISMIR 2015), without its tempo states: rubato is dealt with where the beats are found.
"""

from __future__ import annotations

from collections.abc import Collection
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
_PASSAGE_SHARE = 0.3


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
    usual: frozenset[int] = frozenset()
    """Metres that may hold where nothing is said of it."""

    @staticmethod
    def of(options: DecodeOptions, beats_per_bar: int | None = None, more: Collection[int] = ()) -> BarStates:
        """The states of all metres, or of the one that is known; and of `more` that hold in passages only."""
        six_beat_share = options.six_beat_share
        shares = METRE_SHARES | ({6: six_beat_share} if six_beat_share > 0 else {})
        if beats_per_bar is not None:
            shares = {beats_per_bar: 1.0}
        usual = frozenset(shares)
        shares = {**dict.fromkeys(more, _PASSAGE_SHARE), **shares}
        metres = tuple(shares)
        prior = np.log(list(shares.values()))
        metre = np.concatenate([np.full(m, m) for m in metres])
        position = np.concatenate([np.arange(1, m + 1) for m in metres])
        start = np.repeat(prior - np.log(metres), metres)
        return BarStates(metre, position, start, _moves(metre, position, options), usual)


@dataclass(frozen=True)
class KnownBars:
    """What is known of each beat [n]: its `position` in the bar and how many beats the bar has (0: not known), and
    whether its position says something of the bars around it too (`carries`)."""

    position: Ints
    beats_per_bar: Ints
    carries: npt.NDArray[np.bool_]

    @staticmethod
    def nothing(n: int) -> KnownBars:
        """Of n beats."""
        return KnownBars(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, bool))


def find_bars(
    p_downbeat: Floats,
    options: DecodeOptions,
    beats_per_bar: int | None = None,
    known: KnownBars | None = None,
) -> BarGrid:
    """The most probable bars over beats with these downbeat probabilities [n].

    `beats_per_bar` fixes the metre, `known` that of single beats, and their positions.
    """
    n = len(p_downbeat)
    if n == 0:
        empty = np.empty(0, np.int64)
        return BarGrid(empty, empty, empty, np.empty(0))
    known = known or KnownBars.nothing(n)
    states = BarStates.of(options, beats_per_bar, tuple(np.unique(known.beats_per_bar[known.beats_per_bar > 0])))
    evidence = bar_evidence(p_downbeat, states, known)
    path = most_probable(evidence, states.start, states.moves)
    posterior = posterior_of(evidence, states.start, states.moves)
    return grid_of(states.position[path], states.metre[path], posterior[np.arange(n), path])


def grid_of(position: Ints, beats_per_bar: Ints, confidence: Floats) -> BarGrid:
    """Bars counted from their downbeats."""
    return BarGrid(np.cumsum(position == 1), position, beats_per_bar, confidence)


def bar_evidence(p_downbeat: Floats, states: BarStates, known: KnownBars | None = None) -> Floats:
    """Log-likelihood of each beat [n] in each state, shape (n, states), given what is known of bars."""
    p = np.clip(p_downbeat, 1e-4, 1 - 1e-4)
    evidence = np.where((states.position == 1)[None, :], np.log(p)[:, None], np.log(1 - p)[:, None])
    return evidence if known is None else np.where(excluded(known, states), _RULED_OUT, evidence)


def excluded(known: KnownBars, states: BarStates) -> npt.NDArray[np.bool_]:
    """The states, shape (n, states), that what is known of each beat leaves no room for."""
    wrong_place = (known.position[:, None] > 0) & (known.position[:, None] != states.position[None])
    unusual = ~np.isin(states.metre, list(states.usual)) if states.usual else np.zeros(len(states.metre), bool)
    said = known.beats_per_bar[:, None]
    return np.asarray(wrong_place | np.where(said > 0, said != states.metre[None], unusual[None]))


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


def most_probable(evidence: Floats, start: Floats, moves: Floats) -> Ints:
    """The best path [n] through states, by their log-likelihoods [n, states], starts and moves [from, to]."""
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


def posterior_of(evidence: Floats, start: Floats, moves: Floats) -> Floats:
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
