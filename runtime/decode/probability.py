"""From logits to probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def probability(logits: npt.NDArray[np.floating], scale: float, offset: float) -> Floats:
    """Calibrated probability of each logit."""
    z = np.clip(scale * np.asarray(logits, np.float64) + offset, -40, 40)
    return np.asarray(1 / (1 + np.exp(-z)))
