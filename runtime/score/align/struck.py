"""Which keys are struck when, by the network of `runtime.transcribe.own`: evidence for alignment.

`ears` is the card of the transcriber whose network that is: the one of the model's set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S, HOP_SAMPLES, SAMPLE_RATE_HZ, n_frames
from runtime.notes.keys import N_PITCHES
from runtime.sound.level import SILENCE_DBFS, LevelMeter, Samples, gain_for_level, level_of

if TYPE_CHECKING:
    from runtime.transcribe.own import OwnTranscriber

Probabilities = npt.NDArray[np.float16]

# The network is run on so much at a time, and on what its frames depend on to both sides: a minute takes 0.5 GB.
_STRETCH_FRAMES = 15 * FRAMES_PER_S
_BORDER_FRAMES = 5 * FRAMES_PER_S // 2


class KeyListener:
    """Keeps the samples of a recording, because its level is known at the end only; 0.09 MB per second."""

    def __init__(self, ears: Path) -> None:
        self._ears = ears
        self._meter = LevelMeter(SAMPLE_RATE_HZ)
        self._kept: list[Samples] = []

    def watch(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Pass mono blocks at 22,050 Hz on while keeping them."""
        for block in blocks:
            samples = np.asarray(block, dtype=np.float32)
            self._meter.push(samples)
            self._kept.append(samples)
            yield samples

    def finish(self) -> Probabilities:
        """Probability that each key is struck, shape (1 + n // 441, 88), nothing for silence; forgets the samples.

        Raises `ModelError` when the network is not there or fails.
        """
        kept, self._kept = self._kept, []
        level_dbfs = level_of(self._meter.mean_squares())
        if level_dbfs < SILENCE_DBFS:
            return np.zeros((0, N_PITCHES), np.float16)
        samples = np.concatenate(kept) * np.float32(gain_for_level(level_dbfs))
        del kept
        n = n_frames(samples.size)
        edges = [*range(0, n, _STRETCH_FRAMES), n]
        return np.concatenate([_onsets(self._ears, samples, a, b) for a, b in pairwise(edges)])


def _onsets(ears: Path, samples: Samples, first: int, last: int) -> Probabilities:
    """Frames `first` to `last`, the last one not included."""
    start = max(0, first - _BORDER_FRAMES)
    heard = _network(ears).rolls(samples[start * HOP_SAMPLES : (last + _BORDER_FRAMES) * HOP_SAMPLES])
    return heard.onset[first - start : last - start].astype(np.float16)


@cache
def _network(ears: Path) -> OwnTranscriber:
    # Here and not above: transcribing knows `runtime.notes.played`, which reads MIDI with this package.
    from runtime.transcribe import Setting, own

    # Always the CPU: where a recording is in its score shall not depend on the machine.
    loaded = own.load(Setting(ears, "cpu"))
    assert isinstance(loaded, own.OwnTranscriber)
    return loaded


def latency_s(ears: Path) -> float:
    """How late the network sees things."""
    return _network(ears).card.thresholds["latency_s"]
