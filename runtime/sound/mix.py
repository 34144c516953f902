"""From channels to mono: their mean, with a channel that is upside down turned over first."""

from __future__ import annotations

import numpy as np

from runtime.sound.level import Samples

INVERTED_CORRELATION = -0.8
"""Two channels less alike than this are one sound twice, once upside down (a cable or plug wired the wrong way): their
mean would be next to nothing. Microphones that stand far apart stay above -0.3."""
LISTENING_S = 30.0
"""So much sound decides."""
_BLOCK_S = 0.1
_SOUND_POWER = 1e-6  # mean square, -60 dBFS; quieter blocks are noise, and count only when there is nothing else


def mono(frames: Samples, *, inverted: bool = False) -> Samples:
    """Mean of the channels, shape (n, channels) to (n,); with `inverted` the second of two channels is turned over."""
    mix = frames[:, 0].copy()
    if inverted:
        mix -= frames[:, 1]
    else:
        # Added one by one: a matrix product would wake a pool of threads for a few microseconds of work.
        for channel in range(1, frames.shape[1]):
            mix += frames[:, channel]
    if frames.shape[1] > 1:
        mix *= np.float32(1.0 / frames.shape[1])
    return mix


class ChannelsCompared:
    """How alike the two channels of a recording are, from blocks pushed until `decided`."""

    def __init__(self, rate_hz: int) -> None:
        self._block = max(1, round(_BLOCK_S * rate_hz))
        self._wanted = round(LISTENING_S * rate_hz)
        self._heard = 0
        # Sums of left², right² and left · right over blocks with sound, and over the others.
        self._sums = np.zeros((2, 3))

    @property
    def decided(self) -> bool:
        """Whether enough sound was heard."""
        return self._heard >= self._wanted

    def push(self, frames: Samples) -> None:
        """Add frames, shape (n, 2)."""
        for start in range(0, len(frames), self._block):
            left, right = frames[start : start + self._block].astype(np.float64).T
            sums = np.array([left @ left, right @ right, left @ right])
            sounds = bool(max(sums[0], sums[1]) / left.size > _SOUND_POWER)
            self._sums[0 if sounds else 1] += sums
            self._heard += left.size if sounds else 0

    @property
    def correlation(self) -> float:
        """Of the two channels so far, -1..1; 0 when one of them is silent or not finite."""
        left, right, both = self._sums[0] if self._heard else self._sums[1]
        power = np.sqrt(left * right)
        return float(both / power) if np.isfinite(power) and power > 0 else 0.0

    @property
    def inverted(self) -> bool:
        """Whether one channel is the other upside down."""
        return self.correlation < INVERTED_CORRELATION
