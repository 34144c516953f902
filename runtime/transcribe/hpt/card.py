"""`HptCard`: what a converted HPT checkpoint says about itself, ``NAME.json`` beside ``NAME.onnx``; and where users
get the checkpoint, because Mezzoforte has none to give."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from runtime.errors import ModelError
from runtime.network.card import card_of, load
from runtime.transcribe.hpt.windows import HOP_SAMPLES, SAMPLE_RATE_HZ

KIND, SCHEMA = "hpt", 1
CHECKPOINT = "CRNN_note_F1=0.9677_pedal_F1=0.9186.pth"
"""File name of the official checkpoint."""
RECORD = "https://zenodo.org/record/4034264"
"""Where the README of piano_transcription_inference says the official checkpoint is."""
HOW_TO_GET = (
    f"Get the official checkpoint of High-resolution Piano Transcription, {CHECKPOINT}, from {RECORD} (named by the "
    "README of piano_transcription_inference; about 165 MB), then convert it once: "
    "mezzoforte transcriber add hpt CHECKPOINT"
)
LICENCE = f"as stated at {RECORD}"
LICENCE_NOTE = (
    "Mezzoforte does not distribute these weights: they are the user's own copy and keep the licence of their source "
    f"({RECORD}). They were trained on MAESTRO 2.0.0, which is CC BY-NC-SA 4.0: ask its makers before commercial use."
)


@dataclass(frozen=True)
class HptCard:
    """What the runtime checks, and what a user should know."""

    name: str
    """Stem of both files."""
    sha256: str
    """SHA-256 of the ONNX file, 64 lower-case hexadecimal digits."""
    checkpoint: str
    """File name of the checkpoint that was converted."""
    checkpoint_sha256: str
    """SHA-256 of that file."""
    source: str
    """Where the official checkpoint comes from."""
    licence: str
    """Licence of the weights, in one line."""
    licence_note: str
    """What that means for the user."""
    made_with: Mapping[str, str]
    """Commit of Mezzoforte, versions of torch and piano_transcription_inference, exporter and opset."""
    parameters: int
    """Number of trained parameters in the graph."""
    largest_difference: float
    """Largest difference of any output between the ONNX file and torch, as proved when it was made."""
    window_samples: int
    """Length of the windows it was trained for, at 16,000 Hz."""
    sample_rate_hz: int = SAMPLE_RATE_HZ
    """Always 16000."""
    hop_samples: int = HOP_SAMPLES
    """Always 160: 100 frames a second."""
    kind: str = KIND
    """Always ``hpt``."""
    schema: int = field(default=SCHEMA)
    """Version of this list of names."""

    def __post_init__(self) -> None:
        if self.kind != KIND:
            raise ValueError(f"kind is {self.kind!r}, expected {KIND!r}")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError("sha256 is not 64 lower-case hexadecimal digits")
        if (self.sample_rate_hz, self.hop_samples) != (SAMPLE_RATE_HZ, HOP_SAMPLES):
            raise ValueError(f"{self.sample_rate_hz} Hz by {self.hop_samples} samples, expected 16000 Hz by 160")
        # Two windows are held at a time, and all of one goes through the network at once.
        if not 0 < self.window_samples <= 60 * SAMPLE_RATE_HZ or self.window_samples % (4 * HOP_SAMPLES):
            raise ValueError(f"window_samples is {self.window_samples}, expected a multiple of 640 up to 960000")

    def to_json(self) -> str:
        """The card as the text of ``NAME.json``; equal cards give equal bytes."""
        data = {**asdict(self), "made_with": dict(self.made_with)}
        return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def parse_card(text: str) -> HptCard:
    """Read what `HptCard.to_json` wrote; names it does not know are ignored. Raises `ValueError`."""
    return card_of(HptCard, text, SCHEMA)


def load_card(path: Path) -> HptCard:
    """Read a card. Raises `ModelError`: when there is none, with what to fetch and how to convert it."""
    if not path.exists():
        raise ModelError("HPT is not installed: there is no model card here", where=str(path), advice=HOW_TO_GET)
    return load(path, parse_card, "the card of a converted HPT checkpoint",
                "the card of another model, one made by another version",
                "Convert the checkpoint again with: mezzoforte transcriber add hpt CHECKPOINT")  # fmt: skip
