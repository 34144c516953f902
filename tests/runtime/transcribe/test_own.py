"""Our own transcriber with a stub model: windows, contract, card, silence, progress and stopping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from runtime.errors import AudioError, ModelError
from runtime.network.windows import Shape
from runtime.progress import Cancelled
from runtime.transcribe import Setting, Transcription, load
from tests import stub_model
from tests.runtime.transcribe import stub_notes

RATE_HZ = 22_050
ROWS = [(0.5 + 0.4 * k, 0.8 + 0.4 * k, 66 + (7 * k) % 35, 0.2) for k in range(10)]


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return stub_notes.write_stub(tmp_path)


def hear(
    card: Path, rows: list[tuple[float, float, int, float]], length_s: float, rate_hz: int = RATE_HZ
) -> Transcription:
    path = card.with_name("take.wav")
    soundfile.write(path, stub_notes.sines(rows, length_s), RATE_HZ)
    return load("own", Setting(card, "cpu")).transcribe(path)


def test_notes_of_a_recording_are_heard_with_their_times(card: Path) -> None:
    heard = hear(card, ROWS, 6.0)
    assert heard.notes.pitch.tolist() == [r[2] for r in ROWS]
    assert heard.notes.onset_s == pytest.approx([r[0] for r in ROWS], abs=0.05)
    assert heard.notes.offset_s == pytest.approx([r[1] for r in ROWS], abs=0.08)
    assert heard.ends == "sound" and heard.identity.name == "own" and len(heard.identity.sha256) == 64
    assert heard.confidence.shape == (10,) and heard.notes.warnings == ()


def test_notes_across_the_seams_of_windows_are_heard_once(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(0.5 + 0.43 * k, 0.8 + 0.43 * k, 66 + (7 * k) % 35, 0.2) for k in range(60)]
    whole = hear(card, rows, 28.0)
    monkeypatch.setattr("runtime.transcribe.own._WINDOWS", Shape(8 * RATE_HZ, 62, 1))
    cut = hear(card, rows, 28.0)
    assert cut.notes.pitch.tolist() == whole.notes.pitch.tolist() == [r[2] for r in rows]
    assert cut.notes.onset_s == pytest.approx(whole.notes.onset_s, abs=1e-3)
    assert cut.notes.offset_s == pytest.approx(whole.notes.offset_s, abs=1e-3)


def test_the_same_recording_gives_the_same_notes_twice(card: Path) -> None:
    first, second = hear(card, ROWS, 6.0), hear(card, ROWS, 6.0)
    assert first.notes.onset_s.tobytes() == second.notes.onset_s.tobytes()
    assert first.confidence.tobytes() == second.confidence.tobytes()


def test_silence_has_no_notes_and_says_so(card: Path) -> None:
    heard = hear(card, [], 3.0)
    assert heard.notes.onset_s.size == 0 and "silence" in heard.notes.warnings[0]


def test_progress_rises_to_one_and_cancel_stops(card: Path) -> None:
    path = card.with_name("take.wav")
    soundfile.write(path, stub_notes.sines(ROWS, 6.0), RATE_HZ)
    own, seen = load("own", Setting(card, "cpu")), []
    own.transcribe(path, seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0
    with pytest.raises(Cancelled):
        own.transcribe(path, cancel=lambda: True)
    asked = iter(range(100))
    with pytest.raises(Cancelled):
        own.transcribe(path, cancel=lambda: next(asked) > 3)


def test_what_is_not_sound_is_refused(card: Path) -> None:
    path = card.with_name("x.wav")
    path.write_bytes(b"no sound")
    with pytest.raises(AudioError):
        load("own", Setting(card)).transcribe(path)


def test_a_model_for_beats_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not one that hears notes"):
        load("own", Setting(stub_model.write_stub(tmp_path)))


def test_a_card_without_a_threshold_names_it(tmp_path: Path) -> None:
    card = stub_notes.write_stub(tmp_path, thresholds={"onset_threshold": 0.5})
    with pytest.raises(ModelError, match="lacks frame_threshold"):
        load("own", Setting(card))


def test_a_model_with_other_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has shape"):
        load("own", Setting(stub_notes.write_stub(tmp_path, keys=87)))


def test_a_changed_model_is_refused(card: Path) -> None:
    onnx = card.with_suffix(".onnx")
    onnx.write_bytes(onnx.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="SHA-256"):
        load("own", Setting(card))


def test_an_unknown_transcriber_is_refused_with_a_list() -> None:
    with pytest.raises(ModelError, match="own, hpt, transkun, basic-pitch, madmom, midi"):
        load("ears")


def test_the_rolls_of_a_stretch_have_the_shapes_of_the_contract(card: Path) -> None:
    own = load("own", Setting(card, "cpu"))
    for n in (1, 440, 441, 50_000):
        rolls = own.rolls(np.zeros(n, np.float32))  # type: ignore[attr-defined]
        assert rolls.onset.shape == (1 + n // 441, 88) and rolls.pedal.shape == (1 + n // 441,)


def test_an_installation_without_the_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.network.parts.MODELS_FOLDER", tmp_path)
    with pytest.raises(ModelError, match=r"not in this installation.*another transcriber"):
        load("own")


def test_the_confidence_is_as_the_card_calibrates_it(card: Path, tmp_path: Path) -> None:
    plain = hear(card, ROWS, 6.0)
    curve = {**stub_notes.THRESHOLDS, "confidence_scale": 2.0, "confidence_offset": -1.0}
    folder = tmp_path / "calibrated"
    folder.mkdir()
    told = hear(stub_notes.write_stub(folder, thresholds=curve), ROWS, 6.0)
    odds = plain.confidence.clip(1e-3, 1 - 1e-3) / (1 - plain.confidence.clip(1e-3, 1 - 1e-3))
    expected = odds**2 / np.e / (1 + odds**2 / np.e)
    assert told.confidence == pytest.approx(expected) and told.notes.onset_s.tobytes() == plain.notes.onset_s.tobytes()
    assert np.abs(told.confidence - plain.confidence).max() > 0.01
