"""Listening twice: the notes of a recording are heard too, and tell beats, bars and levels better than sound alone.

And the choice: once, twice, or not at all where there is nothing but the MIDI of a performance.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from runtime.corrections import Corrections
from runtime.errors import ModelError
from runtime.model import Model
from runtime.network.card import ModelCard
from runtime.notes.signature import is_midi_file
from runtime.pipeline import Heard, hear, listen
from runtime.progress import Cancel, Progress, part
from runtime.sound.recording import opened
from runtime.transcribe.registry import DEFAULT, Setting, load
from runtime.transcribe.transcription import Transcriber
from runtime.transcribe.tuned import transcribe_tuned

Quality = Literal["fast", "best"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)

_SCAN_SHARE, _SOUND_SHARE, _NOTES_SHARE = 0.1, 0.3, 0.9  # where the parts of the progress end; the rest is decoding


def listens(model: Model | ModelCard) -> bool:
    """Whether a model knows what to do with notes; one that does not is `fast` unless `best` is asked for."""
    return bool(model.onsets_sha256) if isinstance(model, ModelCard) else model.onsets is not None


def load_listener(model: Model, name: str = DEFAULT, path: Path | None = None) -> Transcriber:
    """A transcriber (our own of the model's set unless named; `path` says where it lies, if not in its usual place), on
    the CPU, so that the same recording gives the same notes on every machine.

    Raises `ModelError` when it is not there, or when the model has no use for notes.
    """
    if not listens(model):
        raise ModelError(
            "this model knows nothing to do with notes", where=model.card.name,
            cause="it has no onset stage", advice="Choose --quality fast, or put a stage in with export.onsets",
        )  # fmt: skip
    return load(name, Setting(path, "cpu", model.parts.path("notes")))


def hear_thoroughly(
    path: str | os.PathLike[str],
    model: Model,
    transcriber: Transcriber,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
    longest_s: float | None = None,
) -> Heard:
    """As `runtime.pipeline.hear`, with the notes that the transcriber hears; the analysis says who that was.

    Raises what `hear` and the transcriber raise.
    """
    model.parts.check()
    with opened(Path(path), part(progress, 0.0, _SCAN_SHARE), cancel, longest_s) as recording:
        listened = listen(recording, model, part(progress, _SCAN_SHARE, _SOUND_SHARE), cancel, corrections)
        found = None
        if listened.frames is not None:
            rest = part(progress, _SOUND_SHARE, _NOTES_SHARE)
            found = transcribe_tuned(transcriber, path, listened.source.tuning_hz, rest, cancel, recording)
    heard = listened.heard(None if found is None else found.notes)
    if progress is not None:
        progress(1.0)
    if found is None:
        return heard
    identity = replace(heard.analysis.model, transcriber=found.identity.version)
    return replace(heard, analysis=replace(heard.analysis, model=identity))


def listener_for(path: str | os.PathLike[str], model: Model, quality: Quality | None = None) -> Transcriber | None:
    """Who hears the notes of a recording for a quality (None: the best that the model knows): nobody for ``fast``, nor
    for the MIDI of a performance, whose notes are known. Raises what `load_listener` raises."""
    if quality == "fast" or is_midi_file(path) or (quality is None and not listens(model)):
        return None
    return load_listener(model)


def hear_with(
    path: str | os.PathLike[str],
    model: Model,
    listener: Transcriber | None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
    longest_s: float | None = None,
) -> Heard:
    """As `runtime.pipeline.hear` for a recording, whose notes `listener` hears too unless that is None, or for the MIDI
    of a performance. Raises what `hear`, the listener and `hear_performance` raise."""
    if is_midi_file(path):
        from runtime.digital_piano.performance import hear_performance

        return hear_performance(path, model, progress, cancel, corrections, longest_s)
    if listener is None:
        return hear(path, model, progress, cancel, corrections, longest_s)
    return hear_thoroughly(path, model, listener, progress, cancel, corrections, longest_s)
