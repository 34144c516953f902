"""What a frame network and a transcriber say of a recording, kept in a folder: listening takes most of the time, and
what is decoded from it, by other stages or options, does not change it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.model import Model
from runtime.network import windows
from runtime.network.logits import FrameLogits
from runtime.notes.played import PlayedNotes
from runtime.transcribe.own import OwnTranscriber
from runtime.write.atomic import write_bytes
from train.frames.hear import heard_notes

Samples = npt.NDArray[np.float32]


def frames_of(samples: Samples, model: Model, folder: Path | None = None) -> FrameLogits:
    """What the frame network alone says of a whole recording, read from `folder` when it said so before."""
    stored = _stored(folder, samples, "frames", model.card.sha256)
    if stored and stored.is_file():
        with np.load(stored) as s:
            return FrameLogits.from_columns(s["columns"])
    logits = FrameLogits.from_columns(windows.run(lambda s: model.run(s).columns(), iter([samples])))
    if stored:
        _write(stored, columns=logits.columns().astype(np.float32))
    return logits


def notes_of(samples: Samples, transcriber: OwnTranscriber, folder: Path | None = None) -> PlayedNotes:
    """What the transcriber hears in a whole recording, read from `folder` when it heard it before."""
    stored = _stored(folder, samples, "notes", transcriber.identity.sha256)
    if stored and stored.is_file():
        with np.load(stored) as s:
            return PlayedNotes(*(s[name] for name in _NOTES))
    notes = heard_notes(samples, transcriber)
    if stored:
        _write(stored, **{name: getattr(notes, name) for name in _NOTES})
    return notes


_NOTES = ("onset_s", "offset_s", "pitch", "velocity")


def _stored(folder: Path | None, samples: Samples, what: str, who: str) -> Path | None:
    if folder is None:
        return None
    name = hashlib.sha256(np.ascontiguousarray(samples).tobytes() + f"{what} {who}".encode()).hexdigest()[:32]
    return folder / f"{name}.npz"


def _write(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, out.getvalue())
