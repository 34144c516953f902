"""Clicks on the beats of a recording: where they are, which are higher, and what they lie over."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile as sf

from runtime.analysis import Analysis, Beat, ModelIdentity, Source
from runtime.write.click import BAR_HZ, BEAT_HZ, RATE_HZ, render_click
from runtime.write.options import WriteOptions

BEATS = tuple(Beat(0.5 + 0.5 * k, 1 + k // 3, 1 + k % 3, 1.0) for k in range(9))
ANALYSIS = Analysis(Source("t", 6.0, 48_000), ModelIdentity("m", "1", "0", "cpu"), BEATS)


def heard(options: WriteOptions) -> np.ndarray:
    samples, rate_hz = sf.read(io.BytesIO(render_click(ANALYSIS, options)), dtype="float32")
    assert rate_hz == RATE_HZ and samples.ndim == 1
    return np.asarray(samples)


def pitch_hz(samples: np.ndarray, time_s: float) -> float:
    part = samples[round(time_s * RATE_HZ) :][: RATE_HZ // 25]
    return float(np.abs(np.fft.rfft(part, 1 << 16)).argmax() * RATE_HZ / (1 << 16))


def test_every_beat_has_a_click_and_those_that_begin_a_bar_are_higher() -> None:
    samples = heard(WriteOptions())
    assert len(samples) == 6 * RATE_HZ
    for beat in BEATS:
        assert pitch_hz(samples, beat.time_s) == pytest.approx(BAR_HZ if beat.position == 1 else BEAT_HZ, rel=0.05)
        before = samples[round((beat.time_s - 0.1) * RATE_HZ) : round(beat.time_s * RATE_HZ)]
        assert np.abs(before).max() < 0.01


def test_the_recording_is_heard_below_them_in_blocks_of_any_size() -> None:
    tone = (0.2 * np.sin(2 * np.pi * 220 * np.arange(6 * RATE_HZ) / RATE_HZ)).astype(np.float32)

    def sound(rate_hz: int) -> list[np.ndarray]:
        assert rate_hz == RATE_HZ
        return np.array_split(tone, 7)

    samples = heard(WriteOptions(sound=sound))
    assert len(samples) == len(tone)
    assert pitch_hz(samples, 0.1) == pytest.approx(220, rel=0.05)
    clicks = samples - heard(WriteOptions())
    assert np.abs(clicks - 0.7 * tone).max() < 1e-3
