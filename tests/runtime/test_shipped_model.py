"""The model that ships: what it says of the example, of silence and of noise, and what its card says of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import mir_eval
import numpy as np
import pytest
import soundfile as sf

from examples.make_example import beat_times
from runtime.analysis import Analysis
from runtime.analyze import analyse_file
from runtime.corrections import parse_words
from runtime.model import Model, load_model
from runtime.thorough import Quality
from runtime.transcribe import own
from runtime.transcribe.own import OwnTranscriber, load
from runtime.transcribe.registry import Setting
from tests.runtime.score.make import data_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "minuet.ogg"
RATE_HZ = 44_100


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(None, "cpu")


@pytest.fixture(scope="module")
def minuet(model: Model) -> Analysis:
    return analyse_file(EXAMPLE, model=model, quality="fast")


@pytest.fixture(scope="module")
def minuet_by_notes(model: Model) -> Analysis:
    return analyse_file(EXAMPLE, model=model, quality="best")


def test_the_card_names_licence_data_credits_and_test_figures(model: Model) -> None:
    card = model.card
    assert card.licence == "CC-BY-NC-SA-4.0"
    assert any("MazurkaBL" in credit for credit in card.attribution)
    assert any("fold 0" in line for line in card.training_data)
    assert {m.name for m in card.metrics} >= {"beat F", "downbeat F", "dynamics macro-F1", "change-point F1"}
    assert all("upright" in m.data or "real recordings" in m.data for m in card.metrics)
    assert {"chopin/mazurka_op6/2", "bach/fugue_bwv_846", "chopin/sonata_3_3rd"} <= set(card.held_out)
    assert len(card.limits) >= 3


def test_the_file_is_the_one_of_the_card_and_no_more_than_12_megabytes(model: Model) -> None:
    folder = Path(__file__).parents[2] / "runtime" / "models"
    content = (folder / f"{model.card.name}.onnx").read_bytes()
    assert hashlib.sha256(content).hexdigest() == model.card.sha256
    assert len(content) <= 12e6


def test_the_beats_of_the_example_are_found(minuet: Analysis) -> None:
    beats_s = np.array([b.time_s for b in minuet.beats])
    assert mir_eval.beat.f_measure(beat_times()[:96], beats_s) >= 0.85


def test_hearing_the_notes_brings_beats_and_bars_of_the_example_right(minuet_by_notes: Analysis) -> None:
    beats_s = np.array([b.time_s for b in minuet_by_notes.beats])
    downbeats_s = np.array([b.time_s for b in minuet_by_notes.downbeats])
    assert mir_eval.beat.f_measure(beat_times()[:96], beats_s) >= 0.92
    assert mir_eval.beat.f_measure(beat_times()[:96:3], downbeats_s) >= 0.85
    assert minuet_by_notes.model.transcriber.startswith("mezzoforte.notes")


def test_hearing_the_notes_gives_the_same_bytes_twice(model: Model, minuet_by_notes: Analysis) -> None:
    assert analyse_file(EXAMPLE, model=model, quality="best").to_json() == minuet_by_notes.to_json()


def test_giving_metre_and_first_bar_brings_most_bars_of_the_example_right(model: Model) -> None:
    analysis = analyse_file(EXAMPLE, model=model, corrections=parse_words(["metre=3", "bar@0.63"]))
    downbeats_s = np.array([b.time_s for b in analysis.downbeats])
    assert mir_eval.beat.f_measure(beat_times()[:96:3], downbeats_s) >= 0.6


def test_the_loud_half_of_the_example_is_not_marked_softer_than_the_soft_half(minuet: Analysis) -> None:
    order = ("pp", "p", "mf", "f", "ff")
    levels = np.array([order.index(level) for level in minuet.beat_levels])
    middle = beat_times()[48]
    times_s = np.array([b.time_s for b in minuet.beats])
    assert levels[times_s < middle - 1].mean() >= levels[(times_s > middle + 1) & (times_s < middle + 15)].mean()


def test_the_same_recording_gives_the_same_bytes_twice(model: Model, minuet: Analysis) -> None:
    assert analyse_file(EXAMPLE, model=model, quality="fast").to_json() == minuet.to_json()


@pytest.mark.parametrize("quality", ["fast", "best"])
@pytest.mark.parametrize("kind", ["silence", "white noise", "pink noise", "a steady tone", "hiss at -60 dB"])
def test_what_is_not_music_gets_no_marks_and_a_warning(
    kind: str, quality: Quality, model: Model, tmp_path: Path
) -> None:
    n, rng = 20 * RATE_HZ, np.random.default_rng(0)
    white = rng.standard_normal(n)
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(np.arange(n // 2 + 1), 1))
    sounds = {
        "silence": np.zeros(n),
        "white noise": 0.1 * white,
        "pink noise": 10 * np.fft.irfft(spectrum, n),
        "a steady tone": 0.3 * np.sin(2 * np.pi * 440 * np.arange(n) / RATE_HZ),
        "hiss at -60 dB": 0.001 * white,
    }
    sf.write(tmp_path / "x.wav", np.clip(sounds[kind], -1, 1), RATE_HZ)
    analysis = analyse_file(tmp_path / "x.wav", model=model, quality=quality)
    assert analysis.beats == () and analysis.dynamics == () and analysis.change_points == ()
    assert analysis.warnings


@pytest.mark.slow
@pytest.mark.parametrize("name", ["data_size_0.wav", "inverted.flac"])
def test_eight_real_seconds_of_which_little_is_sure_have_beats_and_are_told_unsure(model: Model, name: str) -> None:
    heard = analyse_file(data_folder("cases", "audio") / name, model=model, quality="best")
    assert 6 <= len(heard.beats) <= 10 and heard.doubts


def test_the_transcriber_hears_nothing_of_what_its_windows_discard() -> None:
    transcriber, rng = load(Setting(None, "cpu")), np.random.default_rng(0)
    assert isinstance(transcriber, OwnTranscriber)
    samples = rng.normal(0.0, 0.1, 6 * RATE_HZ // 2).astype(np.float32)
    middle = len(samples) // 2
    other = np.concatenate([samples[:middle], rng.normal(0.0, 0.1, middle).astype(np.float32)])
    changed = np.flatnonzero((transcriber.columns(samples) != transcriber.columns(other)).any(axis=1))
    assert middle // 441 - own._WINDOWS.border_frames < changed[0] < middle // 441
