"""Hairpins in a score: beats over which loudness and the written notes together speak for a gradual change.

A logistic model per direction gives each written beat its evidence, from how loudness moves there and from what is
written: where the top line goes, how many notes are struck, metre and place in the bar. A hidden Markov chain (no
change, crescendo, diminuendo) makes spans of it; those over which the loudness does not move are dropped. A third
logistic model, of a span's mean evidence and length, says how likely an editor's hairpin is there. All numbers are
fitted by `python -m train.marks.fit_hairpins` on the hairpins of published scores and stand in
`runtime/models/hairpins.json` with what they were fitted on.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.analysis import HairpinKind
from runtime.decode.hairpins import beat_loudness_phon
from runtime.decode.probability import probability
from runtime.marks.gestures import Span
from runtime.score.table import Score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FITTED = Path(__file__).parents[1] / "models" / "hairpins.json"
KINDS: tuple[HairpinKind, HairpinKind] = ("crescendo", "diminuendo")
FEATURES = (
    "loudness_step_1", "loudness_step_2", "loudness_step_4", "loudness_step_8", "loudness", "loudness_over_4",
    "loudness_over_16", "slowing_4", "slow", "top_step_1", "top_step_2", "top_step_4", "notes_step_2", "notes_step_4",
    "notes", "bar_cos", "bar_sin", "bar_beats", "beat_length", "top_move_2", "loudness_move_2", "loudness_move_4",
)  # fmt: skip
"""Columns of `features`: steps are the mean of the next k beats less that of this and the k − 1 before, moves the same
without their sign, loudness is in units of the recording's own range."""
LEAST_MOVE_PHON = 1.0
"""Loudness has to go the way of a hairpin by about the least difference that is heard, whatever the notes say."""
_LEAST_RANGE_PHON = 3.0


@dataclass(frozen=True, eq=False)
class SwellModel:
    """The fitted numbers: per feature `mean` and `deviation` [F]; `weights` [2, F + 1] of crescendo and diminuendo, the
    last one constant; `bias` added to both; `switch_cost` of the chain; `confidence`: weights of mean evidence, log2 of
    the length in beats, and one."""

    mean: Floats
    deviation: Floats
    weights: Floats
    bias: float
    switch_cost: float
    confidence: Floats

    @staticmethod
    def of(data: dict[str, Any]) -> SwellModel:
        """From the content of `FITTED`. Raises `ValueError` when it was made for other features."""
        if tuple(data["features"]) != FEATURES:
            raise ValueError("hairpins.json was fitted to other features; run train.marks.fit_hairpins again")
        mean, deviation, weights, confidence = (
            np.array(data[k], np.float64) for k in ("mean", "deviation", "weights", "confidence")
        )
        return SwellModel(mean, deviation, weights, data["bias"], data["switch_cost"], confidence)

    def evidence(self, x: Floats) -> Floats:
        """Evidence [n, 2] for crescendo and diminuendo at each beat from features [n, F]."""
        z = (x - self.mean) / self.deviation
        return np.asarray(z @ self.weights[:, :-1].T + self.weights[:, -1])


@functools.cache
def fitted() -> SwellModel:
    """The model that is shipped."""
    return SwellModel.of(json.loads(FITTED.read_text(encoding="utf-8")))


@dataclass(frozen=True, eq=False)
class Grid:
    """Written beats as they were played [n]: place in quarters, time, beat in the bar from 1, beats and quarters per
    bar and beat."""

    at: Sequence[Fraction]
    times_s: Floats
    position: Ints
    beats_per_bar: Ints
    beat_quarters: Floats

    @property
    def goes_on(self) -> npt.NDArray[np.bool_]:
        """Whether each beat follows the one before it on the page [n]."""
        at = np.array([float(a) for a in self.at])
        return np.asarray(np.diff(at, prepend=np.inf) > 0)


@dataclass(frozen=True)
class Swell:
    """Beats `first` to `last` go one way (`kind` 0: crescendo, 1: diminuendo) with this mean evidence."""

    first: int
    last: int
    kind: int
    evidence: float


def find(score: Score, grid: Grid, ntot_sone: npt.NDArray[np.floating], hop_s: float, model: SwellModel) -> list[Span]:
    """Hairpins over written beats from the loudness curve of the recording, one value every `hop_s` seconds."""
    if len(grid.at) < 2:
        return []
    evidence = model.evidence(features(score, grid, ntot_sone, hop_s))
    phon = beat_loudness_phon(ntot_sone, grid.times_s, hop_s)
    found = heard(swells(evidence, grid.goes_on, model.bias, model.switch_cost), phon)
    terms = np.array([confidence_terms(s) for s in found]).reshape(-1, len(model.confidence))
    sure = probability(terms @ model.confidence, 1.0, 0.0)
    return [span_of(score, grid, s, float(p)) for s, p in zip(found, sure, strict=True)]


def heard(some: Sequence[Swell], phon: Floats) -> list[Swell]:
    """Those over which the loudness [n] of the beats moves their way."""
    ends = [min(s.last + 1, len(phon) - 1) for s in some]
    moves = [(phon[end] - phon[s.first]) * (-1 if s.kind else 1) for s, end in zip(some, ends, strict=True)]
    return [s for s, move in zip(some, moves, strict=True) if move >= LEAST_MOVE_PHON]


def span_of(score: Score, grid: Grid, s: Swell, confidence: float = 0.0) -> Span:
    """From the first beat to the end of the last, in written positions."""
    end = grid.at[s.last] + score.measure_at(grid.at[s.last]).time.beat_quarters
    if s.last + 1 < len(grid.at) and grid.at[s.last + 1] > grid.at[s.last]:
        end = grid.at[s.last + 1]
    return Span(grid.at[s.first], min(end, score.end), KINDS[s.kind], confidence)


def confidence_terms(s: Swell) -> tuple[float, float, float]:
    """What the confidence of a span depends on."""
    return s.evidence, float(np.log2(s.last - s.first + 1)), 1.0


def features(score: Score, grid: Grid, ntot_sone: npt.NDArray[np.floating], hop_s: float) -> Floats:
    """What is known of each beat, float64 [n, len(FEATURES)]."""
    phon = beat_loudness_phon(ntot_sone, grid.times_s, hop_s)
    low, middle, high = np.percentile(phon, (10, 50, 90))
    loudness = (phon - middle) / max((high - low) / 2, _LEAST_RANGE_PHON)
    intervals = np.diff(grid.times_s, append=2 * grid.times_s[-1] - grid.times_s[-2])
    slow = np.log2(np.maximum(intervals, 1e-3) / np.median(intervals))
    top, count = _notes(score, grid)
    notes = np.log2(1 + count)
    turn = 2 * np.pi * (grid.position - 1) / grid.beats_per_bar
    columns = [_step(loudness, k) for k in (1, 2, 4, 8)]
    columns += [loudness, *(loudness - _around(loudness, k) for k in (4, 16))]
    columns += [_step(slow, 4), slow, *(_step(top, k) for k in (1, 2, 4)), *(_step(notes, k) for k in (2, 4)), notes]
    columns += [np.cos(turn), np.sin(turn), np.log2(grid.beats_per_bar), np.log2(grid.beat_quarters)]
    columns += [np.abs(_step(top, 2)), np.abs(_step(loudness, 2)), np.abs(_step(loudness, 4))]
    return np.column_stack(columns)


def _notes(score: Score, grid: Grid) -> tuple[Floats, Floats]:
    """The highest pitch struck in each beat (between its neighbours' where none is) and the number of notes."""
    staves = set(score.keyboard_staves())
    struck = sorted((float(n.onset), n.pitch) for n in score.notes if n.staff in staves and not n.tied and not n.grace)
    onsets, pitches = np.array([s[0] for s in struck]), np.array([s[1] for s in struck])
    at = np.array([float(a) for a in grid.at])
    first = np.searchsorted(onsets, at - 1e-6)
    last = np.searchsorted(onsets, at + grid.beat_quarters - 1e-6)
    top = np.array([pitches[a:b].max() if b > a else np.nan for a, b in zip(first, last, strict=True)])
    known = np.isfinite(top)
    if not known.any():
        return np.zeros(len(at)), np.zeros(len(at))
    return np.interp(np.arange(len(at)), np.flatnonzero(known), top[known]), (last - first).astype(np.float64)


def _step(x: Floats, k: int) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(x)])
    i = np.arange(len(x))
    middle, first, last = i + 1, np.maximum(i + 1 - k, 0), np.minimum(i + 1 + k, len(x))
    after = np.where(last > middle, (sums[last] - sums[middle]) / np.maximum(last - middle, 1), x)
    return np.asarray(after - (sums[middle] - sums[first]) / (middle - first))


def _around(x: Floats, reach: int) -> Floats:
    kernel = np.ones(2 * reach + 1) / (2 * reach + 1)
    return np.convolve(np.pad(x, reach, mode="edge"), kernel, "valid")


def swells(evidence: Floats, goes_on: npt.NDArray[np.bool_], bias: float, switch_cost: float) -> list[Swell]:
    """The most probable spans from evidence [n, 2]; none goes over a beat that does not follow the one before it."""
    state = _most_probable(np.column_stack([np.zeros(len(evidence)), evidence + bias]), goes_on, switch_cost)
    starts = np.flatnonzero(np.diff(state, prepend=-1).astype(bool) | ~goes_on)
    ends = np.append(starts[1:], len(state)) - 1
    return [
        Swell(int(a), int(b), int(state[a]) - 1, float(evidence[a : b + 1, state[a] - 1].mean()))
        for a, b in zip(starts, ends, strict=True)
        if state[a] > 0
    ]


def _most_probable(gain: Floats, goes_on: npt.NDArray[np.bool_], switch_cost: float) -> Ints:
    """States [n] of the best path through gains [n, 3], where every change of state costs, but after a jump."""
    n = len(gain)
    best, back = gain[0].copy(), np.zeros((n, 3), np.int64)
    for i in range(1, n):
        leader = int(best.argmax())
        moved = best[leader] - (switch_cost if goes_on[i] else 0.0)
        back[i] = np.where(best >= moved, np.arange(3), leader)
        best = np.maximum(best, moved) + gain[i]
    state = np.zeros(n, np.int64)
    state[-1] = best.argmax()
    for i in range(n - 1, 0, -1):
        state[i - 1] = back[i, state[i]]
    return state
