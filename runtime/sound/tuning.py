"""What a piano is tuned to: the pitch of its a', estimated within half a semitone of 440 Hz, and allowed for.

A recording that is tuned elsewhere is given to whoever hears pitches as if it had been played that much faster: every
key then sounds at its place for a' = 440 Hz, and the times found are stretched back. Nothing is resampled for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.frames import SAMPLE_RATE_HZ
from runtime.sound import read as audio
from runtime.sound.decoders import played_faster
from runtime.sound.level import Samples

STANDARD_HZ = 440.0
NEAR_CENTS = 15.0
"""So near to 440 Hz nothing is changed: the networks were trained on pianos that differ as much."""

_FRAME = 8192  # 0.37 s
_MOST_FRAMES = 240  # 90 s of sound
_BAND_HZ = (150.0, 1500.0)  # below, a partial is too wide; above, strings are stiff and tuned sharp for it
_FLOOR = 0.1  # of the highest partial of a frame; the window's own ripples stay below
_QUIET = 1e-4  # RMS
_LEAST_AGREEMENT = 0.25
_LEAST_FRAMES = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tuning:
    """The pitch of a' in Hz, and how well the partials agree on it, 0..1."""

    hz: float
    agreement: float


class TuningMeter:
    """Estimates the tuning from blocks of mono samples at 22,050 Hz; only the first 90 s of sound count."""

    def __init__(self) -> None:
        self._rest = np.empty(0, np.float32)
        self._window = np.hanning(_FRAME).astype(np.float32)
        self._sum = 0j
        self._weight = 0.0
        self._n_frames = 0

    @property
    def decided(self) -> bool:
        """Whether enough sound was heard: more changes nothing."""
        return self._n_frames >= _MOST_FRAMES

    def push(self, samples: Samples) -> None:
        """Add samples, shape (n,)."""
        if self.decided:
            return
        whole = np.concatenate((self._rest, samples))
        n = whole.size // _FRAME
        for frame in whole[: n * _FRAME].reshape(n, _FRAME):
            if not self.decided and np.sqrt(np.mean(frame**2)) > _QUIET:
                self._add(np.abs(np.fft.rfft(frame * self._window)))
        self._rest = whole[n * _FRAME :]

    def _add(self, spectrum: npt.NDArray[np.floating]) -> None:
        """Add the partials of one frame: each points to where it lies between two keys, on a circle."""
        first, last = (round(hz * _FRAME / SAMPLE_RATE_HZ) for hz in _BAND_HZ)
        here = spectrum[first:last]
        peaks = (here > spectrum[first - 1 : last - 1]) & (here >= spectrum[first + 1 : last + 1])
        at = first + np.flatnonzero(peaks & (here > _FLOOR * here.max(initial=0.0)))
        if not at.size:
            return
        left, middle, right = (np.log(np.maximum(spectrum[at + d], 1e-12)) for d in (-1, 0, 1))
        bend = left - 2 * middle + right
        places = at + np.where(bend < -1e-9, 0.5 * (left - right) / np.minimum(bend, -1e-9), 0.0)
        keys = 12 * np.log2(places * SAMPLE_RATE_HZ / _FRAME / STANDARD_HZ)
        weights = np.sqrt(spectrum[at] / spectrum[at].max())
        self._sum += complex(np.sum(weights * np.exp(2j * np.pi * keys)))
        self._weight += float(weights.sum())
        self._n_frames += 1

    def finish(self) -> Tuning | None:
        """The tuning within half a semitone of 440 Hz; None where too little sound tells too little."""
        if self._n_frames < _LEAST_FRAMES or not self._weight:
            return None
        agreement = abs(self._sum) / self._weight
        if agreement < _LEAST_AGREEMENT:
            return None
        semitones = float(np.angle(self._sum)) / (2 * np.pi)
        return Tuning(round(STANDARD_HZ * 2 ** (semitones / 12), 1), round(agreement, 3))


def estimated(path: Path) -> float | None:
    """The pitch of a recording's a' in Hz, None when unclear. Raises `AudioError`."""
    meter = TuningMeter()
    for block in audio.stream(path):
        meter.push(block)
        if meter.decided:
            break
    found = meter.finish()
    return None if found is None else found.hz


def cents_from_standard(tuning_hz: float) -> float:
    """How far a tuning lies above 440 Hz."""
    return float(1200 * np.log2(tuning_hz / STANDARD_HZ))


def speed_for(tuning_hz: float | None) -> float:
    """How much faster a recording must be played for a' = 440 Hz; 1 for an unknown tuning and one near 440 Hz."""
    if tuning_hz is None or abs(cents_from_standard(tuning_hz)) < NEAR_CENTS:
        return 1.0
    return STANDARD_HZ / tuning_hz


@contextmanager
def retuned(path: Path, tuning_hz: float | None) -> Iterator[tuple[Path, float]]:
    """A name under which a recording plays at a' = 440 Hz (good inside the context), and how much faster that is.

    The recording's own name, and 1, where nothing is to be changed. Raises `AudioError` as `runtime.sound.read.probe`.
    """
    speed = speed_for(tuning_hz)
    if speed == 1.0:
        yield path, 1.0
        return
    rate_hz = audio.probe(path).rate_hz
    with played_faster(path, speed) as name:
        yield name, round(rate_hz * speed) / rate_hz
