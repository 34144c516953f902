"""Calibration on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.decode import DecodeOptions
from runtime.decode.probability import probability
from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S, HOP_SAMPLES
from runtime.network.logits import FrameLogits
from train.data.labels.values import BeatLabels
from train.frames.predict import Heard
from train.frames.segments import Recording
from train.measure.tune import calibrate_delay, fit_logistic


def test_the_logistic_fit_finds_the_law_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    hits = rng.random(20_000) < probability(logits, 0.6, -0.9)
    assert fit_logistic(logits, hits) == pytest.approx((0.6, -0.9), abs=0.06)


def heard(beats_s: np.ndarray, peaks_s: np.ndarray) -> Heard:
    """A recording of 30 s with beats at `beats_s` in which a network hears beats at `peaks_s`."""
    n = 1500
    logits = np.full(n, -6.0, np.float32)
    logits[np.rint(peaks_s / FRAME_S).astype(int)] = 4.0
    bars = np.arange(len(beats_s)) % 3 + 1
    levels = np.zeros(len(beats_s), np.int8)
    recording = Recording("a", "performed", "a", "a", "a", "a", 1.0, n * HOP_SAMPLES, beats_s, bars, levels)
    said = FrameLogits(logits, logits, logits, np.zeros((n, 5), np.float32), np.ones(n, np.float32))
    return Heard(recording, BeatLabels(beats_s, bars, levels), said)


def test_the_delay_is_the_median_of_the_errors_and_there_is_none_without_a_beat_that_is_found() -> None:
    beats_s = np.arange(6.0, 29.0, 0.5)
    late = calibrate_delay([heard(beats_s, beats_s + 0.02)], DecodeOptions())
    assert late.beat_delay_s == pytest.approx(0.02, abs=0.011)
    with pytest.raises(MezzoforteError, match="no beat was found"):
        calibrate_delay([heard(beats_s, beats_s + 0.25)], DecodeOptions())
