"""What the network says of levels at beats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NEAR_FRAMES = 2


def beat_evidence(dynamics: npt.NDArray[np.floating], beat_frames: Floats) -> Floats:
    """Log-probabilities [n, 5] of the levels at each beat: mean over ±2 frames of the frame logits [T, 5]."""
    z = np.asarray(dynamics[_near(beat_frames, len(dynamics))], np.float64)
    return np.asarray((z - np.logaddexp.reduce(z, axis=2, keepdims=True)).mean(axis=1))


def change_evidence(change: npt.NDArray[np.floating], beat_frames: Floats) -> Floats:
    """Largest change logit [n] within ±2 frames of each beat."""
    return np.asarray(change[_near(beat_frames, len(change))].max(axis=1), np.float64)


def _near(beat_frames: Floats, n_frames: int) -> Ints:
    nearest = np.rint(beat_frames).astype(np.int64)[:, None] + np.arange(-_NEAR_FRAMES, _NEAR_FRAMES + 1)
    return np.asarray(np.clip(nearest, 0, n_frames - 1))
