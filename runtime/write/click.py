"""Clicks on the beats of a recording, to lay beside it: a higher one where a bar begins."""

from __future__ import annotations

import io

import numpy as np
import soundfile as sf

from runtime.analysis import Analysis
from runtime.write.options import WriteOptions

RATE_HZ = 22_050
BAR_HZ, BEAT_HZ = 1760.0, 1175.0
_CLICK_S = 0.05
_BLOCK_S = 60


def render_click(analysis: Analysis, options: WriteOptions) -> bytes:
    """A FLAC file (mono, 22,050 Hz) as long as the recording; each click begins at its beat."""
    n_samples = max(1, round(analysis.source.duration_s * RATE_HZ))
    clicks = {True: _click(BAR_HZ, 0.8), False: _click(BEAT_HZ, 0.5)}
    starts = [(round(b.time_s * RATE_HZ), clicks[b.position == 1]) for b in analysis.beats]
    out = io.BytesIO()
    with sf.SoundFile(out, "w", RATE_HZ, 1, format="FLAC", subtype="PCM_16") as file:
        for first in range(0, n_samples, _BLOCK_S * RATE_HZ):
            block = np.zeros(min(_BLOCK_S * RATE_HZ, n_samples - first), np.float32)
            for start, click in starts:
                a, b = max(start, first), min(start + len(click), first + len(block))
                if a < b:
                    block[a - first : b - first] += click[a - start : b - start]
            file.write(np.clip(block, -1, 1))
    return out.getvalue()


def _click(frequency_hz: float, strength: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    t = np.arange(round(_CLICK_S * RATE_HZ)) / RATE_HZ
    return (strength * np.exp(-t / 0.01) * np.sin(2 * np.pi * frequency_hz * t)).astype(np.float32)
