"""Repair collapsed intervals between beats: alignment failures that no player could play."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.data.labels.values import Floats

SHORTEST_S = 0.12
SHORTEST_SHARE = 0.4
_MEDIAN_HALF, _REACH = 8, 8


@dataclass(frozen=True, eq=False)
class Repair:
    """`beats_s` [n] after repair, `n_widened` intervals, `inserted_s` seconds added, `moved` [n] mask of beats."""

    beats_s: Floats
    n_widened: int
    inserted_s: float
    moved: np.ndarray


def repair_beats(beats_s: Floats) -> Repair:
    """Widen every interval under max(0.12 s, 0.4 × local median) to that; its neighbours give way.

    The time comes from the intervals around, up to `_REACH` on either side, in proportion to what they have above
    their own floor, so that beats further off keep their times. What they cannot give is inserted.
    """
    intervals = np.diff(beats_s)
    floor = _floors(intervals)
    mended = intervals.copy()
    short = mended < floor - 1e-9
    for i in np.flatnonzero(short):
        missing = floor[i] - mended[i]
        if missing <= 0:
            continue
        mended[i] = floor[i]
        for reach in range(1, _REACH + 1):
            around = np.arange(max(0, i - reach), min(len(mended), i + reach + 1))
            spare = np.maximum(mended[around] - floor[around], 0.0)
            if spare.sum() >= missing or reach == _REACH:
                taken = min(missing, float(spare.sum()))
                if taken > 0:
                    mended[around] -= spare * (taken / spare.sum())
                break
    repaired = np.concatenate([[beats_s[0]], beats_s[0] + np.cumsum(mended)])
    inserted = float(mended.sum() - intervals.sum())
    return Repair(repaired, int(short.sum()), inserted, np.abs(repaired - beats_s) > 1e-6)


def _floors(intervals: Floats) -> Floats:
    padded = np.pad(intervals, _MEDIAN_HALF, mode="reflect" if len(intervals) > _MEDIAN_HALF else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _MEDIAN_HALF + 1)
    return np.maximum(SHORTEST_S, SHORTEST_SHARE * np.median(windows, axis=1))
