"""The rule of touch is fitted within recordings and told on pieces it has not seen."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.dynamics.touch import FEATURES
from train.marks.touch import PARTS, Row, centred, correlations, fitted

NAMES = ("heard_mean", "loudness")


def row(piece: str, seed: int, noise: float = 2.0, shift: float = 0.0) -> Row:
    rng = np.random.default_rng(seed)
    values = np.full((200, len(FEATURES)), np.nan)
    heard, loud = rng.normal(60 + shift, 10, 200), rng.normal(50 + shift, 5, 200)
    values[:, FEATURES.index("heard_mean")], values[:, FEATURES.index("loudness")] = heard, loud
    many = rng.integers(1, 6, 200)
    velocity = 70 - shift + 0.6 * heard + 0.9 * loud + rng.normal(0, noise, 200) / np.sqrt(many)
    velocity[:5] = np.nan
    return Row(piece, "train", values, many, velocity)


def test_weights_come_out_as_they_went_in_whatever_the_level_of_the_recording():
    rule = fitted([row("a", 1), row("b", 2, shift=20), row("c", 3, shift=-15)], NAMES)
    weights = rule["weights"]
    assert isinstance(weights, dict)
    assert weights["heard_mean"] == pytest.approx(0.6, abs=0.05) and weights["loudness"] == pytest.approx(0.9, abs=0.1)


def test_what_is_left_shrinks_with_the_notes_that_were_heard():
    loose, tight = (fitted([row(p, i, noise=n) for i, p in enumerate("abc")], NAMES) for n in (20.0, 2.0))
    assert float(str(loose["variance"])) > 10 * float(str(tight["variance"]))
    assert float(str(tight["variance_floor"])) >= 1


def test_correlations_are_told_for_each_recording_by_rules_of_the_other_pieces():
    good = [row(p, i) for i, p in enumerate("abcd")]
    r = correlations(good, NAMES)
    assert len(r) == 4 and min(r) > 0.95
    assert max(correlations(good, ("loudness",))) < min(r)


def test_a_piece_is_not_told_by_its_own_rule():
    backwards = row("z", 9)
    backwards = Row("z", "train", backwards.values, backwards.n_heard, -backwards.velocity)
    assert correlations([row("a", 1), row("b", 2), backwards], NAMES)[-1] < -0.9


def test_a_missing_feature_counts_as_its_mean():
    r = row("a", 1)
    r.values[10, FEATURES.index("loudness")] = np.nan
    x, y = centred(r, NAMES)
    assert len(x) == len(y) == 195 and x[5, 1] == 0 and np.isfinite(x).all()


def test_every_part_is_a_feature():
    assert all(set(names) <= set(FEATURES) for names in PARTS.values())
