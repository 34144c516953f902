"""A recording with clicks on its beats, to hear whether they are right: a higher one where a bar begins."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import soundfile as sf

from runtime.analysis import Analysis
from runtime.write.options import Samples, WriteOptions

RATE_HZ = 44_100
BAR_HZ, BEAT_HZ = 1760.0, 1175.0
_CLICK_S = 0.05
_BLOCK_S = 60
_ROOM = 0.7
"""How loud the recording stays, so that there is room for clicks."""


def render_click(analysis: Analysis, options: WriteOptions) -> bytes:
    """A FLAC file (mono, 44,100 Hz) as long as the recording; each click begins at its beat. Clicks alone where the
    recording is not at hand (`WriteOptions.sound`). Raises what reading it raises."""
    clicks = {True: _click(BAR_HZ, 0.8), False: _click(BEAT_HZ, 0.5)}
    starts = [(round(b.time_s * RATE_HZ), clicks[b.position == 1]) for b in analysis.beats]
    out, first = io.BytesIO(), 0
    with sf.SoundFile(out, "w", RATE_HZ, 1, format="FLAC", subtype="PCM_16") as file:
        for block in _recording(analysis, options):
            for start, click in starts:
                a, b = max(start, first), min(start + len(click), first + len(block))
                if a < b:
                    block[a - first : b - first] += click[a - start : b - start]
            file.write(np.clip(block, -1, 1))
            first += len(block)
    return out.getvalue()


def _recording(analysis: Analysis, options: WriteOptions) -> Iterator[Samples]:
    if options.sound is not None:
        for block in options.sound(RATE_HZ):
            yield _ROOM * block
        return
    n_samples = max(1, round(analysis.source.duration_s * RATE_HZ))
    for first in range(0, n_samples, _BLOCK_S * RATE_HZ):
        yield np.zeros(min(_BLOCK_S * RATE_HZ, n_samples - first), np.float32)


def _click(frequency_hz: float, strength: float) -> npt.NDArray[np.float32]:
    t = np.arange(round(_CLICK_S * RATE_HZ)) / RATE_HZ
    return (strength * np.exp(-t / 0.01) * np.sin(2 * np.pi * frequency_hz * t)).astype(np.float32)
