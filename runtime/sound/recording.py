"""A recording that is open: decoded and measured once, its samples read as often as somebody listens to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.sound.level import Samples, gain_for_level
from runtime.sound.spool import Spool


@dataclass(frozen=True)
class Recording:
    """A recording whose length and level are known; good inside `opened`, for one reading at a time."""

    path: Path
    measured: audio.Measured
    spool: Spool | None
    """Where its samples were put aside; None where they could not be, and each reading decodes the file."""

    @property
    def n_samples(self) -> int:
        """At 22,050 Hz."""
        return audio.n_resampled(self.measured.n_frames_native, self.measured.info.rate_hz)

    @property
    def gain(self) -> np.float32:
        """The factor by the level rule."""
        return np.float32(gain_for_level(self.measured.level_dbfs))

    def blocks(self) -> Iterator[Samples]:
        """Mono samples at 22,050 Hz from the start, as loud as they were recorded. Raises `AudioError`."""
        return audio.stream(self.path) if self.spool is None else self.spool.blocks()


@contextmanager
def opened(
    path: Path, progress: Progress | None = None, cancel: Cancel | None = None, longest_s: float | None = None
) -> Iterator[Recording]:
    """Measure a recording and hold its samples ready; `progress` tells of that alone.

    `longest_s` bounds its length while it is decoded (None: 24 hours). Raises `AudioError` as
    `runtime.sound.read.measure`, `Cancelled` when `cancel` said so.
    """
    info = audio.probe(path)
    expected, done = info.expected_frames or 0, 0

    def tick(n: int) -> None:
        nonlocal done
        check(cancel)
        done += n
        if progress and expected:
            progress(min(1.0, done / expected))

    check(cancel)
    with Spool.for_recording(audio.n_resampled(expected, info.rate_hz)) or nullcontext() as spool:
        measured = audio.measure(path, tick, spool, longest_s)
        yield Recording(path, measured, None if spool is None or spool.failed else spool)
