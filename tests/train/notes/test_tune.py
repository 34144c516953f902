"""The thresholds of the transcriber are those that separate true notes from false ones, and its latency is measured."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("mir_eval")

from runtime.decode.probability import probability
from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S
from runtime.transcribe.own import logit
from runtime.transcribe.rolls import RollOptions, Rolls
from train.notes.tune import ONSET_GRID, Case, calibrate, choose, latency_s

SHAPE = (1_000, 88)


def case(true: float, false: float, late_frames: int = 1) -> Case:
    """Ten notes of one second whose onsets are heard at `true`, and twenty that nobody played, heard at `false`."""
    onset, frame = np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32)
    starts = 100 * np.arange(10) + 10
    for k, start in enumerate(starts):
        first = start + late_frames
        onset[first - 1 : first + 2, 40 + k] = (0.5 * true, true, 0.5 * true)
        frame[first : first + 50, 40 + k] = 0.9
    for k in range(20):
        onset[40 * k + 20, 10 + k] = false
        frame[40 * k + 20 : 40 * k + 40, 10 + k] = 0.9
    intervals_s = np.column_stack([starts, starts + 50]) * FRAME_S
    hz = 440.0 * 2.0 ** ((np.arange(10) + 61 - 69) / 12)
    return Case(Rolls(onset, frame, np.full(SHAPE, 0.5, np.float32), np.zeros(SHAPE, np.float32)), intervals_s, hz)


def test_the_onset_threshold_lies_between_false_and_true_notes():
    options, onset_f, both_f = choose([case(true=0.42, false=0.28)], RollOptions())
    assert 0.28 < options.onset_threshold <= 0.42 and options.onset_threshold in ONSET_GRID
    assert onset_f == pytest.approx(1.0) and both_f == pytest.approx(1.0)


def test_the_latency_is_taken_off():
    options, _, _ = choose([case(true=0.9, false=0.0, late_frames=2)], RollOptions())
    assert options.latency_s == pytest.approx(2 * FRAME_S, abs=1e-6)
    assert latency_s([case(true=0.9, false=0.0, late_frames=2)], options) == pytest.approx(0.0, abs=1e-6)


def test_a_network_that_hears_nothing_is_told():
    with pytest.raises(MezzoforteError, match="Train longer"):
        choose([case(true=0.0, false=0.0)], RollOptions())


def unsure_case(sure: float, share_right: float) -> Case:
    """A hundred notes that the rolls are that sure of, so many of which were played."""
    onset, frame = np.zeros((2_100, 88), np.float32), np.zeros((2_100, 88), np.float32)
    starts = 20 * np.arange(100) + 20
    for start in starts:
        onset[start, 40] = sure
        frame[start : start + 10, 40] = sure
    played = starts[: round(100 * share_right)]
    intervals_s = np.column_stack([played, played + 10]) * FRAME_S
    hz = np.full(len(played), 440.0 * 2.0 ** ((61 - 69) / 12))
    rolls = Rolls(onset, frame, np.full(onset.shape, 0.5, np.float32), np.zeros(onset.shape, np.float32))
    return Case(rolls, intervals_s, hz)


def test_the_confidence_becomes_the_share_of_notes_that_were_played():
    options = RollOptions(onset_threshold=0.3, frame_threshold=0.2)
    cases = [unsure_case(0.8, 0.97), unsure_case(0.5, 0.4)] * 5
    curve, told = calibrate(cases, options)
    scale, offset = curve["confidence_scale"], curve["confidence_offset"]
    assert probability(logit(np.array([0.8, 0.5])), scale, offset) == pytest.approx([0.97, 0.4], abs=0.02)
    before, after = (float(word) for word in (told.split()[-4], told.split()[-2]))
    assert before > 0.1 and after < 0.03


def test_notes_that_are_all_right_calibrate_nothing():
    with pytest.raises(MezzoforteError, match="calibrated"):
        calibrate([unsure_case(0.8, 1.0)], RollOptions(onset_threshold=0.3, frame_threshold=0.2))
