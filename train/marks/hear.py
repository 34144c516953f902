"""Renders as the product hears them, kept: loudness, frame logits and notes of each sound file."""

from __future__ import annotations

import hashlib
import io
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.decode.on_beats import SoundEvidence
from runtime.model import Model, load_model
from runtime.network.logits import FrameLogits
from runtime.notes.played import PlayedNotes
from runtime.pipeline import listen
from runtime.sound.recording import opened
from runtime.transcribe.own import OwnTranscriber
from runtime.write.atomic import write_bytes
from train.frames.hear import transcriber_of
from train.sources import Sources, of_card, union


@dataclass(frozen=True)
class Listener:
    """A model and a transcriber, and a folder for what they said."""

    model: Model
    transcriber: OwnTranscriber
    kept: Path

    @staticmethod
    def with_folder(kept: Path, model: str | None = None, transcriber: Path | None = None) -> Listener:
        """On the CPU; None: the shipped model, and the transcriber of the model's set."""
        loaded = load_model(model, "cpu")
        return Listener(loaded, transcriber_of(loaded, transcriber), kept)

    @staticmethod
    def add_options(parser: ArgumentParser) -> None:
        """Who listens."""
        parser.add_argument("--model", help="name of a shipped model or path of a card (default: the shipped one)")
        parser.add_argument("--transcriber-path", type=Path, help="card of a transcriber (default: that of the set)")

    @property
    def sources(self) -> Sources:
        """What both learned from."""
        return union(of_card(self.model.card), of_card(self.transcriber.card))

    def hear(self, path: Path) -> SoundEvidence:
        """What is heard in a sound file."""
        who = self.model.card.sha256 + self.transcriber.identity.sha256
        name = hashlib.sha256(path.read_bytes() + who.encode()).hexdigest()[:32]
        stored = self.kept / f"{name}.npz"
        if not stored.is_file():
            self._listen(path, stored)
        with np.load(stored) as s:
            logits = FrameLogits.from_columns(s["columns"])
            rows = list(zip(s["onset_s"], s["offset_s"], s["pitch"], s["velocity"], strict=True))
        notes = PlayedNotes.of([(float(a), float(b), int(p), int(v)) for a, b, p, v in rows])
        return SoundEvidence(logits.ntot_sone, self.model.parts, logits, self.model.levels_for(notes), notes)

    def _listen(self, path: Path, stored: Path) -> None:
        with opened(path) as recording:  # listened to alone: rules to choose marks by may still have to be fitted
            frames = listen(recording, self.model).frames
        assert frames is not None, f"nothing is heard in {path}"
        notes = self.transcriber.transcribe(path).notes
        out = io.BytesIO()
        np.savez_compressed(
            out, columns=frames.logits.columns().astype(np.float32), onset_s=notes.onset_s, offset_s=notes.offset_s,
            pitch=notes.pitch, velocity=notes.velocity,
        )  # fmt: skip
        stored.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(stored, out.getvalue())
