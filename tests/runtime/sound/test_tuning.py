"""A piano that is tuned elsewhere: how far is heard, and notes and scores are found all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from runtime.marks.files import align_file, load
from runtime.score.align.recording import AnotherPitch
from runtime.sound.tuning import STANDARD_HZ, TuningMeter, cents_from_standard, estimated, retuned
from runtime.transcribe.registry import load as load_transcriber
from runtime.transcribe.tuned import transcribe_tuned
from tests.runtime import audio_files

EXAMPLES = Path(__file__).parents[3] / "examples"


def tuned_to(path: Path, hz: float) -> tuple[Path, float]:
    """The example as a piano tuned to another a' gives it, slower or faster by the factor returned."""
    samples, rate_hz = sf.read(EXAMPLES / "minuet.ogg", dtype="float32")
    other_hz = round(rate_hz * hz / STANDARD_HZ)
    sf.write(path, samples, other_hz)
    return path, rate_hz / other_hz


@pytest.fixture(scope="module")
def own_estimate_hz() -> float:
    found = estimated(EXAMPLES / "minuet.ogg")
    assert found is not None and abs(cents_from_standard(found)) < 6
    return found


@pytest.mark.parametrize("cents", [-45, -20, 20, 45])
def test_the_tuning_is_heard_to_a_few_cents(tmp_path: Path, own_estimate_hz: float, cents: float) -> None:
    path, _ = tuned_to(tmp_path / "take.flac", STANDARD_HZ * 2 ** (cents / 1200))
    found = estimated(path)
    assert found is not None
    assert cents_from_standard(found) == pytest.approx(cents + cents_from_standard(own_estimate_hz), abs=2)


def test_noise_and_silence_have_no_tuning(tmp_path: Path) -> None:
    for scale in (0.0, 0.1):
        meter = TuningMeter()
        meter.push(np.random.default_rng(0).normal(0, scale, 40 * 22_050).astype(np.float32))
        assert meter.finish() is None


def test_the_estimate_does_not_depend_on_the_blocks() -> None:
    samples = audio_files.plucks(20.0)[:, 0]
    whole, cut = TuningMeter(), TuningMeter()
    whole.push(samples)
    for part in np.array_split(samples, 37):
        cut.push(part)
    assert whole.finish() == cut.finish() is not None


def test_a_recording_near_440_hz_is_read_as_it_is(tmp_path: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    for hz in (None, 440.0, 443.0, 437.0):
        with retuned(path, hz) as (there, speed):
            assert (there, speed) == (path, 1.0)
    with retuned(path, 415.0) as (there, speed):
        assert there != path and speed == pytest.approx(440 / 415, abs=1e-4)
    assert not there.exists()


@pytest.mark.parametrize("hz", [392.0, 415.0, 430.0, 452.0, 466.0])
def test_a_score_is_found_in_a_recording_at_another_pitch(tmp_path: Path, hz: float) -> None:
    _, score = load(EXAMPLES / "minuet.musicxml")
    path, slower = tuned_to(tmp_path / "take.flac", hz)
    usual, found = align_file(EXAMPLES / "minuet.ogg", score), align_file(path, score)
    assert found.tuning_hz == pytest.approx(hz, rel=0.002)
    expected = np.array([b.time_s for b in usual.beats(score)]) * slower
    assert np.abs([b.time_s for b in found.beats(score)] - expected).max() < 0.06


def test_a_piece_in_another_key_is_refused_as_before(tmp_path: Path) -> None:
    _, score = load(EXAMPLES / "minuet.musicxml")
    path, _ = tuned_to(tmp_path / "take.flac", STANDARD_HZ * 2 ** (3 / 12))
    with pytest.raises(AnotherPitch, match="3 semitones higher"):
        align_file(path, score)


@pytest.mark.parametrize("hz", [415.0, 430.0])
def test_notes_of_a_piano_at_another_pitch_are_those_of_its_keys(tmp_path: Path, hz: float) -> None:
    transcriber = load_transcriber("own")
    path, slower = tuned_to(tmp_path / "take.flac", hz)
    usual = transcriber.transcribe(EXAMPLES / "minuet.ogg").notes
    found = transcribe_tuned(transcriber, path, hz).notes
    # Other sample rates give other last bits: a few of the faintest notes come and go.
    assert abs(len(found.pitch) - len(usual.pitch)) <= 0.02 * len(usual.pitch)
    place = np.searchsorted(found.onset_s, usual.onset_s * slower - 0.02)
    near = [
        any(
            abs(found.onset_s[k] - t * slower) < 0.02 and found.pitch[k] == p
            for k in range(i, min(i + 8, len(found.pitch)))
        )
        for i, t, p in zip(place, usual.onset_s, usual.pitch, strict=True)
    ]
    assert np.mean(near) > 0.97
