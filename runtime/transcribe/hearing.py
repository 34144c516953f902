"""What every transcriber of sound begins with: the recording's samples at the level of the level rule, watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.network import windows
from runtime.network.windows import Columns
from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.sound.ahead import ahead
from runtime.sound.level import SILENCE_DBFS, Samples, gain_for_level
from runtime.sound.spool import Spool

_SCAN_SHARE = 0.15  # of the progress


@dataclass(frozen=True)
class Recording:
    """A recording whose level is known; good for one reading inside `opened`."""

    measured: audio.Measured
    n_samples: int
    """At 22,050 Hz."""
    blocks: Callable[[], Iterator[Samples]]
    """Mono samples at 22,050 Hz with the level rule applied, read ahead in another thread; tells the progress."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong with the file, and whether there is anything to hear."""
        return warnings_of(self.measured)


def warnings_of(measured: audio.Measured) -> tuple[str, ...]:
    """What was wrong with a file, and whether there is anything to hear."""
    if not measured.silent:
        return measured.warnings
    told = f"silence (level under {SILENCE_DBFS:g} dBFS, or the channels cancel each other): there are no notes"
    return (*measured.warnings, told)


@contextmanager
def opened(path: Path, progress: Progress | None = None, cancel: Cancel | None = None) -> Iterator[Recording]:
    """Measure a recording and hold its samples ready. Raises `AudioError`, or `Cancelled` when `cancel` said so."""
    report = progress or (lambda _: None)
    info = audio.probe(path)
    promised, seen = info.expected_frames or 0, 0

    def tick(n: int) -> None:
        nonlocal seen
        check(cancel)
        seen += n
        if promised:
            report(_SCAN_SHARE * min(1.0, seen / promised))

    check(cancel)
    with Spool.for_recording(audio.n_resampled(promised, info.rate_hz)) or nullcontext() as spool:
        measured = audio.measure(path, tick, spool)
        gain = np.float32(gain_for_level(measured.level_dbfs))
        n_samples = audio.n_resampled(measured.n_frames_native, info.rate_hz)

        def scaled() -> Iterator[Samples]:
            for block in spool.blocks() if spool is not None and not spool.failed else audio.stream(path):
                yield block * gain

        def watched() -> Iterator[Samples]:
            given = 0
            for block in ahead(scaled()):
                check(cancel)
                yield block
                given += block.size
                report(_SCAN_SHARE + (0.99 - _SCAN_SHARE) * min(1.0, given / n_samples))

        yield Recording(measured, n_samples, watched)
    report(1.0)


def hear_columns(
    path: Path,
    model: Callable[[Samples], Columns],
    take: Callable[[Columns], None],
    at_once: int = 1,
    window_samples: int = windows.WINDOW_SAMPLES,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> tuple[str, ...]:
    """Run a model at 50 frames per second over a recording, in `runtime.network.windows`; returns warnings.

    `take` gets its columns in consecutive stretches, nothing for silence. Raises as `opened` does, and what `model`
    raises.
    """
    with opened(path, progress, cancel) as recording:
        if not recording.measured.silent:
            for stretch in windows.stretches(model, recording.blocks(), at_once, window_samples):
                check(cancel)
                take(stretch)
        return recording.warnings
