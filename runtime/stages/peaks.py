"""Peaks of frame logits or probabilities, and where in a recording there is anything to look for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PEAK_REACH_FRAMES = 3
_SOUND_SHARE = 0.05  # of the recording's loud passages
_ONSET_FRAMES = 3
_NO_BEAT = -40.0


def find_peaks(p: Floats, least: float) -> Ints:
    """Frames that are the largest of their ±3 neighbours (the first of equals) and at least `least`."""
    found = p >= least
    for k in range(1, min(_PEAK_REACH_FRAMES + 1, len(p))):
        found[k:] &= p[k:] > p[:-k]
        found[:-k] &= p[:-k] >= p[k:]
    return np.flatnonzero(found)


def where_it_sounds(
    beat_logits: npt.NDArray[np.floating], ntot_sone: npt.NDArray[np.floating]
) -> npt.NDArray[np.float32]:
    """The beat logits with no beat before the first sound or after the last, where the network only sees an edge."""
    sounds = np.flatnonzero(ntot_sone > _SOUND_SHARE * np.percentile(ntot_sone, 95))
    masked = np.full(len(beat_logits), _NO_BEAT, np.float32)
    if len(sounds):
        inside = slice(max(0, sounds[0] - _ONSET_FRAMES), sounds[-1] + 1)
        masked[inside] = beat_logits[inside]
    return masked
