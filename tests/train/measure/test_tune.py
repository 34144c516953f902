"""Calibration on cases whose answer is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from runtime.analysis import ChangePoint
from runtime.decode import DecodeOptions
from runtime.decode.probability import probability
from runtime.errors import MezzoforteError
from train.data.labels.values import BeatLabels
from train.measure import tune
from train.measure.tune import calibrate_changes, fit_logistic


def test_the_logistic_fit_finds_the_law_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    hits = rng.random(20_000) < probability(logits, 0.6, -0.9)
    assert fit_logistic(logits, hits) == pytest.approx((0.6, -0.9), abs=0.06)


def piece(number: int, confidence: float, is_right: bool) -> Any:
    """A recording of 40 beats that changes at beat 20, and one told change, there or ten beats later."""
    levels = np.array([2] * 20 + [4] * 20, np.int8)
    truth = BeatLabels(1.0 + 0.5 * np.arange(40), 1 + np.arange(40) % 4, levels)
    at = 20 if is_right else 30
    told = (ChangePoint(float(truth.beats_s[at]), at, confidence),)
    return SimpleNamespace(truth=truth, recording=SimpleNamespace(piece_id=f"piece {number}"), told=told)


def heard(n: int) -> list[Any]:
    """`n` recordings that tell a change with confidence 0.8; every fourth is right."""
    return [piece(i, 0.8, i % 4 == 0) for i in range(n)]


def test_changes_told_too_surely_are_brought_down_to_the_share_that_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "analyse", lambda h, model, options: SimpleNamespace(change_points=h.told))
    before = DecodeOptions(change_scale=1.0, change_offset=0.0)
    options, told = calibrate_changes(heard(200), None, before)  # type: ignore[arg-type]
    logit = np.log(0.8 / 0.2)
    assert probability(np.array([logit]), options.change_scale, options.change_offset)[0] == pytest.approx(
        0.25, abs=0.01
    )
    assert (told["number"], told["share right"]) == (200, 0.25)
    assert told["error before"] == pytest.approx(0.55, abs=0.01)
    assert told["error after"] < 0.1
    assert options.level_scale == before.level_scale and options.beat_scale == before.beat_scale


def test_too_few_changes_are_not_a_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "analyse", lambda h, model, options: SimpleNamespace(change_points=h.told))
    with pytest.raises(MezzoforteError, match="too few"):
        calibrate_changes(heard(8), None, DecodeOptions())  # type: ignore[arg-type]
