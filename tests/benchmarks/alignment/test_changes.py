"""Recordings put together in another order keep their known beats where the music is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.alignment.changes import APPLAUSE_S, Recording, applauded, folded, shuffled
from benchmarks.alignment.data import Truth
from benchmarks.alignment.takes import errors_ms
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align.recording import Alignment
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.unfold import unfoldings, written
from tests.runtime.score import make

BAR_S = 2.0


def score(contents: list[int], repeat_at: int | None = None) -> Score:
    """Bars of one note each, a repeat sign after bar `repeat_at`."""
    bars = []
    for i, step in enumerate(contents):
        head = make.ATTRIBUTES.format(beats=4) if i == 0 else ""
        note = make.note(make.STEPS[step % 7], 4 + step // 7, 8)
        end = make.REPEAT_END if i == repeat_at else ""
        bars.append(make.measure(i + 1, head + note + end))
    return read_musicxml.read(make.score(bars), "tune")


def recording(of: Score) -> Recording:
    """Two seconds a bar; the samples tell the time in seconds; a beat is known at the start of each bar."""
    order = written(of).measures
    n = len(order)
    yes = np.ones(n, bool)
    audio = (np.arange(int(n * BAR_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ).astype(np.float32)
    truth = Truth(BAR_S * np.arange(n), np.arange(n), np.zeros(n), order, ~yes, yes, yes)
    return Recording(of, audio, truth)


def test_applause_moves_every_beat_and_stands_at_both_ends():
    before = recording(score([0, 1, 2, 3]))
    after = applauded(before)
    assert np.allclose(after.truth.seconds, before.truth.seconds + APPLAUSE_S)
    assert len(after.audio) == len(before.audio) + 2 * int(APPLAUSE_S * SAMPLE_RATE_HZ)
    assert after.audio[: SAMPLE_RATE_HZ * 5].std() > 0 and after.audio[-SAMPLE_RATE_HZ * 5 :].std() > 0


def test_a_repeat_left_out_takes_its_audio_along():
    before = recording(score([0, 1, 2, 3, 4, 5], repeat_at=2))
    after = shuffled(before, seed=0)
    assert after.truth.order == (0, 1, 2, 3, 4, 5)
    assert len(after.audio) == pytest.approx(6 * BAR_S * SAMPLE_RATE_HZ, abs=2000)
    for at_s, measure in zip(after.truth.seconds, after.truth.measure, strict=True):
        original = after.audio[min(len(after.audio) - 1, int((at_s + 0.5) * SAMPLE_RATE_HZ))]
        turn = int(original // BAR_S)
        assert before.truth.order[turn] == measure
        assert original % BAR_S == pytest.approx(0.5, abs=0.01)


def test_equal_passages_become_a_repeat_that_unfolds_to_the_same_bars():
    before = score([0, 1, 2, 3, 0, 1, 2, 3, 5, 6])
    truth = recording(before).truth
    after, moved = folded(before, truth)
    assert len(after.measures) == 6 and after.measures[3].repeat_times == 2
    assert [n.pitch for n in after.notes] == [n.pitch for n in (*before.notes[:4], *before.notes[8:])]
    assert moved.order in {u.measures for u in unfoldings(after)}
    assert moved.order == (0, 1, 2, 3, 0, 1, 2, 3, 4, 5)


def test_a_score_without_repeats_gets_signs_and_the_passage_is_heard_twice():
    after = shuffled(recording(score([0, 1, 2, 3, 4, 5])), seed=0)
    assert after.truth.order == (0, 1, 2, 3, 1, 2, 3, 4, 5)
    assert after.truth.order in {u.measures for u in unfoldings(after.score)}
    assert np.allclose(after.truth.seconds, BAR_S * np.arange(9), atol=0.001)


def test_a_beat_counts_at_the_nearest_pass_of_its_own_measure_and_nowhere_else():
    truth = recording(score([0, 1, 2, 3])).truth
    starts = np.array([0.0, 4.0, 8.0, 12.0])
    seconds = np.array([0.0, 2.1, 4.0, 6.0])
    found = Alignment((0, 1, 2), starts, starts, seconds, np.ones(3), (), {}, (3,), 0.4)
    assert np.allclose(errors_ms(found, truth), [0, 100, 0, np.inf])
    again = replace(found, measures=(1, 0, 1))
    assert abs(errors_ms(again, truth)[1]) == pytest.approx(2000)
