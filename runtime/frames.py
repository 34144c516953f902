"""Frame and time arithmetic: the only place that knows the sample rate, the hop and the frame rate.

Conventions: frame ``t`` is centred on sample ``t * HOP_SAMPLES`` of the 22,050 Hz mono signal, so its time
is ``t * FRAME_S`` seconds. A signal of ``n`` samples has ``1 + n // HOP_SAMPLES`` frames (60 s: 3001).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 22_050
HOP_SAMPLES = 441
WINDOW_SAMPLES = 1_024
FRAMES_PER_S = SAMPLE_RATE_HZ // HOP_SAMPLES
FRAME_S = HOP_SAMPLES / SAMPLE_RATE_HZ


def n_frames(n_samples: int) -> int:
    """Number of frames of a signal of `n_samples` samples at 22,050 Hz."""
    return 1 + n_samples // HOP_SAMPLES


def frames_to_s(frames: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Times in seconds of frame positions (which may be fractional)."""
    return np.asarray(frames, dtype=np.float64) * FRAME_S


def s_to_frames(times_s: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Nearest frame index of each time in seconds."""
    return np.rint(np.asarray(times_s, dtype=np.float64) / FRAME_S).astype(np.int64)
