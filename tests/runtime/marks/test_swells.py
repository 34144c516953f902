"""Hairpins in a score: found where loudness and notes speak for them, whole, in order, and never over a jump."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.frames import FRAME_S
from runtime.marks import hearing, swells
from runtime.marks.swells import FEATURES, SwellModel
from tests.runtime.marks.test_annotate import QUARTER_S, alignment_of, analysis_of, score_of

N_QUARTERS = 64
FRAMES_PER_QUARTER = round(QUARTER_S / FRAME_S)


def loudness(phon: np.ndarray) -> np.ndarray:
    """A curve in sone with these loudness levels per quarter."""
    return np.repeat(2 ** ((phon - 40) / 10), FRAMES_PER_QUARTER)


def slope_model(weight: float = 8.0) -> SwellModel:
    """One that looks at nothing but the step of loudness over two beats."""
    weights = np.zeros((2, len(FEATURES) + 1))
    weights[:, FEATURES.index("loudness_step_2")] = weight, -weight
    weights[:, -1] = -2.0
    return SwellModel(np.zeros(len(FEATURES)), np.ones(len(FEATURES)), weights, 0.0, 1.0, np.array([1.0, 0.0, 0.0]))


def found(phon: np.ndarray, model: SwellModel) -> list[tuple[float, float, str]]:
    score = score_of()
    grid, _ = hearing.grid_of(score, alignment_of(score))
    return [(float(s.start), float(s.end), s.kind) for s in swells.find(score, grid, loudness(phon), FRAME_S, model)]


def test_a_rise_and_a_fall_of_loudness_are_a_crescendo_and_a_diminuendo() -> None:
    phon = np.full(N_QUARTERS, 60.0)
    phon[16:24] = np.linspace(60, 85, 8)
    phon[24:40] = 85
    phon[40:48] = np.linspace(85, 60, 8)
    (up_start, up_end, up), (down_start, down_end, down) = found(phon, slope_model())
    assert (up, down) == ("crescendo", "diminuendo")
    assert 14 <= up_start <= 18 and 21 <= up_end <= 25
    assert 38 <= down_start <= 42 and 45 <= down_end <= 49


def test_even_playing_has_no_hairpin_however_much_the_notes_rise() -> None:
    weights = np.zeros((2, len(FEATURES) + 1))
    weights[0, -1] = 5.0
    certain = replace(slope_model(), weights=weights)
    assert found(np.full(N_QUARTERS, 70.0), certain) == []
    assert found(np.linspace(40.0, 70.0, N_QUARTERS), certain) == [(0.0, float(N_QUARTERS), "crescendo")]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6), st.booleans()), min_size=1, max_size=60))
def test_spans_are_in_order_apart_and_go_over_no_jump(beats: list[tuple[float, float, bool]]) -> None:
    evidence = np.array([b[:2] for b in beats])
    goes_on = np.array([b[2] for b in beats])
    some = swells.swells(evidence, goes_on, bias=0.5, switch_cost=1.0)
    assert all(0 <= s.first <= s.last < len(beats) and s.kind in (0, 1) for s in some)
    assert all(a.last < b.first for a, b in itertools.pairwise(some))
    assert all(goes_on[s.first + 1 : s.last + 1].all() for s in some)
    for s in some:
        assert s.evidence == pytest.approx(evidence[s.first : s.last + 1, s.kind].mean())


def test_every_feature_is_finite_and_named_also_in_silence_and_with_few_beats() -> None:
    score = score_of()
    grid, _ = hearing.grid_of(score, alignment_of(score))
    for n in (2, 3, N_QUARTERS):
        some = replace(
            grid, at=grid.at[:n], times_s=grid.times_s[:n], position=grid.position[:n],
            beats_per_bar=grid.beats_per_bar[:n], beat_quarters=grid.beat_quarters[:n],
        )  # fmt: skip
        x = swells.features(score, some, np.zeros(3000), FRAME_S)
        assert x.shape == (n, len(FEATURES)) and np.isfinite(x).all()


def test_the_numbers_that_ship_fit_this_version_and_give_probabilities() -> None:
    model = swells.fitted()
    assert model.weights.shape == (2, len(FEATURES) + 1) and np.isfinite(model.weights).all()
    score = score_of()
    grid, _ = hearing.grid_of(score, alignment_of(score))
    rng = np.random.default_rng(0)
    spans = swells.find(score, grid, loudness(60 + np.cumsum(rng.normal(0, 3, N_QUARTERS))), FRAME_S, model)
    assert all(0 <= s.confidence <= 1 and F(0) <= s.start < s.end <= score.end for s in spans)


def test_numbers_for_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match="other features"):
        SwellModel.of({"features": ["something else"]})


def test_an_analysis_with_a_loudness_curve_has_its_hairpins_found_on_the_scores_beats() -> None:
    score = score_of()
    told = analysis_of([(0, "p", 0.9)], [(12, 16, "crescendo", 0.7)], ntot=tuple(np.ones(700)))
    assert [(h.start, h.end) for h in hearing.moved(score, alignment_of(score), told).hairpins] != [(F(12), F(16))]
