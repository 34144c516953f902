"""The curve shows what the marks would play, on the scale of what was heard."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from bridge.api.curve import Curve, played
from bridge.api.notes import to_score
from runtime.score.plan import PlannedMark
from tests.bridge.serve.server import note_table

SCORE = to_score(note_table(4))
BEATS = tuple(Fraction(i) for i in range(16))


def _curve(velocity: np.ndarray) -> Curve:
    return Curve(BEATS, velocity, np.arange(16) / 2)


def _level(measure: int, value: str, offset: int = 0) -> PlannedMark:
    return PlannedMark("dynamic", value, measure, Fraction(offset), 1)


def test_marks_that_say_it_all_play_what_was_heard() -> None:
    heard = np.array([40.0] * 4 + [40.0, 50, 60, 70] + [80.0] * 8)
    hairpin = PlannedMark("hairpin", "crescendo", 1, Fraction(0), 1, 1, Fraction(4))
    marks = [_level(0, "p"), hairpin, _level(2, "f")]
    assert played(SCORE, marks, _curve(heard)) == pytest.approx(heard, abs=1e-6)


def test_marks_that_say_the_contrary_play_one_level_throughout() -> None:
    heard = np.array([80.0] * 8 + [40.0] * 8)
    assert played(SCORE, [_level(0, "p"), _level(2, "f")], _curve(heard)) == pytest.approx(60.0)
    assert played(SCORE, [], _curve(heard)) == pytest.approx(60.0)


def test_a_piece_of_which_nothing_is_known_has_no_curve() -> None:
    empty = Curve((), np.zeros(0), np.zeros(0))
    assert len(played(SCORE, [_level(0, "p")], empty)) == 0
    assert empty.view(480) == {"ticks": [], "times_s": [], "heard_velocity": []}
