"""Hearing the notes of a piano that is not tuned to 440 Hz."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from runtime.notes.played import PlayedNotes
from runtime.progress import Cancel, Progress
from runtime.sound.recording import Recording
from runtime.sound.tuning import retuned
from runtime.transcribe.hearing import TakesOpen
from runtime.transcribe.transcription import Transcriber, Transcription


def transcribe_tuned(
    transcriber: Transcriber,
    path: str | os.PathLike[str],
    tuning_hz: float | None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    recording: Recording | None = None,
) -> Transcription:
    """As the transcriber's own `transcribe`, for a recording whose a' is `tuning_hz` (None: not known, taken as 440).

    `recording` is the same one where it is open already: who takes its samples need not decode it again. Raises what
    the transcriber raises.
    """
    with retuned(Path(path), tuning_hz) as (there, speed):
        if recording is not None and speed == 1.0 and isinstance(transcriber, TakesOpen):
            return transcriber.transcribe_open(recording, progress, cancel)
        heard = transcriber.transcribe(there, progress, cancel)
    return heard if speed == 1.0 else replace(heard, notes=_slower(heard.notes, speed))


def _slower(notes: PlayedNotes, factor: float) -> PlayedNotes:
    pedal = tuple((down_s * factor, up_s * factor) for down_s, up_s in notes.pedal)
    return notes.moved(notes.onset_s * factor, notes.offset_s * factor, pedal)
