"""Which keys are struck when, by the network of `runtime.transcribe.own`: evidence for alignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from runtime import windows
from runtime.frames import SAMPLE_RATE_HZ
from runtime.keys import N_PITCHES
from runtime.level import SILENCE_DBFS, LevelMeter, Samples, gain_for_level, level_of
from runtime.onnx_session import CPU_WINDOWS_AT_ONCE
from runtime.transcribe import Setting, own

Probabilities = npt.NDArray[np.float16]


class KeyListener:
    """Keeps the samples of a recording, because its level is known at the end only; 0.09 MB per second."""

    def __init__(self) -> None:
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
        gain = np.float32(gain_for_level(level_dbfs))
        network = _network()
        stretches = windows.stretches(
            lambda samples: network.rolls(samples).onset, (block * gain for block in kept), CPU_WINDOWS_AT_ONCE
        )
        return np.concatenate([s.astype(np.float16) for s in stretches])


@cache
def _network() -> own.OwnTranscriber:
    # Always the CPU: where a recording is in its score shall not depend on the machine.
    loaded = own.load(Setting(provider="cpu"))
    assert isinstance(loaded, own.OwnTranscriber)
    return loaded


def latency_s() -> float:
    """How late the network sees things."""
    return _network().card.thresholds["latency_s"]
