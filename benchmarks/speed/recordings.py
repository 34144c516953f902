"""Long test recordings: any audio file, or plucked tones, tiled with noise into FLAC of any length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

RATE_HZ = 44_100
NOISE_DBFS = -60.0  # so that no two tiles are equal and the FLAC is as large as a real one
_TILE_S = 60.0

Stereo = npt.NDArray[np.float32]


def plucked_tones(seconds: float, seed: int = 0) -> Stereo:
    """Chords of decaying partials at an uneven tempo and loudness; shape (n, 2), peak 0.5."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    out = np.zeros((n, 2), np.float32)
    at = 0.0
    while at < seconds:
        t = np.arange(min(n - round(at * RATE_HZ), 3 * RATE_HZ)) / RATE_HZ
        loudness = 0.1 * 10 ** (rng.uniform(-20, 0) / 20)
        for pitch in rng.integers(36, 84, rng.integers(1, 5)):
            tone = sum(
                np.exp(-(1.5 + k) * t) * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * k * t) / k
                for k in range(1, 6)
            )
            pan = rng.uniform(0.3, 0.7)
            out[round(at * RATE_HZ) :][: t.size] += (loudness * np.outer(tone, (pan, 1 - pan))).astype(np.float32)
        at += rng.uniform(0.35, 0.65)
    return out * np.float32(0.5 / np.abs(out).max())


def one_tile(source: Path | None) -> Stereo:
    """The music that is repeated: the whole of `source` as 44.1 kHz stereo, or a minute of plucked tones."""
    if source is None:
        return plucked_tones(_TILE_S)
    frames, rate_hz = sf.read(source, dtype="float32", always_2d=True)
    stereo = frames[:, [0, -1]]
    if rate_hz != RATE_HZ:
        stereo = soxr.resample(stereo, rate_hz, RATE_HZ)
    return np.asarray(stereo, np.float32)


def write_flac(path: Path, tile: Stereo, seconds: float) -> None:
    """Repeat `tile` under fresh noise until `seconds` are written, as 16-bit FLAC."""
    rng = np.random.default_rng(0)
    left = round(seconds * RATE_HZ)
    with sf.SoundFile(path, "w", RATE_HZ, 2, subtype="PCM_16") as file:
        while left > 0:
            part = tile[:left]
            noise = rng.standard_normal(part.shape, dtype=np.float32) * np.float32(10 ** (NOISE_DBFS / 20))
            file.write(np.clip(part + noise, -1.0, 1.0))
            left -= len(part)
