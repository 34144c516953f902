"""Loudness of a performance without playing it: notes → loudness in sone per frame, by the measured piano table.

A note is its Bark-band power (`runtime.piano.table`) dying away, damped when its key and the pedal are
up. It takes a fraction of a second per performance, where rendering takes minutes, and is enough for what depends on
loudness alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from runtime.piano.loudness import sones, total
from runtime.piano.table import PianoModel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Spans = tuple[Floats, Floats, Ints, Ints]
"""(start_s, stop_s, pitch, velocity) of notes, [k] each; a note stops when its key and the pedal are up."""

_DAMPED_DB_PER_S = 240.0
_AUDIBLE_DB = 50.0
_TAIL_S = 2.0
# A frame's window (Hann, 46 ms) hears that much of its neighbours 20 ms away.
_WINDOW = (0.2, 0.6, 0.2)
N_BANDS = 22
"""Bands up to 9.5 kHz, as the front end of the runtime has them."""


def specific_loudness(notes: Spans, model: PianoModel, end_s: float | None = None) -> Floats:
    """Specific loudness in sone [T, 22] of notes; frame t is at t · 0.02 s, up to 2 s past `end_s` (None: the last)."""
    start_s, stop_s, pitch, velocity = notes
    last_s = float(stop_s.max(initial=0.0)) if end_s is None else end_s
    n_frames = int((last_s + _TAIL_S) / FRAME_S) + 1
    power = np.zeros((n_frames, model.power.shape[2]))
    decay = model.decay_db_per_s[pitch]
    ring_s = np.minimum(stop_s - start_s + _AUDIBLE_DB / _DAMPED_DB_PER_S, _AUDIBLE_DB / np.maximum(decay, 1e-3))
    first = np.ceil(start_s / FRAME_S).astype(np.int64)
    last = np.minimum(((start_s + ring_s) / FRAME_S).astype(np.int64) + 1, n_frames)
    for k in range(len(pitch)):
        at_s = np.arange(first[k], last[k]) * FRAME_S
        lost_db = (at_s - start_s[k]) * decay[k] + np.maximum(at_s - stop_s[k], 0.0) * _DAMPED_DB_PER_S
        power[first[k] : last[k]] += 10 ** (-lost_db / 10)[:, None] * model.power[pitch[k], velocity[k]]
    padded = np.pad(power, ((1, 1), (0, 0)), mode="edge")
    smooth = _WINDOW[0] * padded[:-2] + _WINDOW[1] * padded[1:-1] + _WINDOW[2] * padded[2:]
    return sones(smooth)[:, :N_BANDS]


def total_loudness(notes: Spans, model: PianoModel, end_s: float | None = None) -> Floats:
    """Total loudness in sone [T]: the loudest band and 0.15 × the others."""
    return np.asarray(total(specific_loudness(notes, model, end_s)))
