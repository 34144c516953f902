"""A pinned beat of a score is where it was said to be, and only its surroundings move."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.corrections import Pin
from runtime.score.align.pinned import with_pins
from tests.runtime.marks.playing import QUARTER_S, alignment_of, score_of


def times_of(alignment, score):
    return np.array([b.time_s for b in alignment.beats(score)])


def test_without_pins_nothing_moves():
    score = score_of(4)
    alignment = alignment_of(score)
    assert with_pins(alignment, score, ()) is alignment


@pytest.mark.parametrize("off_s", [-0.2, -0.01, 0.03, 0.24])
def test_a_pinned_beat_is_there_and_the_beats_beyond_its_neighbours_stay(off_s):
    score = score_of(6)
    alignment = alignment_of(score)
    before = times_of(alignment, score)
    after = times_of(with_pins(alignment, score, [Pin(before[9] + off_s)]), score)
    assert after[9] == pytest.approx(before[9] + off_s)
    assert np.allclose(np.delete(after, 9), np.delete(before, 9))


def test_a_pin_of_a_downbeat_means_a_downbeat():
    score = score_of(6)
    alignment = alignment_of(score)
    before = times_of(alignment, score)
    after = times_of(with_pins(alignment, score, [Pin(before[9] + 0.1, 1)]), score)
    assert after[8] == pytest.approx(before[9] + 0.1) and np.all(np.diff(after) >= 0)


def test_pinning_every_beat_gives_exactly_these_times():
    score = score_of(6)
    alignment = alignment_of(score)
    said = times_of(alignment, score) + 0.1 * np.sin(np.arange(24))
    said[0] = 0.05
    found = times_of(with_pins(alignment, score, [Pin(float(t)) for t in said]), score)
    assert np.allclose(found, said)


def test_notes_between_the_beats_move_with_them():
    score = score_of(6)
    alignment = alignment_of(score)
    moved = with_pins(alignment, score, [Pin(8 * QUARTER_S + 0.2)])
    assert float(moved.times_of(7.5)) == pytest.approx(7.5 * QUARTER_S + 0.1)
    assert np.all(np.diff(moved.times_s) >= 0)
