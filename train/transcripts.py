"""Recordings of a pack as the runtime hears them when it transcribes first: notes help to find the beats.

A transcription takes longer than everything else, so it is kept in a folder, by recording and transcriber.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile as sf
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.model import Model
from runtime.notes import PlayedNotes
from runtime.pulse_stage import with_notes
from runtime.transcribe import Transcriber
from train.predict import Heard, listen
from train.segments import Pack, Recording


def knowing_notes(model: Model) -> Model:
    """The model with the options that hold where notes are known. Raises `MezzoforteError` when it has no network for
    beats from notes."""
    if model.pulse is None:
        raise MezzoforteError("the model has no network for beats from notes", advice="Run export.pulse on its card")
    return replace(model, card=model.card.knowing_notes())


def listen_with_notes(
    pack: Pack, recordings: Iterable[Recording], model: Model, transcriber: Transcriber, cache: Path
) -> list[Heard]:
    """What `train.predict.listen` gives, with the beats of a transcription mixed in as the runtime does."""
    stage, weight = knowing_notes(model).pulse, knowing_notes(model).card.thresholds["weight"]
    assert stage is not None
    out = []
    for h in tqdm(listen(pack, recordings, model), desc="notes", unit="recording"):
        notes = transcript(pack, h.recording, transcriber, cache)
        out.append(replace(h, logits=with_notes(h.logits, notes, stage, weight)))
    return out


def transcript(pack: Pack, recording: Recording, transcriber: Transcriber, cache: Path) -> PlayedNotes:
    """The notes that `transcriber` hears in a recording, from `cache` when they are there."""
    identity = f"{transcriber.identity.sha256} {recording.key} {recording.instrument} {recording.n_samples}"
    path = cache / f"{hashlib.sha256(identity.encode()).hexdigest()[:24]}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return PlayedNotes(**{name: kept[name] for name in ("onset_s", "offset_s", "pitch", "velocity")})
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        sf.write(file.name, pack.samples(recording, 0, recording.n_samples), SAMPLE_RATE_HZ, subtype="FLOAT")
        notes = transcriber.transcribe(file.name).notes
    beside = path.with_suffix(".part.npz")
    np.savez(beside, onset_s=notes.onset_s, offset_s=notes.offset_s, pitch=notes.pitch, velocity=notes.velocity)
    beside.replace(path)
    return notes
