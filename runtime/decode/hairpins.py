"""Hairpins: where the loudness moves steadily towards the next level.

A rule on the loudness curve, not a trained model: before a change of level, the stretch of beats over which the
smoothed loudness level keeps going the same way. Its confidence grows with the size of the move and is not
calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from runtime.sound.phon import phon

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_MOVE_PHON = 5.0
CERTAIN_MOVE_PHON = 15.0
LEAST_BEATS = 2
MOST_BEATS = 24
_LONGEST_PAUSE_S = 3.0
_REVERSAL_PHON = 1.0


@dataclass(frozen=True)
class Span:
    """From beat `start` to beat `end` (the beat of the change)."""

    start: int
    end: int
    kind: Literal["crescendo", "diminuendo"]
    confidence: float


def beat_loudness_phon(ntot_sone: npt.NDArray[np.floating], beats_s: Floats, hop_s: float = FRAME_S) -> Floats:
    """Mean loudness level of each beat's interval [n], from a value every `hop_s` seconds; the last interval is as long
    as the one before."""
    level = phon(ntot_sone)
    edges_s = np.append(beats_s, beats_s[-1] + (beats_s[-1] - beats_s[-2] if len(beats_s) > 1 else 0.5))
    edges = np.clip(np.rint(edges_s / hop_s).astype(np.int64), 0, len(level))
    sums = np.concatenate([[0.0], np.cumsum(level)])
    lengths = np.maximum(np.diff(edges), 1)
    return np.asarray((sums[edges[1:]] - sums[edges[:-1]]) / lengths)


def find_hairpins(ntot_sone: npt.NDArray[np.floating], beats_s: Floats, level: Ints) -> list[Span]:
    """At most one hairpin into each change of level, from per-beat levels [n] and beat times [n]."""
    if len(beats_s) < LEAST_BEATS + 1:
        return []
    x = beat_loudness_phon(ntot_sone, beats_s)
    x = np.convolve(np.pad(x, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
    changes = 1 + np.flatnonzero(np.diff(level))
    spans, previous = [], 0
    for change in changes:
        rising = level[change] > level[change - 1]
        start = _start(x if rising else -x, beats_s, int(change), max(previous, int(change) - MOST_BEATS))
        move = abs(float(x[change] - x[start]))
        if change - start >= LEAST_BEATS and move >= LEAST_MOVE_PHON:
            confidence = min(1.0, move / CERTAIN_MOVE_PHON)
            spans.append(Span(start, int(change), "crescendo" if rising else "diminuendo", confidence))
        previous = int(change)
    return spans


def _start(x: Floats, beats_s: Floats, change: int, earliest: int) -> int:
    """Walk back from `change` while `x` keeps falling (going back), past reversals of at most 1 phon."""
    start = i = change
    while i > earliest and beats_s[i] - beats_s[i - 1] < _LONGEST_PAUSE_S:
        i -= 1
        if x[i] > x[start] + _REVERSAL_PHON:
            break
        if x[i] < x[start]:
            start = i
    return start
