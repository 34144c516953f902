"""What it takes to add each transcriber."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.transcribe import basic_pitch
from runtime.transcribe.hpt import transcriber as hpt
from runtime.transcribe.hpt.card import HOW_TO_GET
from runtime.transcribe.transkun import transcriber as transkun
from runtime.transcribe.transkun.card import VERSION


@dataclass(frozen=True)
class Recipe:
    """A conversion: packages for an environment of its own, and the module to run there."""

    packages: tuple[str, ...]
    """As pip takes them, with what they require."""
    module: str
    """Run as ``python -m MODULE [FILE] --out OUT`` in that environment; writes OUT whole or fails."""
    usual_place: Callable[[], Path]
    """The ONNX file where the transcriber looks for its model."""
    room: str
    """Disk that the environment takes, for people."""
    how_to_get: str = ""
    """Where the user gets the file that is converted; empty when the packages bring it."""
    alone: tuple[str, ...] = ()
    """Packages of which only some files are needed: without what they require."""


RECIPES = {
    "basic-pitch": Recipe(
        (), "mezzoforte.transcriber.basic_pitch", basic_pitch.usual_place, "30 MB", alone=("basic-pitch==0.4.0",),
    ),
    "hpt": Recipe(
        (
            "torch==2.13.0",
            "onnx>=1.18,<2",
            "piano_transcription_inference>=0.0.6,<0.1",
            "librosa>=0.10.2,<1",  # the package imports its older names and does not bound it
        ),
        "mezzoforte.transcriber.hpt", lambda: hpt.usual_place().with_suffix(".onnx"), "2 to 6 GB",
        how_to_get=HOW_TO_GET,
    ),
    "transkun": Recipe(
        ("torch==2.13.0", "onnx>=1.18,<2", "onnxscript>=0.5,<1"), "mezzoforte.transcriber.transkun",
        lambda: transkun.usual_place().with_suffix(".onnx"), "1 to 6 GB", alone=(f"transkun=={VERSION}",),
    ),
}  # fmt: skip
