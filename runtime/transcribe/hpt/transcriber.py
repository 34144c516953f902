"""High-resolution Piano Transcription (Kong et al. 2021) in onnxruntime, from the user's own copy of its weights.

Graph contract: input ``samples`` float32 [1, n], mono at 16,000 Hz, as recorded (no level rule); outputs ``onset``,
``offset``, ``frame``, ``velocity`` [1, T, 88], ``pedal_offset`` and ``pedal_frame`` [1, T, 1], all 0..1, with
``T = 1 + n // 160``. `mezzoforte.transcriber.hpt` makes such a file and its card.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from runtime.network import session as onnx_session
from runtime.network.session import Contract, windows_at_once
from runtime.notes.keys import N_PITCHES
from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.sound.ahead import ahead
from runtime.sound.level import Samples
from runtime.transcribe.hearing import warnings_of
from runtime.transcribe.hpt.card import HptCard, load_card
from runtime.transcribe.hpt.decode import HptDecoder
from runtime.transcribe.hpt.windows import HOP_SAMPLES, SAMPLE_RATE_HZ, columns, cut
from runtime.transcribe.registry import Setting
from runtime.transcribe.rolls import Values
from runtime.transcribe.transcription import Transcriber, TranscriberIdentity, Transcription

CONTRACT = Contract(
    {
        **dict.fromkeys(("onset", "offset", "frame", "velocity"), (N_PITCHES,)),
        **dict.fromkeys(("pedal_offset", "pedal_frame"), (1,)),
    },
    same_as_cpu=0.02,  # probabilities
    hop_samples=HOP_SAMPLES,
)
MAX_MODEL_BYTES = 300 << 20
_SCAN_SHARE = 0.02  # of the progress: reading takes seconds, the network as long as the recording


def usual_place() -> Path:
    """``~/.mezzoforte/models/hpt.json``, the card beside ``hpt.onnx``."""
    return Path.home() / ".mezzoforte" / "models" / "hpt.json"


@dataclass(frozen=True)
class HptTranscriber:
    """A verified, converted checkpoint, ready to run."""

    card: HptCard
    session: Any
    provider: str
    """The provider that really runs it: ``cpu``, ``cuda`` or ``coreml``."""
    name = "hpt"

    @property
    def identity(self) -> TranscriberIdentity:
        """See `Transcriber`."""
        return TranscriberIdentity(self.name, self.card.checkpoint, self.card.sha256, self.card.licence)

    def columns(self, samples: Samples) -> Values:
        """What the network says of one window, shape (frames, `hpt_decode.COLUMNS`). Raises `ModelError`."""
        return np.concatenate(CONTRACT.run(self.session, samples, self.card.name), axis=1)

    def transcribe(
        self, path: str | os.PathLike[str], progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `Transcriber`. The confidence of a note is the height of its onset peak."""
        path = Path(path)
        measured = _measured(path, progress, cancel)
        decoder = HptDecoder()
        if not measured.silent:
            at_once = windows_at_once(self.provider)
            blocks = _blocks(path, measured.duration_s, progress, cancel)
            for stretch in columns(self.columns, cut(blocks, self.card.window_samples), at_once):
                check(cancel)
                decoder.push(stretch)
        notes, confidence = decoder.finish()
        if progress:
            progress(1.0)
        return Transcription(replace(notes, warnings=warnings_of(measured)), confidence, self.identity, "sound")


def _measured(path: Path, progress: Progress | None, cancel: Cancel | None) -> audio.Measured:
    """The recording read once, for what may be wrong with it."""
    check(cancel)
    promised, seen = audio.probe(path).expected_frames or 0, 0

    def tick(n: int) -> None:
        nonlocal seen
        check(cancel)
        seen += n
        if progress and promised:
            progress(_SCAN_SHARE * min(1.0, seen / promised))

    return audio.measure(path, tick)


def _blocks(path: Path, duration_s: float, progress: Progress | None, cancel: Cancel | None) -> Iterator[Samples]:
    """The recording at 16,000 Hz, as loud as it is, read ahead in another thread."""
    given = 0
    for block in ahead(audio.stream(path, SAMPLE_RATE_HZ)):
        check(cancel)
        yield block
        given += block.size
        if progress:
            progress(_SCAN_SHARE + (0.99 - _SCAN_SHARE) * min(1.0, given / (duration_s * SAMPLE_RATE_HZ)))


def load(setting: Setting) -> Transcriber:
    """See `runtime.transcribe.registry.load`; `setting.path` is the card or the ONNX file beside it."""
    card_path = (setting.path or usual_place()).with_suffix(".json")
    card = load_card(card_path)
    onnx_path = card_path.with_suffix(".onnx")
    data = onnx_session.verified_bytes(onnx_path, card.sha256, MAX_MODEL_BYTES)
    runtime = onnx_session.onnxruntime_package()
    session, used, _ = onnx_session.start(runtime, data, setting.provider, str(onnx_path), CONTRACT)
    return HptTranscriber(card, session, used)
