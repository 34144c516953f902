"""Mezzoforte's own transcriber: one ONNX file from samples to rolls, in overlapping windows, and `events`.

Graph contract: input ``samples`` float32 [1, n] as for the main model (22,050 Hz, level by `runtime.sound.level`),
outputs ``onset``, ``frame``, ``offset``, ``velocity`` [1, T, 88] and ``pedal`` [1, T], probabilities 0..1 (velocity:
MIDI velocity / 127), with ``T = 1 + n // 441`` and frame t centred on sample 441 t; a frame depends on less than 1 s
to either side. The card (`runtime.network.card`, kind ``notes``) has ``onset_threshold``, ``frame_threshold``,
``offset_threshold``, ``pedal_threshold``, ``latency_s`` and ``again_threshold`` among its thresholds, and where
`train.notes.tune` calibrated it ``confidence_scale`` and ``confidence_offset``: a note's confidence is then how likely
it is one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from runtime.decode.probability import probability
from runtime.errors import ModelError
from runtime.frames import FRAMES_PER_S, SAMPLE_RATE_HZ
from runtime.network import session as onnx_session
from runtime.network.card import NOTES, ModelCard, load_card
from runtime.network.parts import find_card, shipped
from runtime.network.session import Contract, windows_at_once
from runtime.network.windows import Shape
from runtime.notes.keys import N_PITCHES
from runtime.notes.played import Floats
from runtime.progress import Cancel, Progress, part
from runtime.sound.level import Samples
from runtime.sound.recording import Recording, opened
from runtime.transcribe.events import EventDecoder
from runtime.transcribe.hearing import SCAN_SHARE, hear_columns, warnings_of
from runtime.transcribe.registry import Setting
from runtime.transcribe.rolls import RollOptions, Rolls, Values
from runtime.transcribe.transcription import Transcriber, TranscriberIdentity, Transcription

CONTRACT = Contract(
    {"onset": (N_PITCHES,), "frame": (N_PITCHES,), "offset": (N_PITCHES,), "velocity": (N_PITCHES,), "pedal": ()},
    same_as_cpu=0.02,  # probabilities
)
# The network takes 19 MB for each second of a window. What lies 1 s away it does not hear at all: nothing needs a fade.
_WINDOWS = Shape(7 * SAMPLE_RATE_HZ, border_frames=FRAMES_PER_S, fade_frames=1)
OPTIONS = (
    "onset_threshold", "frame_threshold", "offset_threshold", "pedal_threshold", "latency_s", "again_threshold",
)  # fmt: skip
"""What a card says of how rolls are read (`RollOptions`)."""


@dataclass(frozen=True)
class OwnTranscriber:
    """A verified model of kind ``notes``, ready to run."""

    card: ModelCard
    session: Any
    provider: str
    name = "own"

    @property
    def identity(self) -> TranscriberIdentity:
        """See `Transcriber`."""
        return TranscriberIdentity(
            self.name, f"{self.card.name} {self.card.version}", self.card.sha256, self.card.licence
        )

    def rolls(self, samples: Samples) -> Rolls:
        """What the network says of one stretch of samples, shape (n,) with n >= 1. Raises `ModelError`."""
        onset, frame, offset, velocity, pedal = CONTRACT.run(self.session, samples, self.card.name)
        return Rolls(onset, frame, velocity, offset, pedal)

    def columns(self, samples: Samples) -> Values:
        """The rolls of one stretch side by side, [T, 4 · 88 + 1], as windows are put together. Raises `ModelError`."""
        r = self.rolls(samples)
        assert r.offset is not None and r.pedal is not None  # by the contract
        return np.concatenate((r.onset, r.frame, r.velocity, r.offset, r.pedal[:, None]), axis=1)

    def transcribe(
        self, path: str | os.PathLike[str], progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `Transcriber`."""
        with opened(Path(path), part(progress, 0.0, SCAN_SHARE), cancel) as recording:
            return self.transcribe_open(recording, part(progress, SCAN_SHARE, 1.0), cancel)

    def transcribe_open(
        self, recording: Recording, progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `runtime.transcribe.hearing.TakesOpen`."""
        decoder = EventDecoder(options_of(self.card))
        at_once = windows_at_once(self.provider)
        try:
            hear_columns(
                recording, self.columns, lambda c: decoder.push(rolls_of(c)), at_once, _WINDOWS, progress, cancel
            )
        finally:
            onnx_session.release(self.session, self.provider)
        notes, sureness = decoder.finish()
        notes = replace(notes, warnings=warnings_of(recording.measured))
        if progress:
            progress(1.0)
        return Transcription(notes, calibrated(sureness, self.card), self.identity, "sound")


def calibrated(sureness: Floats, card: ModelCard) -> Floats:
    """How likely each note is one, by how sure the rolls are of it (both 0..1); as it is without a calibration."""
    if "confidence_scale" not in card.thresholds:
        return sureness
    return probability(logit(sureness), card.thresholds["confidence_scale"], card.thresholds["confidence_offset"])


def logit(sureness: Floats) -> Floats:
    """Log-odds, within ± 7."""
    p = np.clip(sureness, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(p / (1 - p)))


def options_of(card: ModelCard) -> RollOptions:
    """How this model's rolls are read."""
    onset, frame, offset, pedal, latency_s, again = (card.thresholds[k] for k in OPTIONS)
    return RollOptions(onset, frame, offset, pedal, latency_s, again)


def rolls_of(columns: Values) -> Rolls:
    """The inverse of `OwnTranscriber.columns`."""
    onset, frame, velocity, offset = (columns[:, k * N_PITCHES : (k + 1) * N_PITCHES] for k in range(4))
    return Rolls(onset, frame, velocity, offset, columns[:, -1])


def load(setting: Setting) -> Transcriber:
    """See `runtime.transcribe.registry.load`."""
    card_path = find_card(setting.path) if setting.path is not None else setting.ears or shipped("notes")
    card = load_card(card_path)
    where = str(card_path)
    if card.kind != NOTES:
        raise ModelError(f"this is a model of kind {card.kind!r}, not one that hears notes", where=where)
    if missing := [k for k in OPTIONS if k not in card.thresholds]:
        raise ModelError(f"the model card lacks {', '.join(missing)}", where=where, advice="Export the model again")
    onnx_path = card_path.with_suffix(".onnx")
    data = onnx_session.verified_bytes(onnx_path, card.sha256)
    runtime = onnx_session.onnxruntime_package()
    session, used, _ = onnx_session.start(runtime, data, setting.provider, str(onnx_path), CONTRACT)
    return OwnTranscriber(card, session, used)
