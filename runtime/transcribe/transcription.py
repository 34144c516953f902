"""`Transcription`: notes heard in a recording, how sure of each, and who heard them; `Transcriber`: who can hear."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal, Protocol

from runtime.notes.played import Floats, PlayedNotes
from runtime.progress import Cancel, Progress

Ends = Literal["key", "sound"]


@dataclass(frozen=True)
class TranscriberIdentity:
    """Who made a transcription."""

    name: str
    """Name in `runtime.transcribe.registry`, e.g. ``own``."""
    version: str
    """Version of the model or package, as it names itself; "" when it does not."""
    sha256: str
    """SHA-256 of the model file or of the MIDI file; "" when there is none."""
    licence: str
    """Licence of the weights, SPDX where there is one; "" when there are none."""


@dataclass(frozen=True, eq=False)
class Transcription:
    """What was played in a recording, as a transcriber heard it; times are seconds of the recording."""

    notes: PlayedNotes
    """Notes by onset and then pitch, with the pedal where the transcriber hears it."""
    confidence: Floats
    """How sure the transcriber is of each note, 0..1, shape (n,); not calibrated unless its documentation says so."""
    identity: TranscriberIdentity
    ends: Ends
    """What `notes.offset_s` means: ``key`` the key is released, ``sound`` the sound ends, by key or pedal."""

    def __post_init__(self) -> None:
        if self.confidence.shape != self.notes.onset_s.shape:
            raise ValueError(f"{self.confidence.size} confidences for {self.notes.onset_s.size} notes")
        if not ((self.confidence >= 0) & (self.confidence <= 1)).all():
            raise ValueError("a confidence is not within 0..1")


class Transcriber(Protocol):
    """A way from a recording to its notes, loaded and ready."""

    @property
    def name(self) -> str:
        """Name in the registry."""
        ...

    @property
    def identity(self) -> TranscriberIdentity:
        """What it is, precisely."""
        ...

    def transcribe(
        self,
        path: str | os.PathLike[str],
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> Transcription:
        """Hear one recording, any format and length that `runtime.sound.read` reads.

        `progress` is called with the finished fraction 0..1, `cancel` is asked between windows, both from the
        calling thread. A recording in which nothing is heard gives no notes and a warning in `notes.warnings`.
        Raises `AudioError`, `ModelError`, or `runtime.progress.Cancelled` when `cancel` returned True.
        """
        ...
