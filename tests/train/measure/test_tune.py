"""Calibration on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.decode.probability import probability
from train.measure.tune import fit_logistic


def test_the_logistic_fit_finds_the_law_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    hits = rng.random(20_000) < probability(logits, 0.6, -0.9)
    assert fit_logistic(logits, hits) == pytest.approx((0.6, -0.9), abs=0.06)
