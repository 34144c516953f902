"""What every transcriber of sound begins with: the recording's samples at the level of the level rule, watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from runtime.network import windows
from runtime.network.windows import Columns
from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.sound.ahead import ahead
from runtime.sound.level import SILENCE_DBFS, Samples
from runtime.sound.recording import Recording
from runtime.transcribe.transcription import Transcription

SCAN_SHARE = 0.15
"""Of the progress, where a recording is opened first."""


@runtime_checkable
class TakesOpen(Protocol):
    """A transcriber that takes a recording which is open already, for whoever listens to its samples too."""

    def transcribe_open(
        self, recording: Recording, progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """As `Transcriber.transcribe`."""
        ...


def warnings_of(measured: audio.Measured) -> tuple[str, ...]:
    """What was wrong with a file, and whether there is anything to hear."""
    if not measured.silent:
        return measured.warnings
    told = f"silence (level under {SILENCE_DBFS:g} dBFS, or the channels cancel each other): there are no notes"
    return (*measured.warnings, told)


def blocks(recording: Recording, progress: Progress | None = None, cancel: Cancel | None = None) -> Iterator[Samples]:
    """Mono samples at 22,050 Hz with the level rule applied, read ahead in another thread; nothing for silence."""
    if recording.measured.silent:
        return
    given, gain = 0, recording.gain
    for block in ahead(block * gain for block in recording.blocks()):
        check(cancel)
        yield block
        given += block.size
        if progress:
            progress(0.99 * min(1.0, given / recording.n_samples))


def hear_columns(
    recording: Recording,
    model: Callable[[Samples], Columns],
    take: Callable[[Columns], None],
    at_once: int = 1,
    shape: windows.Shape = windows.MINUTES,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> None:
    """Run a model at 50 frames per second over a recording, in `runtime.network.windows`.

    `take` gets its columns in consecutive stretches, nothing for silence. Raises what reading and `model` raise.
    """
    for stretch in windows.stretches(model, blocks(recording, progress, cancel), at_once, shape):
        check(cancel)
        take(stretch)
