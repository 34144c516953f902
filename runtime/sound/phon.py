"""Loudness level from loudness."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def phon(ntot_sone: npt.NDArray[np.floating]) -> Floats:
    """Loudness level in phon of a loudness in sone: 40 + 10 log2(N) from 1 sone on, 40 N^(1/2.642) below
    (the inverse of the sone law of the front end)."""
    n = np.maximum(np.asarray(ntot_sone, np.float64), 1e-6)
    return np.where(n >= 1, 40 + 10 * np.log2(n), 40 * n ** (1 / 2.642))
