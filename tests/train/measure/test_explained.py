"""How much of what was played marks say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.analysis import LADDER
from runtime.dynamics.ladder import Hairpin, Level
from runtime.score.read import musicxml as read_musicxml
from tests.runtime.score import make
from train.measure.explained import edition, explained, explained_by, quarters


def played(velocity: np.ndarray):
    return quarters(np.arange(len(velocity), dtype=float), velocity)


def level(at: float, name: str) -> Level[float]:
    return Level(at, LADDER.index(name))


def test_marks_that_say_it_all_explain_all_and_one_level_explains_nothing():
    velocity = np.repeat([49.0, 96.0], 16)
    said = explained(played(velocity), [level(0, "p"), level(16, "f")], [])
    assert said.r2 == pytest.approx(1) and said.on_ladder > 0.99
    assert explained(played(velocity), [level(0, "p")], []).r2 == 0


def test_marks_the_wrong_way_round_explain_nothing_and_cost_on_the_ladder():
    said = explained(played(np.repeat([49.0, 96.0], 16)), [level(0, "f"), level(16, "p")], [])
    assert said.r2 == 0 and said.on_ladder < 0


def test_a_hairpin_explains_a_rise():
    velocity = np.concatenate([np.full(8, 49.0), np.linspace(49, 97, 17)[:-1], np.full(8, 97.0)])
    levels = [level(0, "p"), level(24, "f")]
    with_hairpin = explained(played(velocity), levels, [Hairpin(8.0, 24.0, "crescendo")])
    assert with_hairpin.r2 > 0.99 > explained(played(velocity), levels, []).r2


@given(st.floats(0.1, 5), st.floats(-40, 40), st.integers(0, 1000))
def test_gain_and_offset_do_not_matter_to_r2(gain, offset, seed):
    rng = np.random.default_rng(seed)
    velocity, steps = rng.uniform(20, 110, 24), rng.uniform(0, 7, 24)
    one, other = explained_by(played(velocity), steps), explained_by(played(velocity), gain * steps + offset)
    assert one.r2 == pytest.approx(other.r2, abs=1e-9) and 0 <= one.r2 <= 1


def test_the_unit_is_the_quarter_and_empty_ones_are_left_out():
    q = quarters(np.array([0.0, 0.5, 3.0, 3.75, 3.0]), np.array([40.0, 60, 80, 100, 90]))
    assert q.velocity.tolist() == [50, 90] and q.n_quarters == 2
    assert q.mean(np.array([1.0, 3, 5, 5, 5])).tolist() == [2, 5]


def test_playing_without_any_change_cannot_be_explained():
    assert explained_by(played(np.full(8, 64.0)), np.arange(8.0)).r2 == 0


def test_the_editions_own_marks_are_read_from_the_measures_that_count():
    sign = "      <direction><direction-type><dynamics><{}/></dynamics></direction-type></direction>\n"
    bars = [make.two_staves(i, first=i == 1, before=sign.format({1: "p", 5: "ff"}[i]) if i in (1, 5) else "")
            for i in range(1, 9)]  # fmt: skip
    score = read_musicxml.read(make.score(bars), "t")
    assert edition(score, range(8))[0] == [level(0.0, "p"), level(16.0, "ff")]
    assert edition(score, range(4))[0] == [level(0.0, "p")]
