"""Beats without a note keep their place among the struck ones and between the attacks around them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.score.align.unstruck import with_unstruck


def at(position: float, positions: np.ndarray, times_s: np.ndarray) -> float:
    assert position in positions
    return float(times_s[positions == position][0])


def test_a_late_upbeat_after_a_pause_does_not_drag_the_silent_beat_before_it_along():
    beats = np.array([0.0, 1, 2, 3])
    positions, times = np.array([0.0, 1, 2.75, 3]), np.array([0.0, 1, 4.8, 5])
    by_attacks = np.interp(2, positions, times)
    found = at(2, *with_unstruck(beats, positions, times))
    assert by_attacks > 3.15 and 3.0 <= found < 3.05


def test_a_beat_far_from_any_attack_is_spaced_evenly():
    found = with_unstruck(np.array([0.0, 1, 2, 3]), np.array([0.0, 3]), np.array([1.0, 7]))
    assert np.allclose(found[1], [1, 3, 5, 7])


def test_an_attack_just_beside_the_beat_decides():
    beats = np.array([0.0, 1, 2])
    positions, times = np.array([0.0, 1.02, 2]), np.array([0.0, 0.4, 2])
    assert abs(at(1, *with_unstruck(beats, positions, times)) - 0.4) < 0.05


def test_beats_outside_the_struck_ones_are_left_alone():
    positions, times = np.array([1.0, 2]), np.array([1.0, 2])
    found = with_unstruck(np.array([0.0, 1, 2, 3, 4]), positions, times)
    assert np.array_equal(found[0], positions) and np.array_equal(found[1], times)


@given(st.lists(st.tuples(st.integers(1, 12), st.floats(0.03, 2.0)), min_size=2, max_size=40))
def test_attacks_stay_where_they_are_and_time_never_falls(steps):
    positions = np.cumsum([q / 4 for q, _ in steps])
    times = np.cumsum([s for _, s in steps])
    beats = np.arange(np.floor(positions[0]), positions[-1] + 2)
    all_q, all_s = with_unstruck(beats, positions, times)
    assert (np.diff(all_s) >= 0).all() and (np.diff(all_q) > 0).all()
    assert np.array_equal(all_s[np.isin(all_q, positions)], times)
