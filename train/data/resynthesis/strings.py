"""The notes ringing in one performance, as time goes on: what a new chord is heard over."""

from __future__ import annotations

import numpy as np

from runtime.piano.loudness import N_BANDS
from runtime.piano.table import PianoModel
from train.data.labels.values import Floats, Ints

LOWEST_VELOCITY, HIGHEST_VELOCITY = 16, 124
_DAMPED_DB_PER_S = 240.0


class Strings:
    """The notes ringing in one performance, by band, as time goes on."""

    def __init__(self, model: PianoModel) -> None:
        self._model = model
        self._power = np.zeros((0, N_BANDS))
        self._start_s = self._stop_s = self._decay = np.zeros(0)

    def ringing(self, now_s: float) -> Floats:
        """Power [23] of all notes at `now_s`."""
        sounded = np.maximum(now_s - self._start_s, 0.0)
        damped = np.maximum(now_s - self._stop_s, 0.0)
        gain = 10 ** (-(sounded * self._decay + damped * _DAMPED_DB_PER_S) / 10)
        return gain @ self._power

    def strike(self, now_s: float, stops_s: Floats, pitches: Ints, velocities: Ints) -> None:
        """Add notes that begin at `now_s` and are damped at `stops_s`; forgets what has died away."""
        alive = self._stop_s > now_s - 0.3
        self._power = np.vstack([self._power[alive], self._model.power[pitches, velocities]])
        self._start_s = np.append(self._start_s[alive], np.full(len(pitches), now_s))
        self._stop_s = np.append(self._stop_s[alive], stops_s)
        self._decay = np.append(self._decay[alive], self._model.decay_db_per_s[pitches])
