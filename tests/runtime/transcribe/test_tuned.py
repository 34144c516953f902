"""Who takes a recording that is open already, and who reads the file itself: all are heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf

from runtime.sound.recording import opened
from runtime.transcribe.hearing import TakesOpen
from runtime.transcribe.transkun.card import TranskunCard
from runtime.transcribe.transkun.transcriber import OUTPUTS, TranskunTranscriber
from runtime.transcribe.tuned import transcribe_tuned


class Deaf:
    """A network that hears nothing in any segment."""

    def run(self, names: list[str], feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert feeds["samples"].shape[-1] == 705600
        return [np.full(OUTPUTS[name], -1.0 if name == "single" else 0.0, np.float32) for name in names]


def test_transkun_listens_to_a_recording_that_is_open_already(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    sf.write(path, 0.1 * np.sin(np.arange(44100) * 0.06), 44100)
    card = TranskunCard("transkun", "0" * 64, "1" * 64, "2.0.1", "2" * 64, "here", "MIT", "", {}, 1, 0.0)
    deaf = TranskunTranscriber(card, Deaf(), Deaf(), "cpu")
    assert not isinstance(deaf, TakesOpen), "it needs 44,100 Hz, so it reads the file itself"
    with opened(path) as recording:
        heard = transcribe_tuned(deaf, path, 440.0, recording=recording)
    assert heard.identity.name == "transkun" and len(heard.notes.pitch) == 0
