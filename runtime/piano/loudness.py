"""Total loudness over time as MazurkaBL's `sones/` has it, in numpy: to compare a rendering with a recording.

The data set's curves come from Pampalk's `ma_sone` at 22,050 Hz: Hann window of 512 samples, hop 256 (11.61 ms),
Terhardt's outer ear, 23 Bark bands, Schroeder spreading, 96 dB full scale, and a total over bands whose mask of
"all but the loudest" is never reset. The last is a flaw, repeated here since the curves have it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RATE_HZ = 22_050
WINDOW, HOP = 512, 256
FULL_SCALE_DB = 96.0
BARK_EDGES_HZ = (100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400,
                 5300, 6400, 7700, 9500, 12000)  # fmt: skip
N_BANDS = len(BARK_EDGES_HZ)
CURVE_STEP_S = HOP / RATE_HZ
_BLOCK = 4096


def band_power(signal: Floats) -> Floats:
    """Outer-ear weighted power in the Bark bands, [frames, 23]; frame i starts at sample 256·i; 0 dB is 1."""
    n_frames = max(0, 1 + (len(signal) - WINDOW) // HOP)
    scaled = np.asarray(signal, np.float64) * 10 ** (FULL_SCALE_DB / 20)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, WINDOW)[::HOP] if n_frames else np.zeros((0, WINDOW))
    taper = np.hanning(WINDOW + 2)[1:-1]
    power = np.empty((n_frames, N_BANDS))
    for start in range(0, n_frames, _BLOCK):
        spectrum = np.fft.rfft(windows[start : start + _BLOCK] * taper, axis=1)
        power[start : start + _BLOCK] = np.abs(2 * spectrum / taper.sum()) ** 2 @ _BIN_TO_BAND
    return power


def sones(power: Floats) -> Floats:
    """Specific loudness in sone of band powers, same shape: spreading, decibels, Stevens' law."""
    level_db = 10 * np.log10(np.maximum(power @ _SPREADING.T, 1.0))
    return np.where(level_db >= 40, 2 ** ((level_db - 40) / 10), (level_db / 40) ** 2.642)


def total(specific: Floats) -> Floats:
    """Stevens' total, loudest band + 0.15 × the others, over the last axis."""
    loudest = specific.max(axis=-1)
    return np.asarray(loudest + 0.15 * (specific.sum(axis=-1) - loudest))


def total_as_published(specific: Floats) -> Floats:
    """Total loudness [frames] with the flaw of `ma_sone`: a band that was once loudest never adds again."""
    loudest = specific.argmax(axis=1)
    frames = np.arange(len(specific))
    first = np.full(specific.shape[1], len(specific))
    np.minimum.at(first, loudest, frames)
    adds = first[None, :] > frames[:, None]
    return np.asarray(specific[frames, loudest] + 0.15 * np.where(adds, specific, 0.0).sum(axis=1))


def smooth(curve: Floats, width_s: float) -> Floats:
    """Centred moving average over `width_s`, same length."""
    width = max(1, round(width_s / CURVE_STEP_S))
    ones = np.ones(width)
    return np.convolve(curve, ones, "same") / np.convolve(np.ones(len(curve)), ones, "same")


def _bin_to_band() -> Floats:
    f_khz = np.arange(1, WINDOW // 2 + 1) * RATE_HZ / WINDOW / 1000
    ear_db = -3.64 * f_khz**-0.8 + 6.5 * np.exp(-0.6 * (f_khz - 3.3) ** 2) - 0.001 * f_khz**4
    band = np.searchsorted(BARK_EDGES_HZ, f_khz * 1000)
    matrix = np.zeros((WINDOW // 2 + 1, N_BANDS))
    matrix[np.arange(1, WINDOW // 2 + 1), band] = 10 ** (ear_db / 10)
    return matrix


def _spreading() -> Floats:
    d = np.subtract.outer(np.arange(N_BANDS), np.arange(N_BANDS)) + 0.474
    return 10 ** ((15.81 + 7.5 * d - 17.5 * np.sqrt(1 + d**2)) / 10)


_BIN_TO_BAND = _bin_to_band()
_SPREADING = _spreading()
