"""How loud a piano is: Bark-band power of a note by pitch and velocity, and its decay, measured once.

The table is the mean of several sampled pianos (`python -m train.data.resynthesis.piano_model`), smoothed over pitch
so that no single sample speaks; a rendering on a piano that is not among them is a fair test of what is solved with
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from runtime.piano.loudness import sones, total

Floats = npt.NDArray[np.float64]

TABLE_PATH = Path(__file__).with_name("table.npz")
PITCHES = np.arange(21, 109, 3)
VELOCITIES = np.array([8, 20, 32, 44, 56, 68, 80, 92, 104, 116, 127])


@dataclass(frozen=True, eq=False)
class PianoModel:
    """`power` [128, 128, 23] by pitch and velocity (0 dB is 1), `decay_db_per_s` [128] by pitch."""

    power: Floats
    decay_db_per_s: Floats

    def loudness(self, ringing: Floats, chord: Floats) -> Floats:
        """Total loudness in sone [k] of what rings [23] under chords [k, 23]."""
        return total(sones(ringing[None] + chord))


def load_piano(path: Path = TABLE_PATH) -> PianoModel:
    """The measured table, interpolated to every pitch and velocity. Raises `ModelError` when it is unreadable."""
    try:
        with np.load(path) as table:
            level_db, decay = table["level_db"].astype(np.float64), table["decay_db_per_s"].astype(np.float64)
    except (OSError, ValueError, KeyError) as e:
        raise ModelError("the piano table cannot be read", where=str(path), cause=str(e)) from e
    pitches, velocities = np.arange(128), np.arange(128)
    by_velocity = np.apply_along_axis(lambda column: np.interp(velocities, VELOCITIES, column), 1, level_db)
    by_both = np.apply_along_axis(lambda column: np.interp(pitches, PITCHES, column), 0, by_velocity)
    return PianoModel(10 ** (by_both / 10), np.interp(pitches, PITCHES, decay))
