"""Loudness of a performance without playing it: notes → loudness in sone per frame, by the measured piano table.

A note is its Bark-band power (`runtime.piano.table`) dying away, damped when its key and the pedal are
up. It takes a fraction of a second per performance, where rendering takes minutes, and is enough for what depends on
loudness alone.
"""

from __future__ import annotations

from dataclasses import dataclass

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


_STRETCH_FRAMES = 6_000  # worked on at a time: the bands of an hour would take a quarter of a gigabyte


def total_loudness(notes: Spans, model: PianoModel, end_s: float | None = None) -> Floats:
    """Total loudness in sone [T] of notes: the loudest band and 0.15 × the others; frame t is at t · 0.02 s, up to 2 s
    past `end_s` (None: the last)."""
    last_s = float(notes[1].max(initial=0.0)) if end_s is None else end_s
    n_frames = int((last_s + _TAIL_S) / FRAME_S) + 1
    ringing = _Ringing.of(notes, model, n_frames)
    stretches = range(0, n_frames, _STRETCH_FRAMES)
    return np.concatenate([_loudness(ringing, model, a, min(a + _STRETCH_FRAMES, n_frames)) for a in stretches])


def _loudness(ringing: _Ringing, model: PianoModel, begin: int, end: int) -> Floats:
    """Total loudness of the frames from `begin` to before `end`."""
    first, last = max(begin - 1, 0), min(end + 1, ringing.n_frames)  # the window hears a frame to either side
    power = ringing.power(model, first, last)
    padded = np.pad(power, ((first - begin + 1, end + 1 - last), (0, 0)), mode="edge")
    smooth = _WINDOW[0] * padded[:-2] + _WINDOW[1] * padded[1:-1] + _WINDOW[2] * padded[2:]
    return total(sones(smooth)[:, :N_BANDS])


@dataclass(frozen=True, eq=False)
class _Ringing:
    """Notes with the frames that they ring in: from `first` [k] to before `last` [k], of `n_frames` in all."""

    notes: Spans
    first: Ints
    last: Ints
    n_frames: int

    @staticmethod
    def of(notes: Spans, model: PianoModel, n_frames: int) -> _Ringing:
        start_s, stop_s, pitch, _ = notes
        decay = np.maximum(model.decay_db_per_s[pitch], 1e-3)
        ring_s = np.minimum(stop_s - start_s + _AUDIBLE_DB / _DAMPED_DB_PER_S, _AUDIBLE_DB / decay)
        last = ((start_s + ring_s) / FRAME_S).astype(np.int64) + 1
        return _Ringing(notes, np.ceil(start_s / FRAME_S).astype(np.int64), np.minimum(last, n_frames), n_frames)

    def power(self, model: PianoModel, begin: int, end: int) -> Floats:
        """Band powers of the frames from `begin` to before `end`, every note of them added in its turn."""
        start_s, stop_s, pitch, velocity = self.notes
        power = np.zeros((end - begin, model.power.shape[2]))
        for k in np.flatnonzero((self.first < end) & (self.last > begin)):
            first, last = max(self.first[k], begin), min(self.last[k], end)
            at_s = np.arange(first, last) * FRAME_S
            lost_db = (at_s - start_s[k]) * model.decay_db_per_s[pitch[k]]
            lost_db += np.maximum(at_s - stop_s[k], 0.0) * _DAMPED_DB_PER_S
            power[first - begin : last - begin] += 10 ** (-lost_db / 10)[:, None] * model.power[pitch[k], velocity[k]]
        return power
