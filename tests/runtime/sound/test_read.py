"""Recordings become the same mono samples whatever their container, rate, channels and blocks."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import AudioError
from runtime.sound import read as audio
from runtime.sound.level import LevelMeter, gain_for_level, level_of, measure_level_dbfs
from tests.runtime import audio_files


def streamed(path: Path) -> np.ndarray:
    return np.concatenate([np.empty(0, np.float32), *audio.stream(path)])


# --- the level rule


def test_level_of_a_sine_is_its_rms_in_dbfs() -> None:
    t = np.arange(10 * 8_000) / 8_000
    sine = (0.5 * np.sin(2 * np.pi * 400 * t)).astype(np.float32)
    assert measure_level_dbfs(sine, 8_000) == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=1e-3)


def test_level_is_the_95th_percentile_of_the_block_levels() -> None:
    amplitudes_db = np.arange(-60.0, -19.0)  # 41 blocks, one per dB
    block = np.ones(400, np.float32)
    samples = np.concatenate([block * np.float32(10 ** (db / 20)) for db in amplitudes_db])
    assert measure_level_dbfs(samples, 1_000) == pytest.approx(np.percentile(amplitudes_db, 95), abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 5_000), max_size=8), seed=st.integers(0, 99))
def test_level_does_not_depend_on_how_the_recording_is_cut(cuts: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.1, 5_000).astype(np.float32)
    parts = np.split(samples, sorted(cuts))
    assert measure_level_dbfs(iter(parts), 1_500) == measure_level_dbfs(samples, 1_500)


def test_incomplete_last_block_counts_only_when_it_is_the_only_one() -> None:
    quiet, loud = np.full(400, 0.01, np.float32), np.full(399, 1.0, np.float32)
    assert measure_level_dbfs(np.concatenate([quiet, loud]), 1_000) == pytest.approx(-40.0, abs=1e-4)
    assert measure_level_dbfs(loud, 1_000) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("level_dbfs", "gain_db"), [(-20, 0), (-50, 30), (-65, 40), (0, -20), (-70.1, 0), (-200, 0)])
def test_gain_goes_to_minus_20_dbfs_but_not_beyond_40_db_and_leaves_silence(level_dbfs: float, gain_db: float) -> None:
    assert 20 * np.log10(gain_for_level(level_dbfs)) == pytest.approx(gain_db, abs=1e-9)


def test_no_samples_have_the_lowest_level() -> None:
    assert level_of(LevelMeter(8_000).mean_squares()) == -200.0


def test_level_refuses_nan_and_stereo() -> None:
    with pytest.raises(ValueError, match="sample 7 "):
        measure_level_dbfs(np.array([0.0] * 7 + [np.nan], np.float32), 8_000)
    with pytest.raises(ValueError, match="one dimension"):
        measure_level_dbfs(np.zeros((5, 2), np.float32), 8_000)


# --- reading


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff", "au"])
def test_every_container_gives_the_recording_at_22050_hz(tmp_path: Path, suffix: str) -> None:
    path = audio_files.write(tmp_path / f"take.{suffix}", 3.0, 44_100, 2)
    expected = soxr.resample(audio_files.plucks(3.0, 44_100, 2).mean(axis=1), 44_100, 22_050)
    got = streamed(path)
    assert got.dtype == np.float32
    assert abs(got.size - expected.size) <= 1
    error = got[: expected.size] - expected[: got.size]
    assert np.sqrt(np.mean(error**2)) < 0.05 * np.sqrt(np.mean(expected**2))


@pytest.mark.parametrize("rate_hz", [1_000, 8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000, 768_000])
@pytest.mark.parametrize("seconds", [0.0105, 2.3])
def test_any_rate_equals_resampling_the_whole_recording_at_once(tmp_path: Path, rate_hz: int, seconds: float) -> None:
    samples = audio_files.plucks(seconds, rate_hz)[:, 0]
    path = tmp_path / "take.wav"
    sf.write(path, samples, rate_hz, subtype="FLOAT")
    expected = samples if rate_hz == 22_050 else soxr.resample(samples, rate_hz, 22_050)
    np.testing.assert_array_equal(streamed(path), expected)
    assert expected.size == int(samples.size * 22_050 / rate_hz + 0.5)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100])
def test_block_size_does_not_change_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: int) -> None:
    path = audio_files.write(tmp_path / "take.flac", 3.0, rate_hz, 3)
    expected, level = streamed(path), audio.measure(path).level_dbfs
    monkeypatch.setattr(audio, "BLOCK_VALUES", 999)
    np.testing.assert_array_equal(streamed(path), expected)
    assert audio.measure(path).level_dbfs == level


def test_channels_are_averaged(tmp_path: Path) -> None:
    six = np.random.default_rng(0).normal(0, 0.1, (5_000, 6)).astype(np.float32)
    sf.write(tmp_path / "six.wav", six, 22_050, subtype="FLOAT")
    np.testing.assert_allclose(streamed(tmp_path / "six.wav"), six.mean(axis=1), atol=1e-7)


def test_a_long_flac_measured_in_parts_has_the_level_and_length_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = audio_files.write(tmp_path / "take.flac", 20.3, 11_025)
    whole = audio.measure(path)
    monkeypatch.setattr(audio, "PARALLEL_SCAN_S", 1.0)
    monkeypatch.setattr(audio, "PARALLEL_READERS", 3)
    ticks: list[int] = []
    in_parts = audio.measure(path, ticks.append)
    assert in_parts == whole
    assert 0 < sum(ticks) <= whole.n_frames_native


def test_a_callback_that_raises_ends_a_measurement_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = audio_files.write(tmp_path / "take.flac", 20.0, 44_100)
    monkeypatch.setattr(audio, "PARALLEL_SCAN_S", 1.0)
    monkeypatch.setattr(audio, "wait", lambda *_, **__: type("", (), {"not_done": True}))

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audio.measure(path, stop)


def test_training_and_runtime_measure_the_same_level(tmp_path: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav", 4.0, 44_100, 2)
    frames, rate_hz = sf.read(path, dtype="float32", always_2d=True)
    in_memory = measure_level_dbfs(frames.mean(axis=1, dtype=np.float32), rate_hz)
    assert in_memory == pytest.approx(audio.measure(path).level_dbfs, abs=1e-5)


def test_analysing_leaves_the_recording_as_it_was(tmp_path: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    audio.measure(path)
    streamed(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


# --- headers are not believed


@pytest.mark.parametrize("frames", [0, 1 << 31, (1 << 36) - 1])
def test_a_flac_whose_header_has_no_or_a_wrong_length_is_read_to_its_end(tmp_path: Path, frames: int) -> None:
    path = audio_files.write(tmp_path / "take.flac", 5.0, 44_100, 2)
    expected = streamed(path)
    audio_files.set_flac_length(path, frames)
    measured = audio.measure(path)
    assert measured.n_frames_native == 5 * 44_100
    assert bool(measured.warnings) == (frames > 0)
    np.testing.assert_array_equal(streamed(path), expected)


def test_a_wav_that_promises_too_much_is_read_and_warned_about(tmp_path: Path) -> None:
    data = (audio_files.plucks(2.0)[:, 0] * 32_767).astype("<i2").tobytes()
    claimed = audio_files.write_wav_header(tmp_path / "a.wav", data, bits=16, declared_bytes=1 << 31)
    assert audio.measure(claimed).n_frames_native == 44_100
    assert "promises" in audio.measure(claimed).warnings[0]


@pytest.mark.parametrize("declared", [0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_written_to_a_pipe_is_complete_without_a_warning(tmp_path: Path, declared: int) -> None:
    data = (audio_files.plucks(2.0)[:, 0] * 32_767).astype("<i2").tobytes()
    piped = audio_files.write_wav_header(tmp_path / "a.wav", data, bits=16, declared_bytes=declared)
    assert audio.measure(piped).n_frames_native == 44_100
    assert audio.measure(piped).warnings == ()


@pytest.mark.parametrize(("bits", "channels"), [(16, 1), (24, 2), (32, 2)])
def test_a_wav_whose_size_was_never_written_is_read_to_its_end(tmp_path: Path, bits: int, channels: int) -> None:
    whole = audio_files.plucks(2.0, channels=channels)
    sf.write(tmp_path / "whole.wav", whole, 22_050, subtype={16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}[bits])
    data = bytearray((tmp_path / "whole.wav").read_bytes())
    at = data.index(b"data")
    data[4:8] = data[at + 4 : at + 8] = bytes(4)
    (tmp_path / "died.wav").write_bytes(data)
    measured = audio.measure(tmp_path / "died.wav")
    assert measured.warnings and "0 bytes" in measured.warnings[0]
    np.testing.assert_array_equal(streamed(tmp_path / "died.wav"), streamed(tmp_path / "whole.wav"))


@pytest.mark.parametrize("behind", [b"", b"LIST\x04\0\0\0INFO", b"id3 \x03\0\0\0abc\0" + b"LIST\x04\0\0\0INFO"])
def test_a_wav_without_audio_is_empty_whatever_chunks_follow(tmp_path: Path, behind: bytes) -> None:
    audio_files.write_wav_header(tmp_path / "a.wav", behind, bits=16, declared_bytes=0)
    with pytest.raises(AudioError, match="0 samples"):
        audio.measure(tmp_path / "a.wav")


def test_an_upside_down_channel_is_turned_over_wherever_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = audio_files.plucks(12.0, 11_025)[:, 0]
    noise = np.random.default_rng(0).normal(0, 1e-3, (len(left), 2)).astype(np.float32)
    silence = np.zeros((3 * 11_025, 2), np.float32)
    sf.write(tmp_path / "a.flac", np.concatenate((silence, np.column_stack((left, -0.8 * left)) + noise)), 11_025)
    whole = audio.measure(tmp_path / "a.flac")
    assert "upside down" in whole.warnings[0] and not whole.silent
    expected = soxr.resample(0.9 * left, 11_025, 22_050)
    got = streamed(tmp_path / "a.flac")[3 * 22_050 :]
    assert np.corrcoef(got, expected)[0, 1] > 0.99
    monkeypatch.setattr(audio, "PARALLEL_SCAN_S", 1.0)
    assert audio.measure(tmp_path / "a.flac") == whole


@pytest.mark.parametrize("alike", [1.0, 0.0, -0.5])
def test_microphones_that_differ_are_no_upside_down_channel(tmp_path: Path, alike: float) -> None:
    rng = np.random.default_rng(1)
    left, other = rng.normal(0, 0.1, (2, 100_000))
    right = alike * left + np.sqrt(1 - alike**2) * other
    sf.write(tmp_path / "a.wav", np.column_stack((left, right)), 22_050, subtype="FLOAT")
    assert audio.measure(tmp_path / "a.wav").warnings == ()
    np.testing.assert_allclose(streamed(tmp_path / "a.wav"), (left + right) / 2, atol=1e-6)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "ogg", "mp3"])
def test_a_truncated_file_that_still_decodes_is_warned_about(tmp_path: Path, suffix: str) -> None:
    path = audio_files.cut(audio_files.write(tmp_path / f"take.{suffix}", 20.0, 44_100))
    measured = audio.measure(path)
    assert 2.0 < measured.duration_s < 18.0
    assert "truncated" in measured.warnings[0]


def test_a_truncated_flac_is_an_error_that_says_where(tmp_path: Path) -> None:
    path = audio_files.cut(audio_files.write(tmp_path / "take.flac", 20.0, 44_100))
    with pytest.raises(AudioError, match=r"breaks off after about \d+\.\d s"):
        audio.measure(path)


def test_nan_is_found_at_its_time(tmp_path: Path) -> None:
    samples = audio_files.plucks(8.0, 8_000)[:, 0]
    samples[50_000] = np.nan
    sf.write(tmp_path / "nan.wav", samples, 8_000, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"at 6\.250 s is not a finite number"):
        audio.measure(tmp_path / "nan.wav")


@pytest.mark.parametrize("rate_hz", [1, 999, 768_001])
def test_an_absurd_rate_is_refused(tmp_path: Path, rate_hz: int) -> None:
    path = audio_files.write_wav_header(tmp_path / "a.wav", bytes(4_000), rate_hz=rate_hz)
    with pytest.raises(AudioError, match="sample rate"):
        audio.probe(path)


def test_more_than_24_hours_are_refused_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "MAX_DURATION_S", 3.0)
    audio.measure(audio_files.write(tmp_path / "short.wav", 3.0))
    with pytest.raises(AudioError, match="longer than"):
        audio.measure(audio_files.write(tmp_path / "long.wav", 3.1))


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1), junk=st.binary(min_size=1, max_size=40), suffix=st.sampled_from(["wav", "flac", "ogg"]))
def test_damaged_bytes_give_audio_or_an_audio_error(
    tmp_path_factory: pytest.TempPathFactory, place: float, junk: bytes, suffix: str
) -> None:
    path = audio_files.write(tmp_path_factory.mktemp("fuzz") / f"take.{suffix}", 0.5, 8_000)
    data = bytearray(path.read_bytes())
    at = int(place * (len(data) - 1))
    data[at : at + len(junk)] = junk
    path.write_bytes(data)
    try:
        measured = audio.measure(path)
    except AudioError as e:
        assert str(path) in str(e)
    else:
        assert measured.n_frames_native > 0
        assert np.isfinite(streamed(path)).all()
