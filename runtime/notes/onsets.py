"""The onsets of a recording whose notes are known: what is struck together, and the places between where a beat may
fall although nothing is struck."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runtime.notes.keys import LOWEST_PITCH, N_PITCHES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]

JOIN_S = 0.04
"""Notes that follow the first of an onset by no more belong to it."""
LONGEST_GAP_S = 0.45
"""Longer gaps between onsets are given places at their halves, thirds and quarters."""
COLUMNS = ("place", "gap_before", "gap_after", "notes", "loudest", "loudness")
"""What is told of an onset beside the velocity of each key, in order; a model card that lists others was made for
another version."""

_SHORTEST_STEP_S = 0.2
_LONG_GAP_S = 2.0
_LONG_STEP_S = 0.5
_NEAREST_S = 0.08
_GAP_RANGE_S = (0.02, 4.0)
_EDGE_GAP_S = 1.0


@dataclass(frozen=True, eq=False)
class Onsets:
    """In time order: `time_s` [n], `velocity` [n, 88] of each key that is struck (0..1), `is_place` [n] where nothing
    is struck."""

    time_s: Floats
    velocity: Values
    is_place: npt.NDArray[np.bool_]

    def part(self, first: int, last: int) -> Onsets:
        """Those from `first` up to `last`, the last one not included."""
        return Onsets(self.time_s[first:last], self.velocity[first:last], self.is_place[first:last])


def onsets_of(onset_s: Floats, pitch: Ints, velocity: Floats) -> Onsets:
    """Onsets and places of notes [k] in any order, velocities 1..127; pitches that no piano has are left out."""
    has_key = (pitch >= LOWEST_PITCH) & (pitch < LOWEST_PITCH + N_PITCHES)
    order = np.flatnonzero(has_key)[np.argsort(onset_s[has_key], kind="stable")]
    onset_s, key, share = onset_s[order], pitch[order] - LOWEST_PITCH, velocity[order] / 127
    group = _groups(onset_s)
    n = int(group[-1]) + 1 if len(group) else 0
    weight = np.bincount(group, share, n)
    time_s = np.bincount(group, share * onset_s, n) / np.maximum(weight, 1e-9)
    places_s = np.array([s for a, b in pairwise(time_s) for s in _places(a, b)])
    all_s = np.concatenate([time_s, places_s])
    by_time = np.argsort(all_s, kind="stable")
    row = np.argsort(by_time)  # of each onset
    struck = np.zeros((len(all_s), N_PITCHES), np.float32)  # once: it is large
    np.maximum.at(struck, (row[group], key), share.astype(np.float32))
    return Onsets(all_s[by_time], struck, by_time >= n)


def features_of(onsets: Onsets) -> Values:
    """One row per onset or place, [n, 88 + len(COLUMNS) + 1]: velocities, `COLUMNS`, and seconds from the first."""
    velocity, time_s = onsets.velocity, onsets.time_s
    struck_s = time_s[~onsets.is_place]
    before, after = np.searchsorted(struck_s, time_s, "left") - 1, np.searchsorted(struck_s, time_s, "right")
    edged_s = np.concatenate([struck_s, [np.inf]])  # index −1 is beyond the edge, too
    gap_before = np.where(before >= 0, time_s - edged_s[before], _EDGE_GAP_S)
    gap_after = np.where(after < len(struck_s), edged_s[after] - time_s, _EDGE_GAP_S)
    count, loudest = (velocity > 0).sum(axis=1), velocity.max(axis=1, initial=0)
    columns = (
        onsets.is_place, np.log2(np.clip(gap_before, *_GAP_RANGE_S)), np.log2(np.clip(gap_after, *_GAP_RANGE_S)),
        np.log1p(count), loudest, np.log1p(velocity.sum(axis=1)), time_s - (time_s[0] if len(time_s) else 0.0),
    )  # fmt: skip
    return np.concatenate([velocity, np.column_stack(columns).astype(np.float32)], axis=1)


def _groups(onset_s: Floats) -> Ints:
    """The number of the onset that each note belongs to; `onset_s` does not fall."""
    group, first_s, n = np.zeros(len(onset_s), np.int64), -np.inf, -1
    for i, at_s in enumerate(onset_s):
        if at_s - first_s > JOIN_S:
            first_s, n = at_s, n + 1
        group[i] = n
    return group


def _places(start_s: float, end_s: float) -> list[float]:
    """Where a beat may fall between two onsets: at simple shares of the gap, in long ones every half second too."""
    gap_s = end_s - start_s
    if gap_s <= LONGEST_GAP_S:
        return []
    parts = [n for n in (2, 3, 4) if gap_s / n >= _SHORTEST_STEP_S]
    if gap_s > _LONG_GAP_S:
        parts.append(int(gap_s / _LONG_STEP_S))
    shares = sorted({round(k / n, 4) for n in parts for k in range(1, n)})
    places, last = [], -np.inf
    for share in shares:
        if (share - last) * gap_s > _NEAREST_S:
            places.append(start_s + share * gap_s)
            last = share
    return places
