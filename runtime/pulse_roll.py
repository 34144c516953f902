"""Notes as the network for beats sees them: one row of 88 keys per frame, how hard each was struck."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.frames import s_to_frames
from runtime.keys import LOWEST_PITCH, N_PITCHES


def onset_roll(
    onset_s: npt.ArrayLike, pitch: npt.ArrayLike, velocity: npt.ArrayLike, n_frames: int
) -> npt.NDArray[np.float32]:
    """float32 [n_frames, 88]: 0.5 + velocity / 254 where a key is struck, 0 elsewhere; notes outside are left out."""
    frames = s_to_frames(np.asarray(onset_s, np.float64))
    column = np.asarray(pitch, np.int64) - LOWEST_PITCH
    strength = (0.5 + np.asarray(velocity, np.float64) / 254).astype(np.float32)
    inside = (frames >= 0) & (frames < n_frames) & (column >= 0) & (column < N_PITCHES)
    roll = np.zeros((n_frames, N_PITCHES), np.float32)
    np.maximum.at(roll, (frames[inside], column[inside]), strength[inside])
    return roll
