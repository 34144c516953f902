"""Good and damaged audio files for tests, made from plucked tones."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf


def plucks(seconds: float, rate_hz: int = 22_050, channels: int = 1, seed: int = 0) -> npt.NDArray[np.float32]:
    """Decaying tones twice a second with changing loudness; shape (n, channels), peak under 0.5."""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate_hz)
    mono = np.zeros(n)
    for start in range(0, n, max(1, rate_hz // 2)):
        t = np.arange(min(n - start, 2 * rate_hz)) / rate_hz
        pitch = 110.0 * 2.0 ** (rng.integers(0, 30) / 12.0)
        mono[start : start + t.size] += rng.uniform(0.05, 0.2) * np.exp(-4.0 * t) * np.sin(2 * np.pi * pitch * t)
    shares = np.linspace(1.0, 0.8, channels)
    return (mono[:, None] * shares).astype(np.float32) * 0.5


def write(path: Path, seconds: float = 5.0, rate_hz: int = 22_050, channels: int = 1) -> Path:
    """Write plucked tones in the format of the suffix."""
    sf.write(path, plucks(seconds, rate_hz, channels), rate_hz)
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """Keep only the first `share` of a file's bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def write_wav_header(
    path: Path,
    data: bytes,
    *,
    rate_hz: int = 22_050,
    channels: int = 1,
    bits: int = 32,
    declared_bytes: int | None = None,
) -> Path:
    """A WAV (float for 32 bits, else PCM) whose header may say anything."""
    declared = len(data) if declared_bytes is None else declared_bytes
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", 3 if bits == 32 else 1, channels, rate_hz, rate_hz * frame & 0xFFFFFFFF, frame, bits)
    riff = struct.pack("<I", min(declared + 36, 0xFFFFFFFF))
    head = b"RIFF" + riff + b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", declared)
    path.write_bytes(head + data)
    return path


def set_flac_length(path: Path, frames: int) -> Path:
    """Overwrite the number of frames (36 bits) in a FLAC's STREAMINFO; 0 means unknown."""
    data = bytearray(path.read_bytes())
    word = int.from_bytes(data[18:26], "big")
    data[18:26] = ((word >> 36 << 36) | frames).to_bytes(8, "big")
    path.write_bytes(data)
    return path
