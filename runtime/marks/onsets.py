"""Where the piano's notes begin on the page."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from runtime.score.table import Score


def onsets(score: Score) -> tuple[Fraction, ...]:
    """The positions at which the piano strikes a note, in order (grace notes aside)."""
    staves = set(score.keyboard_staves())
    return tuple(sorted({n.onset for n in score.notes if not n.tied and not n.grace and n.staff in staves}))


def nearest_onset(score: Score, at: Fraction) -> Fraction:
    """The onset at `at`, else the next one within a beat, else the last one before (or the first of all)."""
    places = onsets(score)
    if not places:
        return at
    k = bisect.bisect_left(places, at)
    beat = score.measure_at(at).time.beat_quarters
    if k < len(places) and places[k] - at < beat:
        return places[k]
    return places[max(0, k - 1)]


def struck_beats(score: Score, beats: Sequence[Fraction]) -> npt.NDArray[np.bool_]:
    """For each written beat, in order, whether a note begins in it."""
    out = np.zeros(len(beats), bool)
    for at in onsets(score):
        k = bisect.bisect_right(beats, at) - 1
        if k >= 0:
            out[k] = True
    return out
