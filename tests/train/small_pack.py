"""A small training pack made of clicks, for tests that need one and have no data."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from runtime.frames import SAMPLE_RATE_HZ
from train.data.pieces import mazurka_piece
from train.data.splits import MAZURKA_FOLDS


def write_small_pack(path: Path, *, n_recordings: int = 6, seconds: float = 12.0) -> Path:
    """Recordings of mazurkas of folds 0 and 1 (names only): decaying tones at 2 per second, louder on downbeats."""
    names = [name for fold in MAZURKA_FOLDS[:2] for name in fold.split()][:: 18 // n_recordings][:n_recordings]
    with h5py.File(path, "w") as pack:
        pack.attrs["schema"] = 1
        for i, name in enumerate(names):
            group = pack.create_group(f"small|{name}")
            beats_s = 0.3 + 0.5 * np.arange(int((seconds - 1) / 0.5))
            group["samples"] = _tones(beats_s, seconds, 220.0 * (1 + i))
            group["beats_s"] = beats_s
            group["beat_in_bar"] = (np.arange(len(beats_s)) % 3 + 1).astype(np.int16)
            levels = np.where(np.arange(len(beats_s)) < len(beats_s) // 2, 2, 4).astype(np.int8)
            group["levels"] = levels if i % 2 == 0 else np.zeros_like(levels)
            group.attrs.update(
                corpus="mazurka_resynth", piece_id=mazurka_piece(f"M{name}"), composer="Chopin",
                instrument="tone", gain=1.0, source=name, complete=True,
            )  # fmt: skip
    return path


def _tones(beats_s: np.ndarray, seconds: float, hz: float) -> np.ndarray:
    t = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    out = np.zeros_like(t)
    for i, beat_s in enumerate(beats_s):
        since = t - beat_s
        ringing = since >= 0
        out[ringing] += (
            (0.3 if i % 3 == 0 else 0.15) * np.exp(-8 * since[ringing]) * np.sin(6.283 * hz * since[ringing])
        )
    return np.round(out * 20_000).astype(np.int16)
