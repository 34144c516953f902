"""Beats on which nothing is struck: placed as listeners count through them, between the attacks around them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SAME_Q = 1e-3
_APART_S = 0.02
# How fast the word of an attack loses weight with its distance from the beat. Chosen on training performances of ASAP,
# where it is far better than the attacks alone, and validation mazurkas, where as many are a quarter of a second off.
_NEARNESS = 2


def with_unstruck(beats: Floats, positions: Floats, times_s: Floats) -> tuple[Floats, Floats]:
    """The knots of attacks (both rising) with one for each of the rising `beats` that has none between the struck ones.

    Each is between even spacing among the struck beats and where the attacks on both sides would put it: the nearer
    one of these in the score, the more they count. An upbeat played late after a pause does not drag the rest before
    it along. Never outside the two attacks.
    """
    place = np.clip(np.searchsorted(positions, beats - _SAME_Q), 0, len(positions) - 1)
    struck = np.abs(positions[place] - beats) <= _SAME_Q
    index = np.flatnonzero(struck)
    if len(index) < 2:
        return positions, times_s
    counted = np.interp(np.arange(len(beats)), index, times_s[place[index]])
    silent = np.flatnonzero(~struck[index[0] : index[-1]]) + index[0]
    after = place[silent]
    before = after - 1
    step = (beats[silent + 1] - beats[silent - 1]) / 2
    nearest = np.minimum(beats[silent] - positions[before], positions[after] - beats[silent])
    weight = np.clip(1 - nearest / step, 0, 1) ** _NEARNESS
    wanted = weight * np.interp(beats[silent], positions, times_s) + (1 - weight) * counted[silent]
    room = np.minimum(_APART_S, (times_s[after] - times_s[before]) / 4)
    found = np.clip(wanted, times_s[before] + room, times_s[after] - room)
    order = np.argsort(np.concatenate([positions, beats[silent]]), kind="stable")
    all_s = np.concatenate([times_s, found])[order]
    return np.concatenate([positions, beats[silent]])[order], np.maximum.accumulate(all_s)
