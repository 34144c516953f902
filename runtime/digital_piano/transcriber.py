"""The transcription of a digital piano: its own MIDI, brought onto the clock of the recording."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from runtime.digital_piano.sync import on_recording_time
from runtime.errors import ModelError, ScoreError
from runtime.notes.played import PlayedNotes, read_notes
from runtime.notes.signature import is_midi_file
from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.transcribe.registry import Setting
from runtime.transcribe.transcription import Transcriber, TranscriberIdentity, Transcription


class MidiTranscriber:
    """Knows the notes of one recording; every note is certain."""

    name = "midi"

    def __init__(self, path: Path, ears: Path | None = None) -> None:
        """`ears`: card of the transcriber that hears where the notes are in the recording (None: the shipped one).
        Raises `ScoreError` when the file cannot be read."""
        self._ears = ears
        self.notes: PlayedNotes = read_notes(path)
        self.identity = TranscriberIdentity(self.name, "", hashlib.sha256(path.read_bytes()).hexdigest(), "")

    def transcribe(
        self, path: str | os.PathLike[str], progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `Transcriber`; the recording may be this MIDI file itself. Raises `ScoreError` when it is another."""
        check(cancel)
        notes = self.notes
        if not is_midi_file(path):
            notes = on_recording_time(notes, audio.stream(Path(path)), self._ears)
        elif hashlib.sha256(Path(path).read_bytes()).hexdigest() != self.identity.sha256:
            raise ScoreError(
                "the performance and its notes are two MIDI files", where=str(path), advice="Give one of them twice"
            )
        if progress:
            progress(1.0)
        return Transcription(notes, np.ones(len(notes.onset_s)), self.identity, "key")


def load(setting: Setting) -> Transcriber:
    """See `runtime.transcribe.registry.load`."""
    if setting.path is None:
        raise ModelError("the MIDI file is not named", advice="Give the MIDI of this performance after --notes")
    return MidiTranscriber(setting.path, setting.ears)
