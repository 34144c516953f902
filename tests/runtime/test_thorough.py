"""Listening for notes too: they reach the analysis, which says who heard them; progress, cancelling, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from runtime import pipeline
from runtime.analysis import from_json
from runtime.corrections import Corrections
from runtime.errors import ModelError
from runtime.model import Model, load_model
from runtime.notes.played import PlayedNotes
from runtime.pipeline import hear
from runtime.progress import Cancelled
from runtime.sound import read as audio
from runtime.sound.recording import Recording
from runtime.stages.onsets import Mix, OnsetStage
from runtime.thorough import hear_thoroughly, load_listener
from runtime.transcribe.transcription import TranscriberIdentity, Transcription
from tests.runtime.audio_files import write
from tests.runtime.command import analyze
from tests.runtime.stages.test_onsets import LoudOnesAreBeats
from tests.stub_model import write_stub

WHO = TranscriberIdentity("own", "stub.notes 1.0", "0" * 64, "MIT")


class HearsAScale:
    """A transcriber that hears a note every quarter of a second, every other one loud."""

    name, identity = "own", WHO
    asked = 0

    def transcribe(self, path: Path, progress: Any = None, cancel: Any = None) -> Transcription:
        self.asked += 1
        if cancel is not None and cancel():
            raise Cancelled
        if progress is not None:
            progress(0.5)
            progress(1.0)
        rows = [(0.51 + k / 4, 0.7 + k / 4, 60 + k % 12, 100 if k % 2 == 0 else 40) for k in range(40)]
        return Transcription(PlayedNotes.of(rows), np.ones(40), WHO, "sound")


@pytest.fixture
def model(tmp_path: Path) -> Model:
    stage = OnsetStage("t", LoudOnesAreBeats(), Mix(1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    return replace(load_model(write_stub(tmp_path), "cpu"), onsets=stage)


def test_beats_are_those_of_the_notes_and_the_analysis_says_who_heard_them(model: Model, tmp_path: Path) -> None:
    told: list[float] = []
    heard = hear_thoroughly(write(tmp_path / "t.wav", 12.0), model, HearsAScale(), told.append)
    beats_s = np.array([b.time_s for b in heard.analysis.beats])
    assert len(beats_s) > 15 and np.abs((beats_s - 0.51) * 2 - np.rint((beats_s - 0.51) * 2)).max() < 0.01
    assert heard.analysis.model.transcriber == "stub.notes 1.0"
    assert from_json(heard.analysis.to_json()).model == heard.analysis.model
    assert told == sorted(told) and told[-1] == 1.0 and heard.evidence is not None


class HearsTheSamples(HearsAScale):
    """The same by way of the samples of a recording that is open."""

    def transcribe_open(self, recording: Recording, progress: Any = None, cancel: Any = None) -> Transcription:
        assert sum(block.size for block in recording.blocks()) == recording.n_samples
        return super().transcribe(recording.path, progress, cancel)

    def transcribe(self, path: Path, progress: Any = None, cancel: Any = None) -> Transcription:
        raise AssertionError("the recording is open already")


def test_a_recording_is_read_and_its_beats_are_decoded_once(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(where: Any, name: str) -> None:
        real = getattr(where, name)
        monkeypatch.setattr(where, name, lambda *a, **k: [asked.append(name), real(*a, **k)][1])

    counted(audio, "measure")
    counted(audio, "stream")
    counted(pipeline, "decode")
    ears = HearsTheSamples()
    heard = hear_thoroughly(write(tmp_path / "t.wav", 12.0), model, ears)
    assert asked == ["measure", "decode"] and ears.asked == 1
    assert heard.analysis == hear_thoroughly(tmp_path / "t.wav", model, HearsAScale()).analysis


def test_a_piano_tuned_elsewhere_is_opened_anew_for_its_notes(model: Model, tmp_path: Path) -> None:
    corrections = Corrections(tuning_hz=415.0)
    with pytest.raises(AssertionError, match="open already"):
        hear_thoroughly(write(tmp_path / "t.wav", 5.0), model, HearsTheSamples(), corrections=corrections)


def test_an_analysis_written_before_transcribers_were_named_is_still_read(model: Model, tmp_path: Path) -> None:
    analysis = hear(write(tmp_path / "t.wav", 5.0), model).analysis
    old = json.loads(analysis.to_json())
    del old["model"]["transcriber"]
    assert from_json(json.dumps(old)).to_json() == analysis.to_json()


def test_silence_is_not_transcribed(model: Model, tmp_path: Path) -> None:
    ears = HearsAScale()
    sf.write(tmp_path / "t.wav", np.zeros(66_150), 22_050)
    heard = hear_thoroughly(tmp_path / "t.wav", model, ears)
    assert ears.asked == 0 and not heard.analysis.beats and heard.analysis.warnings


def test_it_can_be_cancelled_while_notes_are_heard(model: Model, tmp_path: Path) -> None:
    ears = HearsAScale()
    with pytest.raises(Cancelled):
        hear_thoroughly(write(tmp_path / "t.wav", 3.0), model, ears, cancel=lambda: ears.asked > 0)


def test_a_model_that_knows_nothing_of_notes_is_refused_before_any_work(tmp_path: Path) -> None:
    model = load_model(write_stub(tmp_path), "cpu")
    with pytest.raises(ModelError, match="nothing to do with notes"):
        load_listener(model)
    write(tmp_path / "t.wav", 3.0)
    done = analyze(tmp_path, "t.wav", "--model", tmp_path / "stub.json", "--quality", "best")
    assert done.status == 2 and "--quality fast" in done.err and not done.out


def test_where_notes_are_known_the_quality_has_no_use_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path / "t.wav", 3.0)
    done = analyze(tmp_path, "t.wav", "--quality", "best", "--transcribe", "--out", "t.mid")
    assert done.status == 2 and "--quality has no use with --transcribe" in done.err


def test_the_best_quality_is_the_default_where_the_model_knows_of_notes(tmp_path: Path) -> None:
    write(tmp_path / "t.wav", 5.0)
    by_default, fast = analyze(tmp_path, "t.wav"), analyze(tmp_path, "t.wav", "--quality", "fast")
    assert from_json(by_default.out.decode()).model.transcriber and not from_json(fast.out.decode()).model.transcriber
    without = analyze(tmp_path, "t.wav", "--model", write_stub(tmp_path))
    assert without.status == 0 and not from_json(without.out.decode()).model.transcriber


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--quality", "fast", "--listener", "own"], "nobody listens"),
        (["--listener", "nobody"], "not one of"),
        (["--transcriber-path", "x.json"], "belongs to --transcribe or --listener"),
        (["--listener", "own", "--transcriber-path", "missing.json"], "missing.json"),
        (["--transcribe", "--out", "t.mid", "--listener", "own"], "no use with --transcribe"),
    ],
)
def test_a_listener_that_cannot_be_is_refused_before_any_work(tmp_path: Path, words: list[str], told: str) -> None:
    write(tmp_path / "t.wav", 3.0)
    done = analyze(tmp_path, "t.wav", *words)
    assert done.status == 2 and told in done.err and not done.out
