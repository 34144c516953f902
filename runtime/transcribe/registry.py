"""The transcribers by name. One that is not there is an error that says what to fetch, never another one instead."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from runtime.errors import ModelError
from runtime.model import Provider
from runtime.transcribe.transcription import Transcriber

DEFAULT = "own"


@dataclass(frozen=True)
class Setting:
    """What a transcriber is loaded with."""

    path: Path | None = None
    """Where it lies, None for its usual place: a model card (own, hpt), nmp.onnx (basic-pitch), the Python of its
    environment (madmom), the MIDI file itself (midi)."""
    provider: Provider = "auto"
    """What computes, for those that run in onnxruntime."""
    ears: Path | None = None
    """Card of the transcriber of the chosen weights, None for the shipped one: it hears when `path` names no other own
    one, and finds given notes in the recording."""


@dataclass(frozen=True)
class Entry:
    """A transcriber that can be loaded: ``module.load(setting) -> Transcriber``, and one line about it for people."""

    module: str
    about: str


ENTRIES: dict[str, Entry] = {
    "own": Entry("runtime.transcribe.own", "Mezzoforte's own small model"),
    "hpt": Entry(
        "runtime.transcribe.hpt.transcriber",
        "High-resolution Piano Transcription, from your own copy of its checkpoint",
    ),
    "transkun": Entry(
        "runtime.transcribe.transkun.transcriber", "Transkun, the most exact of those here, from its package's weights"
    ),
    "basic-pitch": Entry("runtime.transcribe.basic_pitch", "Spotify's basic-pitch, for any instrument"),
    "madmom": Entry("runtime.transcribe.madmom", "madmom's CNN, in its own Python; non-commercial"),
    "midi": Entry(
        "runtime.digital_piano.transcriber", "the MIDI file of a digital piano that was recorded at the same time"
    ),
}
NAMES = tuple(ENTRIES)


def load(name: str = DEFAULT, setting: Setting | None = None) -> Transcriber:
    """Make a transcriber ready. Raises `ModelError` for an unknown name, or when what it needs is not there: the
    message says what to fetch and how.
    """
    if name not in ENTRIES:
        raise ModelError(f"{name!r} is not a transcriber", advice=f"There are {', '.join(NAMES)}")
    # One at a time, because each knows packages or files that the others do without.
    module = importlib.import_module(ENTRIES[name].module)
    return cast(Transcriber, module.load(setting or Setting()))
