"""Features in which a recording and a score can be compared.

Two views of the same 12 pitch classes, 50 times a second: *harmony* (what sounds) and *attack* (what begins),
the second after the decaying locally normalised chroma onsets of Ewert, Müller, Grosche (2009), its onsets being
those of a network (`runtime.score.align.struck`). Its keys themselves and rises in energy, 150 times a second and by
semitone, serve to place single attacks.

Memory: about 0.1 MB per second of audio, and as much again while listening.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ
from runtime.network.parts import shipped
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.score.align import struck

Array = npt.NDArray[np.float32]

HARMONY_WINDOW = 4096
ONSET_WINDOW = 1024
ONSET_HOP = HOP_SAMPLES // 3
ONSETS_PER_S = SAMPLE_RATE_HZ / ONSET_HOP
ONSET_LOWEST, ONSET_HIGHEST = 33, 108

_LOWEST, _HIGHEST = 33, 108
_LOG_GAIN = 1000.0
_DECAY_FRAMES = 10
_BATCH_FRAMES = 512
_LEAST_TONAL = 0.4


@dataclass(frozen=True)
class Heard:
    """Features of a recording.

    `harmony` and `attack`: shape (n_frames, 12) at 50 fps, unit length or 0 and 0..about 1; `onset`: shape
    (n, semitones from `ONSET_LOWEST`) at 150 per second, rises in log energy; `loud`: mean energy per frame;
    `keys`: shape (n_frames, 88), probability that each key is struck, `keys_late_s` later than it is.
    """

    harmony: Array
    attack: Array
    onset: Array
    loud: Array
    keys: struck.Probabilities
    keys_late_s: float
    duration_s: float


def listen(blocks: Iterable[npt.NDArray[np.float32]], ears: Path | None = None) -> Heard:
    """Compute the features of mono audio at 22,050 Hz given in blocks of any size. Raises `ModelError`.

    `ears`: card of the transcriber that hears which keys are struck; None is the shipped one.
    """
    ears = ears or shipped("notes")
    harmony, onset, loud = [], [], []
    low = _bands(HARMONY_WINDOW, _LOWEST, _HIGHEST)
    high = _bands(ONSET_WINDOW, ONSET_LOWEST, ONSET_HIGHEST)
    fold_low = _fold(_LOWEST, _HIGHEST)
    listener = struck.KeyListener(ears)
    n_samples = 0
    for chunk, n_new in _chunks(listener.watch(blocks)):
        n_samples += n_new
        frames = _BATCH_FRAMES
        harmony.append(_spectra(chunk, HARMONY_WINDOW, HOP_SAMPLES, frames, low) @ fold_low)
        onset.append(_spectra(chunk, ONSET_WINDOW, ONSET_HOP, 3 * frames, high))
        centre = chunk[HARMONY_WINDOW // 2 : HARMONY_WINDOW // 2 + frames * HOP_SAMPLES]
        loud.append(np.mean(centre.reshape(frames, HOP_SAMPLES) ** 2, axis=1))
    n = 1 + n_samples // HOP_SAMPLES
    keys = _lengthened(listener.finish(), n)
    level = np.concatenate(loud)[:n] if loud else np.zeros(n, np.float32)
    chroma = np.concatenate(harmony)[:n] if harmony else np.zeros((n, 12), np.float32)
    return Heard(
        _unit(_smooth(chroma, 5)) * _audible(level)[:, None],
        _decayed(_locally_normalised(keys.astype(np.float32) @ _pitch_classes())),
        _rises(np.concatenate(onset)[: 3 * n], 2) if onset else np.zeros((3 * n, 1), np.float32),
        level.astype(np.float32),
        keys,
        struck.latency_s(ears),
        n_samples / SAMPLE_RATE_HZ,
    )


def _lengthened(keys: struck.Probabilities, n: int) -> struck.Probabilities:
    return np.pad(keys[:n], ((0, n - len(keys[:n])), (0, 0)))


def _pitch_classes() -> Array:
    """Shape (88, 12)."""
    return np.eye(12, dtype=np.float32)[(LOWEST_PITCH + np.arange(N_PITCHES)) % 12]


def _chunks(blocks: Iterable[npt.NDArray[np.float32]]) -> Iterator[tuple[Array, int]]:
    """Stretches that hold `_BATCH_FRAMES` whole frames of the longest window, frame 0 centred on sample 0."""
    half, step = HARMONY_WINDOW // 2, _BATCH_FRAMES * HOP_SAMPLES
    need = step + HARMONY_WINDOW
    waiting: list[Array] = [np.zeros(half, np.float32)]
    size, fresh = half, 0
    for block in blocks:
        waiting.append(np.asarray(block, dtype=np.float32))
        size += len(block)
        fresh += len(block)
        if size < need:
            continue
        buffer = np.concatenate(waiting)
        while len(buffer) >= need:
            yield buffer[:need], fresh
            buffer, fresh = buffer[step:], 0
        waiting, size = [buffer], len(buffer)
    buffer = np.concatenate(waiting)
    while len(buffer) > half or fresh:
        yield np.pad(buffer[:need], (0, max(0, need - len(buffer)))), fresh
        buffer, fresh = buffer[step:], 0


def _spectra(chunk: Array, window: int, hop: int, frames: int, bands: Array) -> Array:
    """Log-compressed band energies of `frames` frames, the first centred on the chunk's half window."""
    start = HARMONY_WINDOW // 2 - window // 2
    views = np.lib.stride_tricks.sliding_window_view(chunk[start:], window)[: frames * hop : hop][:frames]
    spectrum = np.abs(np.fft.rfft(views * _hann(window), axis=1))[:, : bands.shape[0]]
    energy = (spectrum * (2.0 / window)).astype(np.float32) @ bands
    return np.asarray(np.log1p(_LOG_GAIN * energy), dtype=np.float32)


def _hann(window: int) -> Array:
    return np.asarray(np.hanning(window + 1)[:-1], dtype=np.float32)


def _bands(window: int, lowest: int, highest: int) -> Array:
    """Shape (bins, semitones): triangles one semitone to each side, at least a bin wide."""
    frequencies = np.arange(window // 2 + 1) * SAMPLE_RATE_HZ / window
    pitch = 69 + 12 * np.log2(np.maximum(frequencies, 1.0) / 440)
    bin_width = 12 * np.log2(1 + (SAMPLE_RATE_HZ / window) / np.maximum(frequencies, 1.0))
    semitones = np.arange(lowest, highest + 1)
    width = np.maximum(1.0, 0.75 * bin_width)[:, None]
    weights = np.maximum(0.0, 1 - np.abs(pitch[:, None] - semitones) / width)
    top = int(np.nonzero(weights.sum(axis=1))[0].max()) + 1
    return np.ascontiguousarray(weights[:top], dtype=np.float32)


def _fold(lowest: int, highest: int) -> Array:
    """Shape (semitones, 12): to pitch classes, the ends of the range fading out."""
    pitches = np.arange(lowest, highest + 1)
    weight = np.clip((pitches - lowest + 2) / 12, 0, 1) * np.clip((highest + 4 - pitches) / 24, 0, 1)
    out = np.zeros((len(pitches), 12), np.float32)
    out[np.arange(len(pitches)), pitches % 12] = weight
    return out


def _rises(levels: Array, lag: int) -> Array:
    """Half-wave rectified difference over `lag` frames, centred."""
    out = np.zeros_like(levels)
    if len(levels) > lag:
        out[lag // 2 : len(levels) - lag + lag // 2] = np.maximum(0, levels[lag:] - levels[:-lag])
    return out


def _locally_normalised(rises: Array) -> Array:
    """Divide by the largest rise within a second, floored so that noise is not blown up."""
    strength = np.sqrt((rises**2).sum(axis=1))
    floor = 0.25 * float(np.percentile(strength, 90)) + 1e-6 if len(strength) else 1.0
    return np.asarray(rises / np.maximum(_local_max(strength, 25), floor)[:, None], dtype=np.float32)


def _local_max(values: Array, reach: int) -> Array:
    padded = np.pad(values, reach, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


def _decayed(rises: Array) -> Array:
    """Each rise rings on for `_DECAY_FRAMES` frames, so that near misses still meet."""
    out = rises.copy()
    for n in range(1, _DECAY_FRAMES):
        weight = np.float32(np.sqrt(1 - n / _DECAY_FRAMES))
        np.maximum(out[n:], weight * rises[:-n], out=out[n:])
    return out


def _smooth(values: Array, width: int) -> Array:
    kernel = np.hanning(width + 2)[1:-1]
    kernel /= kernel.sum()
    padded = np.pad(values, ((width // 2, width // 2), (0, 0)), mode="edge")
    out = np.zeros_like(values)
    for n, weight in enumerate(kernel):
        out += np.float32(weight) * padded[n : n + len(values)]
    return out


def _unit(values: Array) -> Array:
    """What stands out of the median class, at unit length; much shorter where nothing does (noise, applause)."""
    centred = np.maximum(0, values - np.median(values, axis=1, keepdims=True))
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    whole = np.sqrt((values**2).sum(axis=1, keepdims=True))
    return np.asarray(centred / np.maximum(np.maximum(length, _LEAST_TONAL * whole), 1e-3), dtype=np.float32)


def _audible(level: Array) -> Array:
    """0 where the recording is silent (55 dB below its loud parts or under -75 dBFS), else 1."""
    if not len(level):
        return level
    threshold = max(float(np.percentile(level, 95)) * 10**-5.5, 10**-7.5)
    return np.asarray(level > threshold, dtype=np.float32)


# Strength of the partials of a piano tone, in semitones above the fundamental. The network tells them from keys.
PARTIALS = ((0, 1.0), (12, 0.6), (19, 0.4), (24, 0.25), (28, 0.15), (31, 0.1))


def written_features(
    onsets_s: npt.NDArray[np.float64], ends_s: npt.NDArray[np.float64], pitches: npt.NDArray[np.int64], n_frames: int
) -> tuple[Array, Array]:
    """What a performance of notes at these times would show: (harmony, attack), shape (n_frames, 12) at 50 fps."""
    rate = SAMPLE_RATE_HZ / HOP_SAMPLES
    sounding = np.zeros((n_frames + 1, 12), np.float32)
    begins = np.zeros((n_frames, 12), np.float32)
    for onset, end, pitch in zip(onsets_s, ends_s, pitches, strict=True):
        first = round(onset * rate)
        last = min(n_frames, max(first + 3, round(end * rate) + 5))
        if not 0 <= first < n_frames:
            continue
        ring = np.exp(-np.arange(last - first, dtype=np.float32) / 60)
        for interval, weight in PARTIALS:
            sounding[first:last, (pitch + interval) % 12] += weight * ring
        begins[first, pitch % 12] = 1
    harmony = np.log1p(4 * sounding[:n_frames])
    return _unit(_smooth(harmony, 5)), _decayed(_locally_normalised(begins))
