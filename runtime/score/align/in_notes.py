"""A performance of which there are notes and no sound, as `runtime.score.align` would hear it.

Every key is struck for sure, and each partial of a note begins with it; the rest is as in a written performance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.notes.played import PlayedNotes
from runtime.piano.emulate import total_loudness
from runtime.piano.table import load_piano
from runtime.score.align.features import (
    ONSET_HIGHEST,
    ONSET_LOWEST,
    ONSETS_PER_S,
    PARTIALS,
    Array,
    Heard,
    written_features,
)
from runtime.sound.phon import phon

Floats = npt.NDArray[np.float64]

_RISE = 3.0
"""How far the energy of a clear attack rises, as `features.Heard.onset` has it."""
_FULL_SCALE_PHON = 96.0


def heard_in_notes(notes: PlayedNotes) -> Heard:
    """The features of a recording that nobody made, on the clock of the notes."""
    until_s = notes.sounding_until_s()
    duration_s = float(until_s.max())
    loudness = total_loudness((notes.onset_s, until_s, notes.pitch, notes.velocity), load_piano(), duration_s)
    n = len(loudness)
    harmony, attack = written_features(notes.onset_s, until_s, notes.pitch, n)
    energy = 10 ** ((np.asarray(phon(loudness), np.float64) - _FULL_SCALE_PHON) / 10)
    return Heard(
        harmony, attack, _rises(notes, 3 * n), energy.astype(np.float32), _struck(notes, n), 0.0, n / FRAMES_PER_S
    )


def _rises(notes: PlayedNotes, n: int) -> Array:
    """Shape (n, semitones) at 150 per second: a rise at each onset on the semitones of its partials."""
    bands = ONSET_HIGHEST - ONSET_LOWEST + 1
    out = np.zeros((n, bands), np.float32)
    at = np.rint(notes.onset_s * ONSETS_PER_S).astype(np.int64)
    for interval, weight in PARTIALS:
        band = notes.pitch + interval - ONSET_LOWEST
        for shift, share in ((-1, 0.5), (0, 1.0), (1, 0.5)):
            inside = (band >= 0) & (band < bands) & (at + shift >= 0) & (at + shift < n)
            np.maximum.at(out, (at[inside] + shift, band[inside]), np.float32(_RISE * weight * share))
    return out


def _struck(notes: PlayedNotes, n: int) -> npt.NDArray[np.float16]:
    """Shape (n, 88) at 50 per second: 1 where a key is struck, less in the frames beside it."""
    out = np.zeros((n, N_PITCHES), np.float16)
    key = notes.pitch - LOWEST_PITCH
    frame = notes.onset_s * FRAMES_PER_S
    first = np.floor(frame).astype(np.int64)
    for shift in (-1, 0, 1, 2):
        at = first + shift
        near = 1 - np.abs(at - frame) / 2
        inside = (key >= 0) & (key < N_PITCHES) & (at >= 0) & (at < n) & (near > 0)
        np.maximum.at(out, (at[inside], key[inside]), near[inside].astype(np.float16))
    return out
