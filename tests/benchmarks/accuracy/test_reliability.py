"""Reliability figures and pictures on events whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.error_picture import error_picture
from benchmarks.accuracy.reliability import Reliability, diagram, reliabilities, table, worst
from runtime.analysis import Analysis, Beat, ChangePoint, Dynamic, Loudness, ModelIdentity, Source
from train.data.labels.values import BeatLabels


def test_confidences_that_come_true_as_often_as_they_say_have_no_error() -> None:
    confidence = np.repeat([0.25, 0.75], 400)
    right = np.tile([1, 0, 0, 0], 100).tolist() + np.tile([1, 1, 1, 0], 100).tolist()
    assert Reliability(confidence, np.array(right, bool)).expected_calibration_error() == 0.0


def test_being_sure_and_wrong_is_an_error_of_one_and_bins_weigh_by_their_events() -> None:
    sure = Reliability(np.ones(10), np.zeros(10, bool))
    assert sure.expected_calibration_error() == 1.0
    mixed = Reliability(np.array([1.0] * 3 + [0.5] * 1), np.array([True] * 3 + [False]))
    assert mixed.expected_calibration_error() == pytest.approx(0.25 * 0.5)


def small_case() -> tuple[BeatLabels, Analysis]:
    """Eight true beats p p p p f f f f; all but the fourth are found, one more is invented, f begins a beat late."""
    beats_s = 1.0 + 0.5 * np.arange(8)
    truth = BeatLabels(beats_s, 1 + np.arange(8) % 4, np.array([2, 2, 2, 2, 4, 4, 4, 4], np.int8))
    found_s = np.sort(np.append(np.delete(beats_s, 3), 5.3))
    beats = tuple(Beat(float(t), 1, 1 + i % 4, 0.9) for i, t in enumerate(found_s))
    analysis = Analysis(
        Source("case", 6.0, 22_050), ModelIdentity("m", "0", "0" * 64, "cpu"), beats=beats,
        dynamics=(Dynamic(1.0, 0, "p", 0.8), Dynamic(3.5, 4, "f", 0.6)), beat_levels=("p",) * 4 + ("f",) * 4,
        change_points=(ChangePoint(3.5, 4, 0.7),), loudness=Loudness(0.1, tuple([1.0] * 60)),
    )  # fmt: skip
    return truth, analysis


def test_events_are_right_when_the_truth_has_them() -> None:
    found = reliabilities([small_case()])
    assert found["beats"].right.tolist() == [True] * 7 + [False]
    assert found["change points"].right.tolist() == [True]
    assert found["change points, exact beat"].right.tolist() == [False]
    assert found["markings"].right.tolist() == [True, True]
    assert "| beats | 8 | 0.900 | 0.875 | 0.025 |" in table(found)


def test_diagrams_and_error_pictures_are_drawn() -> None:
    truth, analysis = small_case()
    assert diagram(reliabilities([(truth, analysis)]), "case").startswith(b"\x89PNG")
    assert error_picture(truth, analysis, "case 1").startswith(b"\x89PNG")


def test_an_empty_analysis_has_an_error_picture_too() -> None:
    truth, analysis = small_case()
    empty = Analysis(analysis.source, analysis.model, loudness=analysis.loudness)
    assert error_picture(truth, empty, "nothing heard").startswith(b"\x89PNG")


def test_the_worst_come_first() -> None:
    assert worst([0.9, 0.1, 0.5, 0.1], 3) == [1, 3, 2]
