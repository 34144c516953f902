"""The level rule: how loud a recording is, and the gain that brings every recording to the same level.

Level rule (training and runtime use the same, see `LEVEL_RULE`): the mono mix (mean of the channels) is cut
into consecutive 0.4 s blocks at the native rate; the level of a block is its RMS in dBFS,
``10 log10(mean square)``; the level of the recording is the 95th percentile (linear interpolation) of the
block levels. An incomplete last block counts only when it is the only one. The gain brings the level to
-20 dBFS and is at most +40 dB; under -70 dBFS a recording is silence.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

LEVEL_RULE = "p95 of 0.4 s RMS to -20 dBFS, gain at most +40 dB"
TARGET_DBFS = -20.0
MAX_GAIN_DB = 40.0
SILENCE_DBFS = -70.0
LEVEL_BLOCK_S = 0.4
LEVEL_PERCENTILE = 95.0
FLOOR_DBFS = -200.0


class LevelMeter:
    """Collects the mean squares of consecutive 0.4 s blocks of mono samples pushed in any portions."""

    def __init__(self, rate_hz: float) -> None:
        self.block = max(1, round(LEVEL_BLOCK_S * rate_hz))
        self.n_samples = 0
        self._rest = np.empty(0, np.float32)
        self._mean_squares: list[npt.NDArray[np.float64]] = []

    def push(self, samples: Samples) -> int | None:
        """Add samples, shape (n,). Returns the index of the first NaN or infinity, or None."""
        whole = np.concatenate((self._rest, samples)) if self._rest.size else samples
        cut = whole.size // self.block * self.block
        blocks = whole[:cut].reshape(-1, self.block).astype(np.float64)
        squares = np.einsum("ij,ij->i", blocks, blocks) / self.block
        first = self.n_samples - self._rest.size
        self.n_samples += samples.size
        self._rest = whole[cut:].copy()
        self._mean_squares.append(squares)
        if np.isfinite(squares).all() and np.isfinite(self._rest).all():
            return None
        return first + int(np.flatnonzero(~np.isfinite(whole))[0])

    def mean_squares(self) -> npt.NDArray[np.float64]:
        """Mean square of every complete block so far, or of the only incomplete one; shape (n_blocks,)."""
        done = np.concatenate(self._mean_squares) if self._mean_squares else np.empty(0)
        if done.size or not self._rest.size:
            return done
        return np.array([np.mean(self._rest.astype(np.float64) ** 2)])


def level_of(mean_squares: npt.NDArray[np.float64]) -> float:
    if not mean_squares.size:
        return FLOOR_DBFS
    levels = 10.0 * np.log10(np.maximum(mean_squares, 10.0 ** (FLOOR_DBFS / 10.0)))
    # Rounded so that the last bits of differently aligned sums cannot reach the samples.
    return round(float(np.percentile(levels, LEVEL_PERCENTILE)), 6)


def measure_level_dbfs(samples: Samples | Iterable[Samples], rate_hz: float) -> float:
    """Level of a mono recording by the level rule, in dBFS (RMS), at least `FLOOR_DBFS`.

    `samples` is one array of shape (n,) or an iterable of such blocks, at `rate_hz`; how the recording is
    cut into blocks does not matter. Raises `ValueError` for other shapes and for NaN or infinity.
    """
    meter = LevelMeter(rate_hz)
    for block in (samples,) if isinstance(samples, np.ndarray) else samples:
        if block.ndim != 1:
            raise ValueError(f"mono samples have one dimension, these have shape {block.shape}")
        bad = meter.push(block)
        if bad is not None:
            raise ValueError(f"sample {bad} is not a finite number")
    return level_of(meter.mean_squares())


def gain_for_level(level_dbfs: float) -> float:
    """The linear factor by the level rule: to -20 dBFS, at most +40 dB, 1.0 for silence."""
    if level_dbfs < SILENCE_DBFS:
        return 1.0
    return float(10.0 ** (min(TARGET_DBFS - level_dbfs, MAX_GAIN_DB) / 20.0))
